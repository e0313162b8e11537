//! Which failures tell of a service and the way to it, and of no delivery: whatever is sent fares
//! alike. [`super::circuit`] opens at once for them, and no delivery pays for them with its tries.

/// There is no way to the service, it does not let the channel in, or what the channel uses on this
/// machine is not to be had.
const WORDS: [&str; 19] = [
    "bad_answer",
    "connect",
    "disk_full",
    "dns",
    "io",
    "network",
    "no_access",
    "no_answer",
    "no_directory",
    "no_login",
    "no_service",
    "no_starttls",
    "permission_denied",
    "plain_refused",
    "private_address",
    "smtp_421",
    "spawn",
    "timeout",
    "tls",
];

/// The address leads elsewhere, nobody is let in, or what stands before the service speaks for it.
const STATUSES: [&str; 18] = [
    "http_301", "http_302", "http_303", "http_307", "http_308", "http_401", "http_403", "http_404",
    "http_405", "http_407", "http_408", "http_429", "http_502", "http_503", "http_504", "http_521",
    "http_522", "http_523",
];

/// What a program ends with that cannot be run, or says that a service, a right or a setting is
/// missing (`EX_UNAVAILABLE`, `EX_NOPERM`, `EX_CONFIG` of `sysexits.h`).
const EXITS: [&str; 5] = ["exit_69", "exit_77", "exit_78", "exit_126", "exit_127"];

/// What a mail server answers before it has heard of any recipient.
const STAGES: [&str; 3] = ["connect_", "login_", "sender_"];

/// Statuses with which nobody at all is let in, or not at present. With the others something before the
/// service may refuse one message for what it says.
const SHUT: [&str; 3] = ["http_401", "http_407", "http_429"];

/// The service says that it takes nothing at present, or was not reached at all: what was meant for it has
/// certainly not arrived. Of a connection that breaks, or a gateway that got no answer, that is not certain.
const NOT_NOW: [&str; 8] =
    ["connect", "dns", "http_429", "http_503", "http_521", "http_522", "http_523", "smtp_421"];

/// The service takes only so many messages in a time, and says so of one that is one too many.
const TOO_OFTEN: &str = "http_429";

/// Whether a failure with this code says nothing but that the service was sent too much at once.
pub fn is_too_often(code: &str) -> bool {
    code == TOO_OFTEN
}

/// Whether a failure with this code says that nothing is taken at present, and nothing was.
pub fn is_not_now(code: &str) -> bool {
    NOT_NOW.contains(&code)
}

/// Whether after a failure with this code no delivery may try its luck: there is no way for any.
pub fn is_no_way(code: &str) -> bool {
    is_of_the_way(code) && (!STATUSES.contains(&code) || SHUT.contains(&code))
}

/// Whether a failure with this code tells nothing of the delivery that was tried.
pub fn is_of_the_way(code: &str) -> bool {
    let is_named = |words: &[&str]| words.contains(&code);
    is_named(&WORDS)
        || is_named(&STATUSES)
        || is_named(&EXITS)
        || STAGES.iter().any(|stage| code.starts_with(stage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_of_the_way_and_what_a_server_says_of_a_message_is_not() {
        for code in ["connect", "login_535", "sender_550", "connect_554", "http_503", "exit_127"] {
            assert!(is_of_the_way(code), "{code}");
        }
        for code in ["http_500", "http_422", "smtp_550", "smtp_452", "exit_1", "not_taken", ""] {
            assert!(!is_of_the_way(code) && !is_no_way(code), "{code}");
        }
        for code in NOT_NOW {
            assert!(is_of_the_way(code), "{code}");
        }
        for (code, shut) in [("http_403", false), ("http_503", false), ("http_401", true)] {
            assert!(is_of_the_way(code) && is_no_way(code) == shut, "{code}");
        }
    }
}
