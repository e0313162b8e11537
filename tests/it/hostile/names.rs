//! A name server that lies, hangs, and remembers what it was asked (RFC 1035). It listens at port 53 of
//! 127.0.0.1, so that it needs a network of its own.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

/// Kinds of records.
const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

/// Most bytes of an answer by UDP; what is longer is asked for by TCP.
const MAX_UDP_BYTES: usize = 512;

/// What is said of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// These addresses.
    At(Vec<IpAddr>),
    /// That it is another one.
    Alias(&'static str),
    /// Nothing, with this code: 0 for a name without addresses, 2 for "I am broken", 3 for "no such
    /// name".
    Code(u8),
    /// Nothing at all.
    Silence,
    /// Bytes that are no answer.
    Noise,
}

pub fn at(address: &str) -> Said {
    Said::At(vec![address.parse().unwrap()])
}

/// What it says of a name (without its last dot) that was asked for so often before.
pub type Book = fn(&str, usize) -> Said;

/// The server. It ends when it is dropped.
pub struct Names {
    asked: Arc<Mutex<HashMap<(String, u16), usize>>>,
    _serving: JoinSet<()>,
}

impl Names {
    pub async fn start(book: Book) -> Self {
        let asked = Arc::new(Mutex::new(HashMap::new()));
        let socket = UdpSocket::bind("127.0.0.1:53").await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:53").await.unwrap();
        let mut serving = JoinSet::new();
        let by_udp = asked.clone();
        serving.spawn(async move {
            let mut query = [0; 1_500];
            while let Ok((length, from)) = socket.recv_from(&mut query).await {
                if let Some(mut answer) = answer(&query[..length], book, &by_udp) {
                    if answer.len() > MAX_UDP_BYTES {
                        // The whole is to be asked for by TCP.
                        answer.truncate(length);
                        answer[2] |= 0x02;
                        answer[6..12].fill(0);
                    }
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        let by_tcp = asked.clone();
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = serve(stream, book, &by_tcp).await;
            }
        });
        Self { asked, _serving: serving }
    }

    /// The names that were asked for, each once.
    pub fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let mut names: Vec<String> = asked.keys().map(|(name, _)| name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}

async fn serve(
    mut stream: TcpStream,
    book: Book,
    asked: &Mutex<HashMap<(String, u16), usize>>,
) -> std::io::Result<()> {
    while let Ok(length) = stream.read_u16().await {
        let mut query = vec![0; usize::from(length)];
        stream.read_exact(&mut query).await?;
        let Some(answer) = answer(&query, book, asked) else { return Ok(()) };
        stream.write_u16(u16::try_from(answer.len()).unwrap()).await?;
        stream.write_all(&answer).await?;
    }
    Ok(())
}

fn answer(
    query: &[u8],
    book: Book,
    asked: &Mutex<HashMap<(String, u16), usize>>,
) -> Option<Vec<u8>> {
    let (name, kind, end) = question(query)?;
    let before = {
        let mut asked = asked.lock().unwrap();
        let count = asked.entry((name.clone(), kind)).or_insert(0);
        *count += 1;
        *count - 1
    };
    let mut records = Vec::new();
    let mut code = 0;
    let (mut name, mut hops) = (name, 0);
    loop {
        match book(&name, before) {
            Said::Silence => return None,
            Said::Noise => return Some([&query[..2], &[0xff; 40]].concat()),
            Said::Code(said) => code = said,
            Said::At(addresses) => {
                let of_kind = addresses.into_iter().filter_map(|address| match (address, kind) {
                    (IpAddr::V4(v4), A) => Some(v4.octets().to_vec()),
                    (IpAddr::V6(v6), AAAA) => Some(v6.octets().to_vec()),
                    _ => None,
                });
                records.extend(of_kind.map(|bytes| record(&name, kind, &bytes)));
            }
            // A ring of aliases is told once round.
            Said::Alias(other) if hops < 4 => {
                records.push(record(&name, CNAME, &labels(other)));
                (name, hops) = (other.to_owned(), hops + 1);
                continue;
            }
            Said::Alias(_) => {}
        }
        break;
    }
    let count = u16::try_from(records.len()).unwrap().to_be_bytes();
    let mut bytes = query[..end].to_vec();
    bytes[2..4].copy_from_slice(&[0x85, 0x80 | code]);
    bytes[6..8].copy_from_slice(&count);
    bytes[8..12].fill(0);
    bytes.extend(records.concat());
    Some(bytes)
}

/// The name that is asked for, for what, and where the question ends.
fn question(query: &[u8]) -> Option<(String, u16, usize)> {
    let (mut at, mut name) = (12, Vec::new());
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        name.push(String::from_utf8_lossy(query.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*query.get(at)?, *query.get(at + 1)?]);
    Some((name.join("."), kind, at + 4))
}

fn labels(name: &str) -> Vec<u8> {
    let label = |label: &str| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat();
    name.split('.').flat_map(label).chain([0]).collect()
}

/// A record that is forgotten at once.
fn record(name: &str, kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    let fixed = [kind.to_be_bytes(), [0, 1], [0, 0], [0, 0], length].concat();
    [labels(name), fixed, data.to_vec()].concat()
}

/// A thousand addresses of one network, of both kinds.
pub fn thousand(v4: [u8; 2], v6: u16) -> Said {
    let fourth = |n: u16| IpAddr::from(Ipv4Addr::new(v4[0], v4[1], (n >> 8) as u8, n as u8));
    let sixth = |n: u16| IpAddr::from(Ipv6Addr::new(v6, 0x4700, 0, 0, 0, 0, 0, n));
    Said::At((1..=1_000).map(fourth).chain((1..=1_000).map(sixth)).collect())
}
