//! The transaction of the pipeline: read what was there, let the domain place the new entries, read
//! what there is of their stories ([`view`]), let the domain decide, write what was decided
//! ([`apply`]), commit. Nothing of a batch is visible before all of it is.

pub(super) mod apply;
pub(super) mod story_facts;
mod tellings;
pub(super) mod view;

pub(super) use apply::apply_due;
pub(super) use view::of_story as view_of_story;

use std::sync::Arc;

use super::Store;
use super::articles;
use super::error::StoreError;
use super::writer::Session;
use crate::domain::entry::article::WantedArticle;
use crate::domain::ingest::{Arrangement, Batch, Known, Plan, Seen, View, arrange};
use crate::domain::story::shelf::Shelf;

impl Store {
    /// Decides on a batch and stores the outcome, in one transaction together with the feed's
    /// state. Returns the plan as it was applied. `decide` runs on the writer thread; if the
    /// commit fails as a whole, it is asked again with a fresh view. If it panics, or its plan
    /// cannot be written, nothing of this batch is stored and no other batch suffers.
    pub async fn ingest(
        &self,
        batch: Arc<Batch>,
        mut decide: impl FnMut(&View) -> Plan + Send + 'static,
    ) -> Result<Plan, StoreError> {
        self.write(move |session| carry_out(session, &batch, &mut decide)).await
    }

    /// Tries whether a batch can be decided on and stored, and takes it back.
    ///
    /// # Errors
    /// As [`Self::ingest`] would fail.
    pub async fn try_ingest(
        &self,
        batch: Arc<Batch>,
        mut decide: impl FnMut(&View) -> Plan + Send + 'static,
    ) -> Result<(), StoreError> {
        let tried: Result<(), StoreError> = self
            .write(move |session| {
                carry_out(session, &batch, &mut decide)?;
                // An error takes everything back, what is in memory too.
                Err(StoreError::Unkept)
            })
            .await;
        match tried {
            Err(StoreError::Unkept) => Ok(()),
            other => other,
        }
    }

    /// The same for the article of a known entry, the only one of the batch: the feed's state and
    /// record stay, and the reading is settled in the same commit. `text` is what the page says.
    /// `decide` gives `None` where there is nothing to store. If the feed revised the entry after
    /// the batch was made, the text is kept, to be added to what the entry says now; and if the
    /// page is no longer wanted as it was, nothing happens.
    pub async fn ingest_article(
        &self,
        batch: Arc<Batch>,
        article: WantedArticle,
        text: String,
        mut decide: impl FnMut(&View) -> Option<Plan> + Send + 'static,
    ) -> Result<Option<Plan>, StoreError> {
        self.write(move |session| {
            if !articles::stands(session.conn, &article)? {
                return Ok(None);
            }
            let about = Some(article.entry);
            let seen = view::seen(session, &batch, about)?;
            let arrangement = Arrangement { last_id: seen.last_id, ..Arrangement::default() };
            let view = view::read(session.conn, &batch, seen, arrangement, about)?;
            let plan = decide(&view);
            if let Some(plan) = &plan {
                apply::apply_article(session, &batch, plan)?;
            }
            let prepared = batch.entries.first().map(|entry| entry.content);
            let revised = |known: &Arc<Known>| {
                known.entry == article.entry && known.content.is_some() && known.content != prepared
            };
            let added = plan.is_some() || !view.seen.known.values().any(revised);
            articles::keep(session.conn, &article, &text, added, batch.fetch.at)?;
            Ok(plan)
        })
        .await
    }
}

fn carry_out(
    session: &mut Session<'_>,
    batch: &Batch,
    decide: &mut impl FnMut(&View) -> Plan,
) -> Result<Plan, StoreError> {
    let seen = view::seen(session, batch, None)?;
    let arrangement = arranged(session, &seen, batch)?;
    let view = view::read(session.conn, batch, seen, arrangement, None)?;
    let plan = decide(&view);
    apply::apply(session, batch, &view, &plan)?;
    Ok(plan)
}

/// Recognises and places the entries of a batch. The stories in memory are asked only where an
/// entry may be new.
fn arranged(
    session: &mut Session<'_>,
    seen: &Seen,
    batch: &Batch,
) -> Result<Arrangement, StoreError> {
    let now = batch.fetch.at;
    if !view::may_be_new(seen, batch) {
        return Ok(arrange(seen, batch, &mut Shelf::default(), now));
    }
    let shelf = session.stories.shelf(session.conn, now)?;
    Ok(arrange(seen, batch, shelf, now))
}
