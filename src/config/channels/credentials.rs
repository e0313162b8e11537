//! How a channel proves who it is to the service behind it: a name with a password, or a token.
//! The secrets themselves are read by [`crate::config::secret`].

use crate::config::Secret;
use crate::config::problem::Report;
use crate::config::secret::Secrets;
use crate::config::section::Section;

/// The keys of these.
pub(in crate::config) const KEYS: [&str; 7] =
    ["username", "password", "password_file", "password_env", "token", "token_file", "token_env"];

/// Longest user name, in bytes.
const MAX_USERNAME_BYTES: usize = 200;

/// What goes into the `Authorization` header.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Credentials {
    #[default]
    None,
    /// RFC 7617. The password is missing where secrets were not looked up.
    Basic { username: String, password: Option<Secret> },
    /// RFC 6750.
    Bearer(Secret),
}

/// Reads them.
pub(super) fn read(
    section: &Section<'_>,
    secrets: &Secrets<'_>,
    report: &mut Report,
) -> Credentials {
    let username = section.text("username", report).filter(|text| {
        let name = text.value.as_str();
        // A colon ends the name in the header.
        let good = !name.is_empty()
            && name.len() <= MAX_USERNAME_BYTES
            && !name.chars().any(|c| c.is_control() || c == ':');
        if !good {
            report.add(text.place(), "bad_username", "this cannot be a user name");
        }
        good
    });
    let password = ["password", "password_file", "password_env"];
    let has_password = password.iter().any(|key| section.get(key).is_some());
    let token = secrets.named(section, ["token", "token_file", "token_env"], report);
    let password = secrets.named(section, password, report);
    let has_token = ["token_file", "token_env"].iter().any(|key| section.get(key).is_some());
    match username {
        Some(name) if has_token => {
            let message = "a user name and a token are both given";
            report.add(name.place(), "conflicting_keys", message).hint("leave one out");
            Credentials::None
        }
        Some(name) if !has_password => {
            let message = "`username` needs `password_file` or `password_env`";
            report.add(name.place(), "missing_key", message);
            Credentials::None
        }
        Some(name) => Credentials::Basic { username: name.value, password },
        None if has_password => {
            let message = "a password is given without `username`";
            report.add(section.place(), "missing_key", message);
            Credentials::None
        }
        None => token.map_or(Credentials::None, Credentials::Bearer),
    }
}
