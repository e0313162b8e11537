//! Delivery: one alert revision on its way to one channel. The row and its bytes are fixed in
//! the commit that raises the alert; what follows is retried until it is settled.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::feed::ReasonCode;
use crate::domain::ids::{AlertId, ChannelId, DeliveryId};

/// A delivery to be made. Its id is the idempotency key; the bytes never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub alert: AlertId,
    pub seq: u32,
    pub channel: ChannelId,
    pub body: Vec<u8>,
}

/// Where a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waiting for `next_attempt`.
    Pending,
    /// Claimed until the lease ends.
    Sending,
    /// The channel took it.
    Delivered,
    /// Given up: permanent error or out of retries; shown, and retried on request.
    Parked,
}

impl DeliveryState {
    pub const ALL: [DeliveryState; 4] = [
        DeliveryState::Pending,
        DeliveryState::Sending,
        DeliveryState::Delivered,
        DeliveryState::Parked,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Sending => "sending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Parked => "parked",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == code)
    }
}

/// A delivery as claimed for one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: DeliveryId,
    pub alert: AlertId,
    pub seq: u32,
    pub channel: ChannelId,
    pub body: Vec<u8>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// When the alert revision was committed.
    pub created: Timestamp,
}

/// How one attempt went, as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub at: Timestamp,
    pub duration: Duration,
    /// `delivered`, or the channel error's code.
    pub code: ReasonCode,
    /// What the other side answered, cut short. From outside.
    pub detail: Option<String>,
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    Delivered,
    Retry { at: Timestamp },
    Park,
}

/// Waits before the second, third, … attempt: the schedule of the Standard Webhooks
/// specification. After the last one a delivery is parked.
pub const RETRY_AFTER: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];
