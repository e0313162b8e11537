//! That something is over which the channels were told of, where that could not be written down yet, or
//! where wirewatch was stopped meanwhile.

use jiff::Timestamp;

use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::topic::Severity;
use crate::store::Store;

/// Most notices among which the last one of a trouble is looked for.
const LOOKED_BACK: u32 = 1_000;

/// The end of a trouble, which is still to be told.
pub(super) struct Owed {
    pub notice: Notice,
    /// Whether the channels were told of its beginning.
    pub was_told: bool,
}

/// What is owed since before a start: the channels were told that nothing can be stored, and of nothing
/// since.
pub(super) fn left_over(store: &Store, now: Timestamp) -> Vec<Owed> {
    let notices = store.notices(LOOKED_BACK).unwrap_or_default();
    let of_storage = |kind| matches!(kind, NoticeKind::StorageDown | NoticeKind::StorageBack);
    let last = notices.into_iter().find(|notice| of_storage(notice.kind));
    let down = last.filter(|notice| notice.kind == NoticeKind::StorageDown);
    let owed = down.map(|down| {
        let since = down.at.strftime("%Y-%m-%d %H:%M UTC");
        let headline = format!(
            "what is read can be stored again, which it could not at {since}: reading feeds goes on"
        );
        let notice = Notice::plain(now, NoticeKind::StorageBack, Severity::Medium, headline);
        Owed { notice, was_told: true }
    });
    owed.into_iter().collect()
}
