//! Delivery: one alert revision, one notice or one digest, on its way to one channel. The row and its bytes
//! are fixed in the commit that raises the alert; what follows is retried until it is settled.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::feed::ReasonCode;
use crate::domain::ids::{AlertId, ChannelId, DeliveryId, Digest, DigestId, NoticeId};

/// A delivery to be made. Its id is the idempotency key; the bytes never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub alert: AlertId,
    pub seq: u32,
    pub channel: ChannelId,
    /// Whether it goes through the channel's quiet hours.
    pub urgent: bool,
    /// Which route led to the channel, in words, where routes did.
    pub route: Option<String>,
    /// How long it waits for others to go with it.
    pub wait: Duration,
    pub body: Vec<u8>,
}

/// What a delivery carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    Alert { alert: AlertId, seq: u32 },
    Notice(NoticeId),
    Digest(DigestId),
}

impl Carried {
    pub fn alert(self) -> Option<AlertId> {
        match self {
            Carried::Alert { alert, .. } => Some(alert),
            Carried::Notice(_) | Carried::Digest(_) => None,
        }
    }

    /// The revision of an alert.
    pub fn seq(self) -> Option<u32> {
        match self {
            Carried::Alert { seq, .. } => Some(seq),
            Carried::Notice(_) | Carried::Digest(_) => None,
        }
    }

    pub fn notice(self) -> Option<NoticeId> {
        match self {
            Carried::Alert { .. } | Carried::Digest(_) => None,
            Carried::Notice(notice) => Some(notice),
        }
    }

    pub fn digest(self) -> Option<DigestId> {
        match self {
            Carried::Alert { .. } | Carried::Notice(_) => None,
            Carried::Digest(digest) => Some(digest),
        }
    }
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
    /// Told of in one message with others: quiet hours ended and too many waited, or they are of
    /// one group.
    Gathered,
    /// Given up by somebody, who said why.
    Dropped,
}

impl DeliveryState {
    pub const ALL: [DeliveryState; 6] = [
        DeliveryState::Pending,
        DeliveryState::Sending,
        DeliveryState::Delivered,
        DeliveryState::Parked,
        DeliveryState::Gathered,
        DeliveryState::Dropped,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Sending => "sending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Parked => "parked",
            DeliveryState::Gathered => "gathered",
            DeliveryState::Dropped => "dropped",
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
    pub carried: Carried,
    pub channel: ChannelId,
    pub body: Vec<u8>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// When what it carries was committed.
    pub created: Timestamp,
    /// What the channel answered to earlier revisions of the same alert.
    pub thread: Thread,
}

/// By which names the channel's service knows what it was told of an alert before: a message that
/// can be answered or rewritten. In the service's own words, from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// Oldest first. Of very many, the oldest and the last.
    pub handles: Vec<String>,
}

impl Thread {
    /// Most that are remembered of one alert.
    pub const MAX_HANDLES: usize = 100;

    /// Of the first revision that left one.
    pub fn first(&self) -> Option<&str> {
        self.handles.first().map(String::as_str)
    }

