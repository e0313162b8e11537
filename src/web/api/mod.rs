//! The API, version 1: what commands print and do, for programs. One file per kind of thing; each
//! lists with filters and cursors, shows one, and lets people do what they do on the command line.
//! Objects are those of [`crate::record`].

mod alerts;
mod deliveries;
mod document;
mod entries;
mod feeds;
mod page;
mod silences;
mod stories;
pub(super) mod topics;

use std::future::Future;

use tokio::runtime::Handle;

use super::ask::{Kind, MAX_LIMIT, Param};
use super::problem::Problem;
use super::route::Route;
use crate::store::error::StoreError;

/// All routes of the API.
pub(super) const ROUTES: [&[Route]; 8] = [
    alerts::ROUTES,
    stories::ROUTES,
    entries::ROUTES,
    topics::ROUTES,
    feeds::ROUTES,
    deliveries::ROUTES,
    silences::ROUTES,
    document::ROUTES,
];

const fn param(name: &'static str, kind: Kind, about: &'static str) -> Param {
    Param { name, kind, required: false, about }
}

const LIMIT: Param = param("limit", Kind::Number(1, MAX_LIMIT), "Most items of the page; 50 else");

/// Where a page of things with ids of their own goes on.
const CURSOR: Param = param("cursor", Kind::Cursor(8, 8), "`next` of the page before");

/// Where a page of things with keys goes on.
const KEY_CURSOR: Param = param("cursor", Kind::Cursor(1, 64), "`next` of the page before");

const TOPIC: Param = param("topic", Kind::Key, "Only of this topic");

/// Waits for a write. Handlers run on threads that may wait.
fn wait<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, Problem> {
    Ok(Handle::current().block_on(work)?)
}
