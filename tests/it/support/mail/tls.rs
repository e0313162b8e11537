//! How the mail server encrypts.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How connections are encrypted.
pub struct Tls {
    pub acceptor: TlsAcceptor,
    /// From the first byte, and not by STARTTLS.
    pub implicit: bool,
}

/// A certificate for 127.0.0.1 that is its own authority, in PEM, and what accepts with it.
pub fn certificate() -> (String, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("made");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a configuration");
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}