    /// Of the last one; the same as the first where there was only one.
    pub fn last(&self) -> Option<&str> {
        self.handles.last().map(String::as_str)
    }
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
    /// By which name the service knows the message from now on, where it said so.
    pub handle: Option<String>,
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    Delivered,
    Retry {
        at: Timestamp,
    },
    /// The channel takes nothing at present, though it works: it waits for a time, and this try does not
    /// count.
    Wait {
        at: Timestamp,
    },
    /// There was no way to the channel: it waits until there is, and this try does not count.
    Spare,
    /// Tried before its time, to see whether the channel works again: its time stays, and this try
    /// does not count.
    Early,
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

/// Tries a delivery gets before it is parked.
pub const MAX_ATTEMPTS: u32 = RETRY_AFTER.len() as u32 + 1;

/// Longest wait a channel can ask for: its answer is from outside, and an alert a day late is
/// hardly one.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// No delivery is ever put off, nor leased, for longer than this. A time further off was set by a
/// clock that has jumped back since, and waits for nothing.
pub const LONGEST_WAIT: Duration = Duration::from_secs(27 * 3600);

/// Every wait is varied by up to this many thousandths either way, so that deliveries that failed
/// together do not come back together.
const JITTER_THOUSANDTHS: i64 = 100;

/// For so long after it was made no delivery pays for being told that nothing is taken at present, nor
/// waits for longer than [`LONGEST_SPARED_WAIT`]. What is refused for longer, while the channel takes
/// others, may be what it cannot digest.
const SPARED_FOR: Duration = Duration::from_secs(24 * 3600);

const LONGEST_SPARED_WAIT: Duration = Duration::from_secs(15 * 60);

/// What a channel answered, as far as the next step depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It took the delivery.
    Taken,
    /// It may take it later; in no less than `retry_after`, where it said so.
    Later { retry_after: Option<Duration> },
    /// It will never take it.
    Never,
    /// It says that it is gone for good, which says nothing of the delivery.
    Gone,
}

/// What becomes of a delivery after its attempt number `attempt` (1 for the first) was answered.
///
/// A channel's `Retry-After` is a lower bound and never shortens the schedule: a channel that asks
/// for one second ten times over would else have its alerts parked within ten seconds.
pub fn settlement(id: DeliveryId, attempt: u32, answer: Answer, now: Timestamp) -> Settlement {
    let asked = match answer {
        Answer::Taken => return Settlement::Delivered,
        Answer::Never => return Settlement::Park,
        Answer::Gone => return Settlement::Spare,
        Answer::Later { retry_after } => retry_after.unwrap_or_default().min(MAX_RETRY_AFTER),
    };
    let tried = usize::try_from(attempt.max(1)).unwrap_or(usize::MAX);
    let Some(&scheduled) = RETRY_AFTER.get(tried - 1) else {
        return Settlement::Park;
    };
    Settlement::Retry { at: varied(id, attempt, scheduled, asked, now) }
}

/// The end of a wait, varied; what was asked for is only ever prolonged.
fn varied(
    id: DeliveryId,
    attempt: u32,
    wait: Duration,
    asked: Duration,
    now: Timestamp,
) -> Timestamp {
    let jitter = jitter_thousandths(id, attempt);
    let wait = vary(wait, jitter).max(vary(asked, jitter.abs()));
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// What becomes of a delivery to which a channel that works answered that it takes nothing at present; `None` where that counts as any other failure.
///
/// One that takes each fourth message would else have some given up, or told days late, though it took
/// hundreds of others.
pub fn not_now(
    delivery: &Claimed,
    retry_after: Option<Duration>,
    now: Timestamp,
) -> Option<Settlement> {
    let Claimed { id, attempt, created, .. } = *delivery;
    let age = Duration::try_from(now.duration_since(created)).unwrap_or(SPARED_FOR);
    if age >= SPARED_FOR {
        return None;
    }
    // By its age and not by its tries: most of those tell how the channel did, and nothing of it.
    let wait = (age / 4).clamp(RETRY_AFTER[0], LONGEST_SPARED_WAIT);
    let asked = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    Some(Settlement::Wait { at: varied(id, attempt, wait, asked, now) })
}

/// Between minus and plus [`JITTER_THOUSANDTHS`], the same for the same attempt each time.
fn jitter_thousandths(id: DeliveryId, attempt: u32) -> i64 {
    let parts: [&[u8]; 2] = [&id.0.to_le_bytes(), &attempt.to_le_bytes()];
    let spread = Digest::of("delivery jitter", &parts).to_i64();
    spread.rem_euclid(2 * JITTER_THOUSANDTHS + 1) - JITTER_THOUSANDTHS
}

fn vary(wait: Duration, thousandths: i64) -> Duration {
    let factor = u32::try_from(1_000 + thousandths).unwrap_or(1_000);
    wait.saturating_mul(factor) / 1_000
}

#[cfg(test)]
mod tests;
