//! `wirewatch health`: whether the daemon of this config lives, or also does its work. With an HTTP
//! server it is asked, else its lock, its database, its disk and its [`sign`] are looked at. Made for container health
//! checks: one line, and an exit code. A mistake in the files, with which the daemon goes on as it
//! was, makes no healthy daemon sick: only where to ask is read.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::cli::status::size;
use crate::daemon::sign;
use crate::store::checkup::free_bytes;
use crate::store::{self, Access, DATABASE_FILE, Store};

/// Longest wait for each step of the exchange.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is read of an answer, in bytes.
const MAX_ANSWER_BYTES: u64 = 16 * 1024;

pub fn run(ready: bool, session: &mut Session) -> Result<Exit, Failure> {
    let loader = session.loader()?;
    let found = loader.whereabouts();
    let state_dir = match &found.state_dir {
        Some(dir) => dir.clone(),
        None => loader.state_dir()?,
    };
    // What the daemon keeps of the configuration it runs with tells better than files that may have been
    // changed since: another address is taken up by a restart only.
    let listen = match store::held(&state_dir) {
        Some(_) => running_listen(&state_dir).unwrap_or(found.listen),
        None => found.listen,
    };
    let trouble = match listen {
        Some(listen) => ask(listen, if ready { "/readyz" } else { "/healthz" }),
        None if store::held(&state_dir).is_none() => {
            Err(format!("no daemon holds {}", state_dir.display()))
        }
        None if ready => works(&state_dir),
        None => Ok(()),
    };
    let object = json!({ "healthy": trouble.is_ok(), "trouble": trouble.as_ref().err() });
    let text = trouble.as_ref().err().map_or("healthy", String::as_str);
    session.printer.object(&object, &crate::domain::untrusted::terminal(text))?;
    Ok(if trouble.is_ok() { Exit::Ok } else { Exit::Failed })
}

/// Whether the daemon of this state directory reads feeds, as far as that shows from beside it.
fn works(state_dir: &Path) -> Result<(), String> {
    let store = Store::open(&state_dir.join(DATABASE_FILE), Access::ReadOnly);
    let asked = store.and_then(|store| {
        store.last_alert_cursor()?;
        store.running_setting("storage")
    });
    let storage = asked.map_err(|error| error.to_string())?;
    let floor = storage.as_ref().and_then(|fields| fields.get("floor"));
    let floor = floor.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let (floor, free) = (floor.unwrap_or_default(), free_bytes(state_dir));
    if let Some(free) = free.filter(|free| *free < floor) {
        let (dir, free, floor) = (state_dir.display(), size(free), size(floor));
        return Err(format!("no feed is read: {free} is free on the disk of {dir}, not {floor}"));
    }
    match sign::is_given(state_dir) {
        true => Ok(()),
        false => Err("the daemon gives no sign of reading feeds: its log says why".to_owned()),
    }
}

/// Where the daemon of this database listens, if anywhere; `None`: that cannot be read.
fn running_listen(state_dir: &Path) -> Option<Option<SocketAddr>> {
    let store = Store::open(&state_dir.join(DATABASE_FILE), Access::ReadOnly).ok()?;
    let served = store.running_setting("http").ok()??;
    Some(served.get("listen").and_then(|listen| listen.parse().ok()))
}

/// Asks the server of this machine.
fn ask(listen: SocketAddr, path: &str) -> Result<(), String> {
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    let answer = exchange(address, path).map_err(|error| match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            format!("the daemon does not answer at {address} within {} s", PATIENCE.as_secs())
        }
        _ => format!("the daemon does not answer at {address}: {error}"),
    })?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.trim()).unwrap_or_default();
    match status {
        "200" => Ok(()),
        status => Err(format!("{path} answers {status}: {body}")),
    }
}

/// Where a server that listens everywhere is asked.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(v4) if v4.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

fn exchange(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
