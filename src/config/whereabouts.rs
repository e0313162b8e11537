//! Where a daemon is found: the address of its server and the directory of its database, read from
//! the main file and nothing else. Whoever asks whether it lives must not depend on what is
//! otherwise wrong with the configuration; [`super::load()`] reads all of it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::environment::{self, Environment};
use super::problem::Report;
use super::reading::read_file;
use super::{http, settings};

/// Where a daemon of this configuration is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// Where it listens; `None`: it serves nothing, or that cannot be made out.
    pub listen: Option<SocketAddr>,
    /// Where its database and its lock lie; `None`: that cannot be made out.
    pub state_dir: Option<PathBuf>,
}

/// Reads them from the main file at `path` (or in the directory `path`).
pub fn whereabouts(path: &Path, env: &Environment) -> Whereabouts {
    let path = environment::main_file(path);
    let mut report = Report::default();
    let Some((file, text)) = read_file(&path, &mut report) else {
        return Whereabouts { listen: None, state_dir: None };
    };
    let (table, _) = DeTable::parse_recoverable(&text);
    let table = table.get_ref();
    let listen = http::listen_only(table, file, &mut report);
    let state_dir = settings::state_dir_only(table, file, &path, env, &mut report);
    Whereabouts { listen, state_dir: Some(state_dir).filter(|dir| !dir.as_os_str().is_empty()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_elsewhere_is_no_matter() {
        let dir = tempfile::tempdir().unwrap();
        let env = Environment::fixed([("HOME", "/home/ada")]);
        let read = |text: &str| {
            std::fs::write(dir.path().join("wirewatch.toml"), text).unwrap();
            whereabouts(dir.path(), &env)
        };
        let fine = "state_dir = \"state\"\n[http]\nlisten = \"127.0.0.1:9000\"\n";
        let listen = Some("127.0.0.1:9000".parse().unwrap());
        let expected = Whereabouts { listen, state_dir: Some(dir.path().join("state")) };
        assert_eq!(read(&format!("{fine}tokken = 1\n[[feed]]\nur = 3\n")), expected);
        assert_eq!(read(&format!("{fine}[[feed]\nid = \"wire\n")), expected);
        let nothing_served = Whereabouts { listen: None, ..expected };
        assert_eq!(read("state_dir = \"state\"\n"), nothing_served);
    }
}
