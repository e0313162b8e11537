//! What people do to an alert: acknowledge, close, open again, add a remark. What is possible is
//! decided here, for the command line and the API alike.

use super::AlertState;
use crate::domain::ids::AlertId;

/// Longest remark and longest name of who made it, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;
pub const MAX_AUTHOR_CHARS: usize = 100;

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Acknowledge,
    Close,
    /// Open again, from wherever it is.
    Reopen,
    /// Only a remark; the state stays.
    Remark,
}

/// Why an alert cannot be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no alert {0}")]
    Unknown(AlertId),
    #[error("alert {0} is closed")]
    Closed(AlertId),
    /// Its story was merged into another, which has an alert of this topic already.
    #[error("alert {0} goes on in {1}, which tells of the same story")]
    Merged(AlertId, AlertId),
}

impl Refusal {
    /// A stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_alert",
            Self::Closed(_) => "alert_closed",
            Self::Merged(..) => "alert_merged",
        }
    }
}

/// The state an alert is brought to. What is closed is not acknowledged any more; it can be opened
/// again, unless it goes on in another.
pub fn next(
    alert: AlertId,
    now: AlertState,
    merged_into: Option<AlertId>,
    wish: Wish,
) -> Result<AlertState, Refusal> {
    match (wish, merged_into) {
        (Wish::Remark, _) => Ok(now),
        (Wish::Close, _) => Ok(AlertState::Closed),
        (_, Some(into)) => Err(Refusal::Merged(alert, into)),
        (Wish::Acknowledge, None) if now == AlertState::Closed => Err(Refusal::Closed(alert)),
        (Wish::Acknowledge, None) => Ok(AlertState::Acknowledged),
        (Wish::Reopen, None) => Ok(AlertState::Open),
    }
}

/// What a stored change was, by the state before it and the one it brought: `acknowledged`, `closed`,
/// `reopened`, or `noted` where only words were added. One that was closed may be closed again
/// without a word.
pub fn deed(before: AlertState, after: AlertState, has_words: bool) -> &'static str {
    match after {
        _ if before == after && (has_words || after != AlertState::Closed) => "noted",
        AlertState::Open => "reopened",
        AlertState::Acknowledged => "acknowledged",
        AlertState::Closed => "closed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_is_opened_again_and_not_acknowledged() {
        use AlertState::{Acknowledged, Closed, Open};
        let (id, other) = (AlertId(7), AlertId(3));
        for (state, merged, wish, want) in [
            (Open, None, Wish::Acknowledge, Ok(Acknowledged)),
            (Acknowledged, None, Wish::Acknowledge, Ok(Acknowledged)),
            (Closed, None, Wish::Acknowledge, Err(Refusal::Closed(id))),
            (Acknowledged, None, Wish::Close, Ok(Closed)),
            (Closed, None, Wish::Reopen, Ok(Open)),
            (Acknowledged, None, Wish::Reopen, Ok(Open)),
            (Closed, None, Wish::Remark, Ok(Closed)),
            (Closed, Some(other), Wish::Reopen, Err(Refusal::Merged(id, other))),
            (Closed, Some(other), Wish::Close, Ok(Closed)),
            (Closed, Some(other), Wish::Remark, Ok(Closed)),
        ] {
            assert_eq!(next(id, state, merged, wish), want, "{state:?} {merged:?} {wish:?}");
        }
    }
}
