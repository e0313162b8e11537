//! The signature on a push: `X-Hub-Signature: METHOD=HEX`, an HMAC over the raw bytes (WebSub,
//! section 7.1, with the methods of section 7.2.1 of the registry it names).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// Whether `header` signs `body` with `secret`. An empty secret signs nothing.
pub(super) fn is_good(header: &[u8], secret: &[u8], body: &[u8]) -> bool {
    let Ok(header) = std::str::from_utf8(header) else {
        return false;
    };
    let Some((method, hex)) = header.trim().split_once('=') else {
        return false;
    };
    let Some(given) = bytes(hex).filter(|_| !secret.is_empty()) else {
        return false;
    };
    match method.trim().to_ascii_lowercase().as_str() {
        "sha1" => agrees::<Hmac<Sha1>>(secret, body, &given),
        "sha256" => agrees::<Hmac<Sha256>>(secret, body, &given),
        "sha384" => agrees::<Hmac<Sha384>>(secret, body, &given),
        "sha512" => agrees::<Hmac<Sha512>>(secret, body, &given),
        _ => false,
    }
}

/// Compared in constant time, and only whole.
fn agrees<M: Mac + KeyInit>(secret: &[u8], body: &[u8], given: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(given).is_ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let hex = hex.trim();
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_signature_with_the_secret_is_good() {
        // Computed with OpenSSL: printf 'The feed' | openssl dgst -sha256 -hmac key
        let good = "sha256=7f3fd155983aeb796806a84618c99d69d6276b23ea62c75751707a835a5f21d7";
        assert!(is_good(good.as_bytes(), b"key", b"The feed"));
        assert!(is_good(
            good.to_uppercase().replace("SHA256", "sha256").as_bytes(),
            b"key",
            b"The feed"
        ));
        for bad in
            [&good[..good.len() - 2], "sha256=", "sha256", "md5=00", "sha256=zz", "", "sha256=é"]
        {
            assert!(!is_good(bad.as_bytes(), b"key", b"The feed"), "{bad}");
        }
        assert!(!is_good(good.as_bytes(), b"other", b"The feed"));
        assert!(!is_good(good.as_bytes(), b"key", b"The feed "));
        assert!(!is_good(good.as_bytes(), b"", b"The feed"));
    }

    #[test]
    fn the_method_of_old_hubs_is_known() {
        let good = "sha1=3d35381cf130c92c8baa9ecd6ca698b82bd635e3";
        assert!(is_good(good.as_bytes(), b"key", b"The feed"));
    }
}
