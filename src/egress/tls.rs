//! TLS for every client: rustls with ring and Mozilla's roots built in, so that a bare machine
//! or container without CA files works.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::EgressError;

/// Names a PEM file with further CA certificates, as for most other programs.
const CA_FILE_VARIABLE: &str = "SSL_CERT_FILE";

/// The certificates of `SSL_CERT_FILE`, where that is set.
pub fn authorities() -> Result<Vec<CertificateDer<'static>>, EgressError> {
    let Some(file) = std::env::var_os(CA_FILE_VARIABLE) else {
        return Ok(Vec::new());
    };
    let unreadable =
        |source| EgressError::CaFile { file: file.to_string_lossy().into_owned(), source };
    let all = CertificateDer::pem_file_iter(&file).map_err(unreadable)?;
    // A certificate that webpki cannot use as an anchor is skipped: CA bundles of distributions
    // hold such ones too.
    let usable = |der: &CertificateDer<'static>| RootCertStore::empty().add(der.clone()).is_ok();
    all.map(|certificate| certificate.map_err(unreadable))
        .filter(|certificate| certificate.as_ref().map_or(true, usable))
        .collect()
}

pub fn config(authorities: &[CertificateDer<'static>]) -> Result<ClientConfig, EgressError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in authorities {
        roots.add(certificate.clone()).map_err(EgressError::Tls)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(EgressError::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
