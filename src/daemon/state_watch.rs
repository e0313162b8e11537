//! Whether the state directory is the one that was opened. A daemon whose files were deleted, or
//! whose directory was exchanged, would work on in files that nobody sees: all that it stores is
//! gone at the next start, and another daemon may start beside it. Nothing of that can be mended
//! from inside: it is said, the channels are told, and the process ends, so that a service manager
//! starts it anew. And whether a start begins a new database where an earlier one was.

use std::path::Path;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::app::App;
use super::post::Post;
use super::watches::Watches;
use crate::clock::Clock;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::topic::Severity;
use crate::store::place::{Birth, Loss, Place};

/// How often is looked. A loss must show twice: a file may be exchanged for an instant.
const EVERY: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_secs(1);

/// How long the channels may take to be told before the end.
const FAREWELL: Duration = Duration::from_secs(5);

/// Code of the loss in the log.
const CODE: &str = "state_lost";

/// Looks whether the files lie where they were.
pub(super) struct StateWatch {
    pub clock: Clock,
    pub post: Post,
    pub place: Place,
    /// Cancelled when they do not, and the channels had their time.
    pub lost: CancellationToken,
}

impl StateWatch {
    /// Looks until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.sleep(EVERY) => {}
            }
            if self.place.lost().is_none() {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(AGAIN) => {}
            }
            if let Some(loss) = self.place.lost() {
                self.give_up(&loss).await;
                return;
            }
        }
    }

    async fn give_up(&self, loss: &Loss) {
        let path = loss.path.display();
        let became = if loss.replaced { "was replaced" } else { "was deleted" };
        tracing::error!(
            code = CODE,
            hint = "put the state directory back, or restore a copy with `wirewatch db restore \
                    FILE`, and start again",
            "{path} {became} while wirewatch runs: what it stores is lost, so it ends"
        );
        let headline = format!(
            "wirewatch ends: {path} {became} while it ran; put the state directory back or restore \
             a copy, else the next start begins anew"
        );
        let now = self.clock.now();
        let notice = Notice::plain(now, NoticeKind::StorageDown, Severity::High, headline);
        let told = self.post.tell(vec![notice], Vec::new(), now);
        if let Ok(Ok(())) = tokio::time::timeout(FAREWELL, told).await {
            tokio::time::sleep(FAREWELL).await;
        }
        self.lost.cancel();
    }
}

impl App {
    /// Cancelled when the state directory was lost: nothing that is stored from then on stays.
    pub fn lost(&self) -> CancellationToken {
        self.watches.lost.clone()
    }
}

/// Whether a new database is about to be begun.
pub(super) fn foresee(state_dir: &Path) -> Option<Birth> {
    Birth::foreseen(state_dir)
}

impl Watches {
    /// Says that a new database was begun; where there was one before, to the channels as well.
    pub async fn tell_birth(&self, birth: Option<Birth>) {
        let Some(birth) = birth else { return };
        let state_dir = self.post.config().state_dir.clone();
        let dir = state_dir.display();
        if birth.leftovers.is_empty() {
            tracing::info!(state_dir = %dir, "a new database was begun");
            return;
        }
        let found = birth.leftovers.join(", ");
        tracing::warn!(
            code = NoticeKind::DatabaseNew.as_str(),
            hint = "if the old database should be here: stop wirewatch, put it back or run \
                    `wirewatch db restore FILE`, and start again",
            "a new database was begun in {dir}, where an earlier one must have been ({found} is \
             still there): what it knew is gone, and each feed begins with a baseline"
        );
        let headline = "a new database was begun where an earlier one must have been: what was \
                        known is gone, and each feed begins with a baseline; `wirewatch db restore \
                        FILE` takes a copy back";
        let (kind, now) = (NoticeKind::DatabaseNew, self.options.clock.now());
        let notice = Notice::plain(now, kind, Severity::High, headline.to_owned());
        if let Err(error) = self.post.tell(vec![notice], Vec::new(), now).await {
            tracing::warn!(code = error.code(), %error, "the channels could not be told of that");
        }
    }
}
