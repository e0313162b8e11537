//! What failures are called, and that there is something to do about each.

use super::*;
use crate::domain::feed::health;

#[test]
fn a_body_too_large_names_the_key_and_the_limit_as_configured() {
    for (limit_bytes, shown) in [(16 << 20, "16 MiB"), (3 << 19, "1.5 MiB"), (10 << 10, "0.01 MiB")]
    {
        let failure = FetchFailure::TooLarge { limit_bytes };
        assert_eq!(failure.to_string(), format!("the body is larger than {shown}"));
        assert!(failure.advice().contains("`max_body`"));
    }
}

fn request_error() -> BoxError {
    io::Error::other("it failed").into()
}

#[test]
fn what_is_stored_of_every_failure_leads_to_advice() {
    let (host, address, kind) = ("a.example".to_owned(), IpAddr::from([10, 0, 0, 1]), "private");
    let after = Duration::from_secs(1);
    let mut failures = vec![
        FetchFailure::BadUrl { reason: String::new() },
        FetchFailure::PrivateAnswer { host: host.clone(), address, kind },
        FetchFailure::RedirectPrivate { host: host.clone(), address, kind },
        FetchFailure::Dns { host: host.clone(), source: request_error() },
        FetchFailure::Connect { host: host.clone(), source: request_error() },
        FetchFailure::Tls { host, why: "", source: request_error() },
        FetchFailure::TimeoutConnect { after },
        FetchFailure::TimeoutRead { after },
        FetchFailure::TimeoutTotal { after },
        FetchFailure::Robots,
        FetchFailure::RobotsUnreachable,
        FetchFailure::UnaskedNotModified,
        FetchFailure::TooManyRedirects { limit: 5 },
        FetchFailure::RedirectBadTarget { reason: String::new() },
        FetchFailure::TooLarge { limit_bytes: 1 },
        FetchFailure::HeadersTooLarge { limit_bytes: 1 },
        FetchFailure::Endless,
        FetchFailure::Decode { coding: String::new() },
        FetchFailure::protocol(request_error()),
    ];
    let pages = [StandIn::Challenge, StandIn::Login, StandIn::Parked];
    failures.extend(pages.map(|page| FetchFailure::StandIn { status: 200, page }));
    failures.extend(
        [304, 400, 401, 403, 404, 407, 410, 429, 451, 500, 503, 599]
            .map(|status| FetchFailure::Status { status, retry_after: None, site: None }),
    );
    for failure in failures {
        let code = failure.code();
        let stored = health::advice(&code).unwrap_or_else(|| panic!("no advice for {code}"));
        for advice in [stored, failure.advice()] {
            // The configuration refuses a password in a URL.
            assert!(!advice.is_empty() && !advice.contains("password"), "{code}: {advice}");
        }
        // Of one that is no longer there, only the code is known; here both say the same.
        assert_eq!(stored, failure.advice(), "{code}");
    }
}
