//! Reads a body: no more than is allowed, as sent and as decoded, and what there is of a body
//! whose connection broke.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::time::timeout;

use crate::config::FetchConfig;

use super::budget::Budget;
use super::coding::{self, DecodeError, Decoded};
use super::failure::FetchFailure;
use super::fetched::Stall;
use super::memory::{BodyMemory, Claim};

/// How much larger than it was sent a body that is only looked at may become by decoding.
const PEEK_FACTOR: usize = 16;

/// How often it is asked whether a body comes fast enough.
const LOOK_UP_EVERY: Duration = Duration::from_secs(1);

/// Time for what came of a body whose time was up.
const DECODE_TIME: Duration = Duration::from_secs(5);

/// How much of a body is read.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// In bytes.
    limit: usize,
    /// Whether its beginning does.
    begins: bool,
}

/// A body as far as it came.
#[derive(Debug)]
pub struct Reading {
    pub body: Bytes,
    pub truncated: bool,
    /// Where it was waited for in vain.
    pub stalled: Option<Stall>,
    /// What `Content-Encoding` says, where the body is another one.
    pub mislabelled: Option<String>,
}

impl Reading {
    fn broken_off(body: BytesMut, stalled: Option<Stall>) -> Self {
        Self { body: body.freeze(), truncated: true, stalled, mislabelled: None }
    }
}

/// Reads a body. Of one where the `first` bytes do, no more is read than these, as sent; as decoded
/// it must not be larger than they. A body beyond the free share of `memory` waits for its
/// part; all but that wait is spent of `budget`.
pub async fn read(
    response: Response,
    headers: &HeaderMap,
    config: &FetchConfig,
    memory: &BodyMemory,
    first: Option<usize>,
    budget: &mut Budget,
) -> Result<Reading, FetchFailure> {
    let most = usize::try_from(config.max_body_bytes).unwrap_or(usize::MAX);
    let limit = first.unwrap_or(most).min(most);
    let limit_bytes = limit as u64;
    let too_large = || FetchFailure::TooLarge { limit_bytes };

    let declared = content_encoding(headers);
    let mut claim = memory.claim();
    let size = Size { limit, begins: first.is_some() };
    let raw = receive(response, size, &declared, &mut claim, config, budget).await?;
    if !coding::is_encoded(&declared, &raw.body) {
        return Ok(Reading { body: claim.keep(raw.body), ..raw });
    }
    let free = memory.free_bytes();
    if raw.stalled.is_some() {
        budget.allow(DECODE_TIME);
    }
    match decode(&declared, raw.body, limit, free, &mut claim, budget).await? {
        Ok(Decoded { body, cut, mislabelled }) => Ok(Reading {
            body: claim.keep(body),
            truncated: raw.truncated || cut,
            stalled: raw.stalled,
            mislabelled: mislabelled.then_some(declared),
        }),
        Err(DecodeError::TooLarge) => Err(too_large()),
        Err(DecodeError::Broken) => Err(match raw.stalled {
            Some(stall) => stall.failure(),
            None => FetchFailure::Decode { coding: declared },
        }),
    }
}

/// Decodes a body as far as the free share goes, and where that does not suffice, once more with
/// all that it may become reserved: nobody knows beforehand how large it is.
async fn decode(
    declared: &str,
    body: Bytes,
    limit: usize,
    free: usize,
    claim: &mut Claim,
    budget: &mut Budget,
) -> Result<Result<Decoded, DecodeError>, FetchFailure> {
    if body.len() <= free && free < limit {
        match budget.spend(decode_aside(declared, body.clone(), free)).await? {
            Err(DecodeError::TooLarge) => claim.reserve(most(limit, true)).await?,
            outcome => return Ok(outcome),
        }
    }
    budget.spend(decode_aside(declared, body, limit)).await
}

