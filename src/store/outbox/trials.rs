//! A test message: a notice to one channel, sent by who asks for it and not by a dispatcher. It is
//! recorded like any other, and whatever comes of it is final.

use std::time::Duration;

use jiff::Timestamp;

use super::claims::claimed;
use super::{add_attempt, keep_handle, settle};
use crate::domain::alert::delivery::{Attempt, Claimed, Settlement};
use crate::domain::ids::{ChannelId, DeliveryId, IdSource};
use crate::domain::notice::Notice;
use crate::store::column::{Ms, Text};
use crate::store::error::StoreError;
use crate::store::notices::{self, Freeze};
use crate::store::{Store, meta};

impl Store {
    /// Keeps a test message, claimed for `lease`.
    pub async fn begin_trial(
        &self,
        notice: Notice,
        channel: &ChannelId,
        lease: Duration,
        now: Timestamp,
        freeze: Freeze,
    ) -> Result<Claimed, StoreError> {
        let channel = channel.clone();
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        self.write(move |session| {
            let conn = session.conn;
            let mut ids = IdSource::resume(meta::last_id(conn)?);
            let channels = [channel.clone()];
            let id = notices::add(conn, &notice, &channels, &mut ids, freeze, true)?;
            meta::set_last_id(conn, ids.last())?;
            Ok(conn
                .prepare_cached(
                    "UPDATE deliveries SET state = 'sending', attempts = 1, lease_until = ?3 \
                     WHERE notice_id = ?1 AND channel = ?2 RETURNING id, alert_id, seq, notice_id, \
                     digest_id, channel, body, attempts, created",
                )?
                .query_row((id.0, Text(&channel), Ms(until)), claimed)?)
        })
        .await
    }

    /// Records how it went. One that failed is not tried again: somebody saw it fail.
    pub async fn end_trial(
        &self,
        id: DeliveryId,
        attempt: Attempt,
        taken: bool,
    ) -> Result<(), StoreError> {
        self.write(move |session| {
            let conn = session.conn;
            add_attempt(conn, id, &attempt)?;
            keep_handle(conn, id, &attempt)?;
            if taken {
                return Ok(settle(conn, id, attempt.at, &Settlement::Delivered)?);
            }
            conn.prepare_cached(
                "UPDATE deliveries SET state = 'dropped', remark = 'a test that failed', \
                 settled_at = ?2, lease_until = NULL WHERE id = ?1",
            )?
            .execute((id.0, Ms(attempt.at)))?;
            Ok(())
        })
        .await
    }
}
