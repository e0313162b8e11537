//! The document of the API, as it is served.

use crate::web::ask::Ask;
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::{self, Answer};

pub(super) const ROUTES: &[Route] = &[Route {
    method: Verb::Get,
    path: "/api/v1/openapi.json",
    access: Access::Open,
    summary: "This document",
    query: &[],
    body: &[],
    answer: Answer::Document,
    handle: Handle::Answer(document),
}];

fn document(_: &Context, _: &Ask) -> Result<Reply, Problem> {
    Reply::ok(schema::document())
}
