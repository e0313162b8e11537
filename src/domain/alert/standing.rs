//! What stands with a channel: alerts it was told of, as it was last told of them, and what people
//! decided since. Services that forget are told of it again.

use jiff::Timestamp;

use super::AlertState;
use super::delivery::Thread;
use crate::domain::ids::AlertId;

/// An alert of which a channel was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub alert: AlertId,
    pub state: AlertState,
    /// When somebody last brought it to this state or said something of it there; none where nobody
    /// did.
    pub changed: Option<Timestamp>,
    /// When the channel took the last revision that it was sent, and when that was made.
    pub told: Timestamp,
    pub made: Timestamp,
    /// The bytes of that revision.
    pub body: Vec<u8>,
    /// What the channel called the revisions before it.
    pub thread: Thread,
}

impl Standing {
    /// When it ended: somebody took it on or closed it after what the channel was told last was made,
    /// however late it got there. Of one that somebody took on, what is made after that is news again;
    /// one that is closed has ended whatever was made.
    pub fn ended(&self) -> Option<Timestamp> {
        match self.state {
            AlertState::Open => None,
            AlertState::Acknowledged => self.changed.filter(|at| *at >= self.made),
            AlertState::Closed => self.changed.map(|at| at.max(self.made)),
        }
    }
}
