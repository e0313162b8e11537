//! Reads a body: no more than is allowed, as sent and as decoded, and what there is of a body
//! whose connection broke.

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use crate::config::FetchConfig;

use super::coding::{self, DecodeError, Decoded};
use super::failure::FetchFailure;

/// How much larger than it was sent a body that is only looked at may become by decoding.
const PEEK_FACTOR: usize = 16;

/// A body as far as it came.
#[derive(Debug)]
pub struct Reading {
    pub body: Bytes,
    pub truncated: bool,
    /// What `Content-Encoding` says, where the body is another one.
    pub mislabelled: Option<String>,
}

/// Reads a body. Of one where the `first` bytes do, no more is read than these, as sent; as decoded
/// it must not be larger than they.
pub async fn read(
    response: Response,
    headers: &HeaderMap,
    config: &FetchConfig,
    first: Option<usize>,
) -> Result<Reading, FetchFailure> {
    let most = usize::try_from(config.max_body_bytes).unwrap_or(usize::MAX);
    let limit = first.unwrap_or(most).min(most);
    let limit_bytes = limit as u64;
    let too_large = || FetchFailure::TooLarge { limit_bytes };

    let raw = receive(response, limit, first.is_some(), config).await?;
    let declared = content_encoding(headers);
    if !coding::is_encoded(&declared, &raw.body) {
        return Ok(raw);
    }
    // Decoding megabytes would keep the worker from other feeds.
    let body = raw.body;
    let codings = declared.clone();
    let decoded = tokio::task::spawn_blocking(move || coding::decode(&codings, body, limit)).await;
    match decoded {
        Ok(Ok(Decoded { body, cut, mislabelled })) => Ok(Reading {
            body,
            truncated: raw.truncated || cut,
            mislabelled: mislabelled.then_some(declared),
        }),
        Ok(Err(DecodeError::TooLarge)) => Err(too_large()),
        Ok(Err(DecodeError::Broken)) | Err(_) => Err(FetchFailure::Decode { coding: declared }),
    }
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
    limit: usize,
    begins: bool,
    config: &FetchConfig,
) -> Result<Reading, FetchFailure> {
    let limit_bytes = limit as u64;
    let announced = response.content_length().unwrap_or_default();
    if announced > limit_bytes && !begins {
        return Err(FetchFailure::TooLarge { limit_bytes });
    }
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                if !begins {
                    return Err(FetchFailure::TooLarge { limit_bytes });
                }
                body.extend_from_slice(&chunk[..limit - body.len()]);
                return Ok(Reading { body: body.freeze(), truncated: true, mislabelled: None });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) if error.is_timeout() => {
                return Err(FetchFailure::TimeoutRead { after: config.read_timeout });
            }
            Err(error) if body.is_empty() => {
                return Err(FetchFailure::Protocol(error.without_url()));
            }
            Err(_) => {
                return Ok(Reading { body: body.freeze(), truncated: true, mislabelled: None });
            }
        }
    }
    Ok(Reading { body: body.freeze(), truncated: false, mislabelled: None })
}

fn content_encoding(headers: &HeaderMap) -> String {
    let values: Vec<&str> =
        headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok()).collect();
    values.join(",")
}
