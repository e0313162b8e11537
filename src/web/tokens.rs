//! Who asks: tokens are compared in a time that says nothing of them, and who guesses too often is
//! not heard for a while.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::config::{TokenConfig, TokenScope};

/// Different wrong tokens within [`WINDOW`] after which an address is not heard until it is over. The
/// same one over and over is no guess: feed readers go on asking with a token that was changed.
const MAX_FAILURES: usize = 10;
const WINDOW: Duration = Duration::from_secs(60);

/// Addresses whose failures are remembered; beyond that the oldest is forgotten.
const MAX_ADDRESSES: usize = 1_024;

/// Who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// The name of the token; none where none is asked for.
    pub token: Option<String>,
    pub scope: TokenScope,
}

/// The token that this secret is, if it is one. All are compared, whichever it is.
pub(super) fn find(tokens: &[TokenConfig], given: &[u8]) -> Option<Caller> {
    let given = Sha256::digest(given);
    let mut found = None;
    for token in tokens {
        let known = Sha256::digest(token.secret.reveal().as_bytes());
        let differs = given.iter().zip(known.iter()).fold(0, |all, (a, b)| all | (a ^ b));
        if std::hint::black_box(differs) == 0 {
            found = Some(Caller { token: Some(token.name.clone()), scope: token.scope });
        }
    }
    found
}

/// Who guessed how often, by address. Times are monotonic.
#[derive(Debug, Clone, Default)]
pub(super) struct Guesses(Arc<Mutex<HashMap<IpAddr, Failures>>>);

#[derive(Debug, Clone)]
struct Failures {
    since: Duration,
    /// The beginnings of the hashes of what was tried.
    tried: Vec<[u8; 8]>,
}

impl Guesses {
    /// For how long the address is not heard.
    pub fn shut_out(&self, address: IpAddr, now: Duration) -> Option<Duration> {
        let guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = guesses.get(&site(address))?;
        let left = failures.since.saturating_add(WINDOW).checked_sub(now)?;
        (failures.tried.len() >= MAX_FAILURES && !left.is_zero()).then_some(left)
    }

    /// Remembers a wrong token. Whether it is another than before: what comes again and again is worth
    /// no line in the log.
    pub fn failed(&self, address: IpAddr, given: &[u8], now: Duration) -> bool {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.retain(|_, failures| now < failures.since.saturating_add(WINDOW));
        if guesses.len() >= MAX_ADDRESSES
            && !guesses.contains_key(&site(address))
            && let Some(oldest) =
                guesses.iter().min_by_key(|(_, failures)| failures.since).map(|(at, _)| *at)
        {
            guesses.remove(&oldest);
        }
        let new = Failures { since: now, tried: Vec::new() };
        let failures = guesses.entry(site(address)).or_insert(new);
        let mut mark = [0; 8];
        mark.copy_from_slice(&Sha256::digest(given)[..8]);
        let is_new = failures.tried.len() < MAX_FAILURES && !failures.tried.contains(&mark);
        if is_new {
            failures.tried.push(mark);
        }
        is_new
    }
}

/// Whoever has an IPv6 address has 2^64 of them.
pub(super) fn site(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_token_is_known_by_all_of_it() {
        let token = |name: &str, scope, secret: &str| TokenConfig {
            name: name.to_owned(),
            scope,
            secret: Secret::new(secret),
        };
        let tokens = [
            token("reader", TokenScope::Read, "0123456789abcdef"),
            token("desk", TokenScope::Write, "fedcba9876543210"),
        ];
        assert_eq!(find(&tokens, b"fedcba9876543210").unwrap().token.as_deref(), Some("desk"));
        for wrong in ["", "fedcba987654321", "fedcba98765432100", "FEDCBA9876543210"] {
            assert_eq!(find(&tokens, wrong.as_bytes()), None);
        }
    }

    #[test]
    fn who_guesses_ten_times_in_a_minute_is_not_heard_until_it_is_over() {
        let guesses = Guesses::default();
        let (who, other): (IpAddr, IpAddr) =
            ("2001:db8::1".parse().unwrap(), "192.0.2.7".parse().unwrap());
        for n in 0..10 {
            assert_eq!(guesses.shut_out(who, Duration::from_secs(n)), None);
            guesses.failed(who, &n.to_be_bytes(), Duration::from_secs(n));
        }
        let soon = Duration::from_secs(20);
        assert_eq!(guesses.shut_out(who, soon), Some(Duration::from_secs(40)));
        assert!(guesses.shut_out("2001:db8::ffff".parse().unwrap(), soon).is_some());
        assert_eq!(guesses.shut_out(other, soon), None);
        assert_eq!(guesses.shut_out(who, MINUTE), None);
    }

    #[test]
    fn who_comes_with_one_wrong_token_again_and_again_does_not_guess() {
        let (guesses, who) = (Guesses::default(), "192.0.2.7".parse().unwrap());
        for n in 0..50 {
            let is_new = guesses.failed(who, b"the token of last year", Duration::from_secs(n));
            assert_eq!(is_new, n == 0, "it is logged once");
        }
        assert_eq!(guesses.shut_out(who, Duration::from_secs(50)), None);
    }

    #[test]
    fn a_crowd_of_addresses_takes_bounded_memory() {
        let guesses = Guesses::default();
        for n in 0..5_000_u32 {
            guesses.failed(
                IpAddr::from(n.to_be_bytes()),
                b"x",
                Duration::from_millis(u64::from(n)),
            );
        }
        assert!(guesses.0.lock().unwrap().len() <= MAX_ADDRESSES);
    }
}
