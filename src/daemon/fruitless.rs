//! What a visit is recorded with that brought nothing: for [`super::pipeline`].

use std::time::Duration;

use crate::domain::feed::ReasonCode;
use crate::fetch::failure::FetchFailure;

/// Why a visit brought nothing: a failure of the feed, recorded as its outcome.
pub struct Failure {
    pub code: ReasonCode,
    pub status: Option<u16>,
    pub detail: String,
    pub advice: Option<String>,
    pub retry_after: Option<Duration>,
    pub network: bool,
    /// The site that answered.
    pub site: Option<String>,
}

impl From<FetchFailure> for Failure {
    fn from(failure: FetchFailure) -> Self {
        Self {
            site: failure.site().map(str::to_owned),
            code: failure.code(),
            status: failure.status(),
            retry_after: failure.retry_after(),
            network: failure.is_network(),
            advice: Some(failure.advice().to_owned()),
            detail: failure.to_string(),
        }
    }
}
