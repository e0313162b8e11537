//! The transaction of the pipeline: read what is known ([`view`]), let the domain decide, write
//! what was decided ([`apply`]), commit. Nothing of a batch is visible before all of it is.

mod apply;
mod view;

use std::sync::Arc;

use super::Store;
use super::articles;
use super::error::StoreError;
use crate::domain::entry::article::ArticleAttempt;
use crate::domain::ids::EntryId;
use crate::domain::ingest::{Batch, Plan, View};

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
        self.write(move |session| {
            let view = view::read(session, &batch, None)?;
            let plan = decide(&view);
            apply::apply(session, &batch, &view, &plan)?;
            Ok(plan)
        })
        .await
    }

    /// The same for the article of a known entry, the only one of the batch: the feed's state and
    /// record stay, and the reading is settled in the same commit. `decide` gives `None` where
    /// there is nothing to store.
    pub async fn ingest_article(
        &self,
        batch: Arc<Batch>,
        entry: EntryId,
        mut decide: impl FnMut(&View) -> Option<Plan> + Send + 'static,
    ) -> Result<Option<Plan>, StoreError> {
        self.write(move |session| {
            let view = view::read(session, &batch, Some(entry))?;
            let plan = decide(&view);
            if let Some(plan) = &plan {
                apply::apply_article(session, &batch, plan)?;
            }
            let attempt = ArticleAttempt {
                entry,
                at: batch.fetch.at,
                code: "ok".into(),
                detail: None,
                next: None,
            };
            articles::settle(session.conn, &attempt)?;
            Ok(plan)
        })
        .await
    }
}
