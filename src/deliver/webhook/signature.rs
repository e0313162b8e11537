//! The symmetric signature of the Standard Webhooks specification: HMAC-SHA256 over
//! `id.timestamp.body`, in base64, with the version `v1` before it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::Secret;
use crate::deliver::OpenError;

/// Begins a secret that is written in base64, as the specification has it.
const PREFIX: &str = "whsec_";

/// Signs with one secret.
pub(super) struct Signer {
    /// Keyed, nothing fed to it yet: cloned for each signature.
    keyed: Hmac<Sha256>,
}

impl Signer {
    /// A secret is `whsec_` and base64, or else taken as it is, byte by byte.
    pub fn new(secret: &Secret) -> Result<Self, OpenError> {
        let text = secret.reveal().trim();
        let key = match text.strip_prefix(PREFIX) {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| OpenError::Secret)?,
            None => text.as_bytes().to_vec(),
        };
        if key.is_empty() {
            return Err(OpenError::Secret);
        }
        let keyed = Hmac::new_from_slice(&key).map_err(|_| OpenError::Secret)?;
        Ok(Self { keyed })
    }

    /// The value of `webhook-signature`. `timestamp` is in seconds since 1970.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut mac = self.keyed.clone();
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}