/// Decoding megabytes would keep the worker from other feeds.
async fn decode_aside(declared: &str, body: Bytes, limit: usize) -> Result<Decoded, DecodeError> {
    let declared = declared.to_owned();
    let work = move || coding::decode(&declared, body, limit);
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(DecodeError::Broken))
}

/// The most memory that a body of up to `limit` bytes takes: an encoded one is there twice while it
/// is decoded.
fn most(limit: usize, encoded: bool) -> usize {
    if encoded { limit.saturating_mul(2) } else { limit }
}

/// The beginning of a body that is only looked at, decoded as far as it can be; nothing where
/// that fails.
pub async fn peek(mut response: Response, headers: &HeaderMap, limit: usize) -> Bytes {
    let mut body = BytesMut::new();
    while body.len() < limit
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk[..chunk.len().min(limit - body.len())]);
    }
    let declared = content_encoding(headers);
    match coding::decode(&declared, body.freeze(), limit.saturating_mul(PEEK_FACTOR)) {
        Ok(decoded) => decoded.body,
        Err(_) => Bytes::new(),
    }
}

/// The body as sent; of one that is too large its beginning, if that does.
async fn receive(
    mut response: Response,
    Size { limit, begins }: Size,
    declared: &str,
    claim: &mut Claim,
    config: &FetchConfig,
    budget: &mut Budget,
) -> Result<Reading, FetchFailure> {
    let limit_bytes = limit as u64;
    let length = response.content_length();
    let announced = length.unwrap_or_default();
    if announced > limit_bytes && !begins {
        return Err(FetchFailure::TooLarge { limit_bytes });
    }
    let mut body = BytesMut::new();
    loop {
        let next = next_chunk(&mut response, claim);
        let chunk = match budget.spend(next).await {
            // The server may have said all without saying so.
            Err(FetchFailure::TimeoutTotal { after }) if !body.is_empty() => {
                return Ok(Reading::broken_off(body, Some(Stall::Slow(after))));
            }
            chunk => chunk??,
        };
        match chunk {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                if !begins {
                    return Err(FetchFailure::TooLarge { limit_bytes });
                }
                body.extend_from_slice(&chunk[..limit - body.len()]);
                return Ok(Reading::broken_off(body, None));
            }
            Ok(Some(chunk)) => {
                if claim.is_short_of(body.len() + chunk.len()) {
                    let begun: &[u8] = if body.is_empty() { &chunk } else { &body };
                    let sent = length.and_then(|length| usize::try_from(length).ok());
                    let encoded = coding::is_encoded(declared, begun);
                    let sent = sent.filter(|_| !encoded).map_or(limit, |sent| sent.min(limit));
                    claim.reserve(most(sent, encoded)).await?;
                }
                claim.received(chunk.len());
                body.extend_from_slice(&chunk);
            }
            Ok(None) => break,
            Err(error) if error.is_timeout() => {
                let stall = Stall::Silent(config.read_timeout);
                return match body.is_empty() {
                    true => Err(stall.failure()),
                    false => Ok(Reading::broken_off(body, Some(stall))),
                };
            }
            Err(error) if body.is_empty() => {
                return Err(FetchFailure::protocol(error.without_url()));
            }
            Err(_) => {
                return Ok(Reading::broken_off(body, None));
            }
        }
    }
    Ok(Reading { truncated: false, ..Reading::broken_off(body, None) })
}

/// What comes next of the body, unless others wait for the memory that it takes and it is too slow.
async fn next_chunk(
    response: &mut Response,
    claim: &Claim,
) -> Result<reqwest::Result<Option<Bytes>>, FetchFailure> {
    loop {
        claim.check_pace()?;
        // What is under way stays with the response: nothing is lost by looking up in between.
        if let Ok(chunk) = timeout(LOOK_UP_EVERY, response.chunk()).await {
            return Ok(chunk);
        }
    }
}

fn content_encoding(headers: &HeaderMap) -> String {
    let values: Vec<&str> =
        headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    values.join(",")
}
