//! Deliveries: listed, shown, and made due again.

use serde_json::Value;

use super::{CURSOR, LIMIT, page, param};
use crate::domain::alert::delivery::DeliveryState;
use crate::domain::ids::{AlertId, ChannelId, DeliveryId};
use crate::record;
use crate::store::outbox::{DeliveryFilter, DeliveryView};
use crate::web::ask::{Ask, Kind};
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::Answer;

const STATES: &[&str] = &["pending", "sending", "delivered", "parked", "gathered", "dropped"];

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/api/v1/deliveries",
        access: Access::Read,
        summary: "Deliveries with their attempts, newest first",
        query: &[
            param("channel", Kind::Key, "Only to this channel"),
            param("alert", Kind::Id('A'), "Only of this alert"),
            param("state", Kind::Choice(STATES), "Only in this state; parked ones were given up"),
            LIMIT,
            CURSOR,
        ],
        body: &[],
        answer: Answer::Page(&Answer::Delivery),
        handle: Handle::Answer(list),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/deliveries/{id}",
        access: Access::Read,
        summary: "A delivery with its attempts",
        query: &[],
        body: &[],
        answer: Answer::Delivery,
        handle: Handle::Answer(show),
    },
    Route {
        method: Verb::Post,
        path: "/api/v1/deliveries/{id}/retry",
        access: Access::Write,
        summary: "Make a delivery that waits or was given up due now; others stay as they are",
        query: &[],
        body: &[],
        answer: Answer::Delivery,
        handle: Handle::Answer(retry),
    },
];

fn list(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let limit = page::limit(ask);
    let filter = DeliveryFilter {
        channel: ask.key::<ChannelId>("channel")?,
        alert: ask.key::<AlertId>("alert")?,
        state: ask.text("state").and_then(DeliveryState::from_code),
        before: page::after(ask).map(DeliveryId),
        limit: limit + 1,
        ..DeliveryFilter::default()
    };
    let found = context.desk.store().deliveries(&filter)?;
    let row = |delivery: &DeliveryView| object(context, delivery);
    page::answer(found, limit, |delivery| page::cursor(&[delivery.id.0]), row)
}

fn object(context: &Context, delivery: &DeliveryView) -> Value {
    let (config, now) = (context.desk.config(), context.desk.clock().now());
    record::delivery::row(delivery, record::delivery::held(delivery, &config, now))
}

fn show(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let id: DeliveryId = ask.id("delivery")?;
    let filter = DeliveryFilter { id: Some(id), limit: 1, ..DeliveryFilter::default() };
    let found = context.desk.store().deliveries(&filter)?;
    let found = found.first().ok_or_else(|| Problem::unknown("delivery", &id.to_string()))?;
    Reply::ok(object(context, found))
}

fn retry(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let id: DeliveryId = ask.id("delivery")?;
    let filter = DeliveryFilter { id: Some(id), ..DeliveryFilter::default() };
    let now = context.desk.clock().now();
    let retried = super::wait(context.desk.store().retry_deliveries(filter, now))?;
    if retried > 0 {
        context.desk.deliver_now();
    }
    show(context, ask)
}
