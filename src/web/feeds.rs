//! The output feeds over HTTP: a topic's alerts, or all of them, as Atom and JSON Feed. A reader that
//! has the present one is told so (ETag, Last-Modified).

use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use jiff::SignedDuration;

use super::ask::Ask;
use super::problem::Problem;
use super::route::{Access, Context, Handle, Reply, Route, Verb};
use super::schema::Answer;
use crate::daemon::output_feeds;
use crate::deliver::feed::Format;
use crate::domain::ids::{Digest, TopicId};

/// Age of a change at which the second in which it was made is surely over.
const DATE_IS_GOOD_AFTER: SignedDuration = SignedDuration::from_secs(2);

const fn route(path: &'static str, handle: Handle) -> Route {
    Route {
        method: Verb::Get,
        path,
        access: Access::Feed,
        summary: "Alerts as a feed",
        query: &[],
        body: &[],
        answer: Answer::Feed,
        handle,
    }
}

pub(super) const ROUTES: &[Route] = &[
    route("/alerts.atom", Handle::Answer(all_atom)),
    route("/alerts.json", Handle::Answer(all_json)),
    route("/topics/{file}", Handle::Answer(of_topic)),
];

fn all_atom(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    answer(context, ask, None, Format::Atom)
}

fn all_json(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    answer(context, ask, None, Format::Json)
}

/// `ID.atom` or `ID.json`.
fn of_topic(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let file = ask.path("file");
    let named = Format::ALL.into_iter().find_map(|format| {
        let id = file.strip_suffix(format.extension())?.strip_suffix('.')?;
        Some((id.parse::<TopicId>().ok()?, format))
    });
    let Some((topic, format)) = named else { return Err(Problem::unknown("feed", file)) };
    answer(context, ask, Some(&topic), format)
}

fn answer(
    context: &Context,
    ask: &Ask,
    id: Option<&TopicId>,
    format: Format,
) -> Result<Reply, Problem> {
    let (store, config) = (context.desk.store(), context.desk.config());
    let topic = match id {
        None => None,
        Some(id) => {
            let found =
                config.topics.topics().map(|(topic, _)| topic).find(|topic| topic.id == *id);
            Some(found.ok_or_else(|| Problem::unknown("topic", id.as_str()))?)
        }
    };
    let feed = output_feeds::read(&store, &config, topic.map(|topic| &**topic))?;
    let bytes = feed.render(format).map_err(|_| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the feed cannot be written")
    })?;
    let tag = format!("\"{}\"", Digest::of("output feed", &[&bytes]));
    // Whole seconds are told: a change within one would hide behind the last. So a date is told and
    // believed only once its second is over.
    let is_past = context.desk.clock().now().duration_since(feed.updated) > DATE_IS_GOOD_AFTER;
    let changed = httpdate::HttpDate::from(std::time::SystemTime::from(feed.updated));
    let is_known = match ask.header(IF_NONE_MATCH.as_str()) {
        Some(tags) => tags.split(',').any(|known| {
            let known = known.trim();
            known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
        }),
        None => ask
            .header(IF_MODIFIED_SINCE.as_str())
            .and_then(|since| since.parse::<httpdate::HttpDate>().ok())
            .is_some_and(|since| is_past && changed <= since),
    };
    let text = |text: &str| HeaderValue::from_str(text);
    let validators: [(HeaderName, Result<HeaderValue, _>); 3] = [
        (ETAG, text(&tag)),
        (LAST_MODIFIED, text(&changed.to_string())),
        (CACHE_CONTROL, text("private, no-cache")),
    ];
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(CONTENT_TYPE, format.content_type())], bytes).into_response(),
    };
    for (name, value) in validators {
        if let Ok(value) = value
            && (is_past || name != LAST_MODIFIED)
        {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(Reply::Raw(response))
}
