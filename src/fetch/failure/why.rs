//! What a connection or an answer failed of, in words, as far as the libraries below tell.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use rustls::{CertificateError, Error as TlsError};

use super::chain;

/// Why TLS was not agreed on: what follows "no TLS connection to HOST: ".
pub fn of_tls(error: &TlsError) -> &'static str {
    match error {
        TlsError::InvalidCertificate(error) => of_certificate(error),
        TlsError::AlertReceived(_) => "the server refused it",
        TlsError::PeerIncompatible(_) => "the server offers nothing that is safe today",
        TlsError::NoApplicationProtocol => "the server speaks no HTTP behind it",
        TlsError::InvalidMessage(_) => "the server does not speak TLS there",
        TlsError::PeerMisbehaved(_) | TlsError::InappropriateMessage { .. } => {
            "the server breaks its rules"
        }
        _ => "it could not be agreed on",
    }
}

/// Why TLS was not agreed on, where it is not TLS that says so.
pub fn of_handshake(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::UnexpectedEof => "the server closed the connection before it was agreed on",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "the server reset the connection before it was agreed on"
        }
        _ => "it could not be agreed on",
    }
}

fn of_certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet, or this machine's clock is wrong"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the server's certificate is for another name"
        }
        CertificateError::UnknownIssuer => "nobody known vouches for the server's certificate",
        CertificateError::Revoked => "the server's certificate was revoked",
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the server's certificate is not meant for servers"
        }
        _ => "the server's certificate cannot be trusted",
    }
}

/// Why there was no answer that could be read: a sentence.
pub fn of_protocol(error: &(dyn StdError + 'static)) -> &'static str {
    if let Some(error) = chain(error).find_map(|cause| cause.downcast_ref::<hyper::Error>()) {
        if error.is_parse_too_large() {
            return "the head of the server's answer is too large to be read";
        }
        if error.is_parse_status() || error.is_parse() {
            return "what the server answered is not HTTP";
        }
        if error.is_incomplete_message() {
            return "the server closed the connection before its answer was whole";
        }
    }
    let kind = chain(error).find_map(|cause| cause.downcast_ref().map(io::Error::kind));
    match kind {
        Some(ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
            "the server reset the connection"
        }
        Some(ErrorKind::UnexpectedEof) => {
            "the server closed the connection before its answer was whole"
        }
        _ => "the server broke off or does not speak HTTP",
    }
}
