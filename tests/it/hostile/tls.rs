//! TLS that nobody should take, or nearly none.

use std::io;

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::authority::Authority;
use super::says::{feed, ok, raw, to};
use super::server::{Act, Behaviour, Doing, Line, Turn, does_secure, read_head};

const REFUSED: &[&str] = &["tls"];

pub fn all() -> Vec<Behaviour> {
    let mut all = certificates();
    all.extend(handshakes());
    all
}

fn secure(
    name: &'static str,
    codes: &'static [&'static str],
    set_up: fn(&Authority) -> TlsAcceptor,
) -> Behaviour {
    let act = Act::Secure(set_up, |turn, line| Box::pin(serve(turn, line)));
    Behaviour { name, codes, act, holds: 0, often: false }
}

async fn serve(_: Turn, mut line: Line) -> io::Result<()> {
    read_head(&mut line).await?;
    line.write_all(&ok(feed())).await?;
    line.shutdown().await
}

fn certificates() -> Vec<Behaviour> {
    vec![
        secure("tls-as-it-should-be", &["ok"], |authority| authority.server(|_| {})).holding(2),
        secure("tls-vouches-for-itself", REFUSED, |_| Authority::self_signed()),
        secure("tls-of-an-unknown-authority", REFUSED, |_| Authority::new().server(|_| {})),
        secure("tls-expired", REFUSED, |authority| {
            authority.server(|params| {
                params.not_before = date_time_ymd(2020, 1, 1);
                params.not_after = date_time_ymd(2021, 1, 1);
            })
        }),
        secure("tls-not-yet-valid", REFUSED, |authority| {
            authority.server(|params| params.not_before = date_time_ymd(2399, 1, 1))
        }),
        secure("tls-for-another-name", REFUSED, |authority| {
            authority.server(|params| {
                params.subject_alt_names =
                    vec![rcgen::SanType::DnsName("bank.example".try_into().unwrap())];
            })
        }),
        secure("tls-for-no-name", REFUSED, |authority| {
            authority.server(|params| params.subject_alt_names.clear())
        }),
        secure("tls-for-any-name", REFUSED, |authority| {
            authority.server(|params| {
                params.subject_alt_names = vec![rcgen::SanType::DnsName("*".try_into().unwrap())];
            })
        }),
        secure("tls-for-another-purpose", REFUSED, |authority| {
            authority.server(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            })
        }),
        secure("tls-of-an-authority-as-a-server", &["tls", "ok"], |authority| {
            authority.server(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained))
        }),
        secure("tls-chain-of-a-hundred", &["tls", "ok"], |authority| {
            authority.server_with(|_| {}, &[b"http/1.1"], 100)
        }),
        secure("tls-without-protocols", &["ok"], |authority| authority.server_with(|_| {}, &[], 1))
            .holding(2),
        secure("tls-other-protocols-only", REFUSED, |authority| {
            authority.server_with(|_| {}, &[b"h3"], 1)
        }),
        does_secure("tls-closed-without-goodbye", &["ok", "ok_truncated"], |_, mut line| {
            Box::pin(async move {
                read_head(&mut line).await?;
                // Without a length, and without the end that TLS has for it.
                line.write_all(&raw("HTTP/1.1 200 OK", feed())).await?;
                line.flush().await
            })
        })
        .holding(2),
        does_secure("tls-that-leads-away-from-tls", &["redirect_bad_target"], |turn, mut line| {
            Box::pin(async move {
                read_head(&mut line).await?;
                line.write_all(&to(turn.url("/plain"))).await?;
                line.shutdown().await
            })
        }),
    ]
}

fn grabs(
    name: &'static str,
    codes: &'static [&'static str],
    grabs: fn(Turn, TcpStream) -> Doing,
) -> Behaviour {
    Behaviour { name, codes, act: Act::Grabs(grabs), holds: 0, often: false }
}

/// Reads the greeting, says this and closes.
async fn answer(mut stream: TcpStream, bytes: Vec<u8>) -> io::Result<()> {
    let mut greeting = [0; 4_000];
    let _ = stream.read(&mut greeting).await?;
    stream.write_all(&bytes).await?;
    stream.shutdown().await
}

/// The codes of a handshake that breaks.
const BROKEN: &[&str] = &["tls", "connect"];

fn handshakes() -> Vec<Behaviour> {
    vec![
        grabs("tls-closed-at-the-greeting", REFUSED, |_, stream| {
            Box::pin(answer(stream, Vec::new()))
        }),
        grabs("tls-reset-at-the-greeting", REFUSED, |_, mut stream| {
            Box::pin(async move {
                let _ = stream.read(&mut [0; 4_000]).await?;
                stream.set_zero_linger()
            })
        }),
        grabs("tls-answered-in-plain", BROKEN, |_, stream| Box::pin(answer(stream, ok(feed())))),
        grabs("tls-answered-with-noise", BROKEN, |_, stream| {
            Box::pin(answer(stream, (0..=255).cycle().take(9_000).collect()))
        }),
        grabs("tls-refused-by-alert", BROKEN, |_, stream| {
            Box::pin(answer(stream, b"\x15\x03\x03\x00\x02\x02\x28".to_vec()))
        }),
        grabs("tls-name-refused-by-alert", BROKEN, |_, stream| {
            Box::pin(answer(stream, b"\x15\x03\x03\x00\x02\x02\x70".to_vec()))
        }),
        grabs("tls-1.0-only", BROKEN, |_, stream| {
            // A greeting of TLS 1.0, with a suite of that time.
            let mut hello = b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01".to_vec();
            hello.extend([7; 32]);
            hello.extend(b"\x00\x00\x2f\x00");
            Box::pin(answer(stream, hello))
        }),
        grabs("tls-record-too-long", BROKEN, |_, stream| {
            let record = [&b"\x16\x03\x03\xff\xff"[..], &[2; 65_535]].concat();
            Box::pin(answer(stream, record))
        }),
        grabs("tls-record-cut", REFUSED, |_, stream| {
            Box::pin(answer(stream, b"\x16\x03\x03\x10\x00\x02\x00".to_vec()))
        }),
        grabs("tls-alerts-for-ever", &["tls", "connect", "timeout_connect"], |_, mut stream| {
            Box::pin(async move {
                let mut greeting = [0; 4_000];
                let _ = stream.read(&mut greeting).await?;
                loop {
                    stream.write_all(&b"\x15\x03\x03\x00\x02\x01\x5a".repeat(100)).await?;
                }
            })
        }),
    ]
}
