//! A certificate authority of the test's own, and servers that hold its certificates: good ones and
//! such as nobody should take.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

/// Who signs certificates that wirewatch is told to trust.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// What `SSL_CERT_FILE` is to hold.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A server with a certificate that is good but for what `spoil` does to it.
    pub fn server(&self, spoil: impl FnOnce(&mut CertificateParams)) -> TlsAcceptor {
        self.server_with(spoil, &[b"http/1.1"], 1)
    }

    /// The same for other protocols, with the certificate so many times in its chain.
    pub fn server_with(
        &self,
        spoil: impl FnOnce(&mut CertificateParams),
        protocols: &[&[u8]],
        times: usize,
    ) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        spoil(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        acceptor(vec![certificate.der().clone(); times], &key, protocols)
    }

    /// A server whose certificate vouches for itself.
    pub fn self_signed() -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        acceptor(vec![certificate.der().clone()], &key, &[b"http/1.1"])
    }
}

fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: &KeyPair,
    protocols: &[&[u8]],
) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}
