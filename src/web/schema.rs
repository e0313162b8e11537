//! The document of the API (OpenAPI 3.1), made of the same table as the routes. What is answered is
//! described in [`objects`] and [`work`].

mod objects;
mod parts;
mod work;

use serde_json::{Map, Value, json};

use super::route::{Access, Route, Verb, all};

/// What a route answers where it goes well.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Health,
    Readiness,
    Metrics,
    Feed,
    Events,
    Document,
    /// A visit was asked for; it comes about on its own.
    Asked,
    AlertRow,
    Alert,
    StoryRow,
    Story,
    EntryRow,
    Entry,
    TopicRow,
    Topic,
    FeedRow,
    FeedPage,
    Delivery,
    Silence,
    /// A page of these.
    Page(&'static Answer),
    /// Something new.
    Created(&'static Answer),
}

impl Answer {
    fn status(self) -> &'static str {
        match self {
            Answer::Created(_) => "201",
            Answer::Asked => "202",
            _ => "200",
        }
    }

    /// Media types and what stands in them.
    fn content(self) -> Value {
        match self {
            Answer::Metrics => json!({ "text/plain": { "schema": { "type": "string" } } }),
            Answer::Events => json!({ "text/event-stream": { "schema": {
                "type": "object",
                "description": "One event: a revision of an alert",
                "properties": {
                    "id": { "type": "string" },
                    "event": { "type": "string" },
                    "data": { "type": "string", "contentMediaType": "application/json" },
                    "retry": { "type": "integer" },
                },
            } } }),
            Answer::Feed => json!({
                "application/atom+xml": { "schema": { "type": "string" } },
                "application/feed+json": { "schema": { "type": "object" } },
            }),
            answer => json!({ "application/json": { "schema": answer.schema() } }),
        }
    }

    fn schema(self) -> Value {
        let named = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        match self {
            Answer::Page(of) => json!({
                "type": "object",
                "required": ["items", "next"],
                "properties": {
                    "items": { "type": "array", "items": of.schema() },
                    "next": {
                        "type": ["string", "null"],
                        "description": "The cursor of the next page; null on the last one",
                    },
                },
            }),
            Answer::Created(of) => of.schema(),
            Answer::Metrics | Answer::Events | Answer::Feed | Answer::Document => {
                json!({ "type": "object" })
            }
            Answer::Health => named("Health"),
            Answer::Readiness => named("Readiness"),
            Answer::Asked => named("Asked"),
            Answer::AlertRow => named("AlertRow"),
            Answer::Alert => named("Alert"),
            Answer::StoryRow => named("StoryRow"),
            Answer::Story => named("Story"),
            Answer::EntryRow => named("EntryRow"),
            Answer::Entry => named("Entry"),
            Answer::TopicRow => named("TopicRow"),
            Answer::Topic => named("Topic"),
            Answer::FeedRow => named("FeedRow"),
            Answer::FeedPage => named("Feed"),
            Answer::Delivery => named("Delivery"),
            Answer::Silence => named("Silence"),
        }
    }
}

/// The whole document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in all() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        let verb = if route.method == Verb::Get { "get" } else { "post" };
        path[verb] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "wirewatch",
            "version": "1",
            "description": "Read what wirewatch found, and say what people say of it. Objects are \
                those of the commands' `-o json`; fields are added, never changed or removed.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": objects::all(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of `[[http.token]]`. Without any configured, programs \
                        on the same machine are let in without one",
                },
                "token_in_address": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "token",
                    "description": "The same, for feed readers that send no headers",
                },
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let named = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')));
    let in_path = named.map(|name| {
        // Whatever stands there: what cannot be is not there.
        json!({
            "name": name,
            "in": "path",
            "required": true,
            "schema": { "type": "string", "minLength": 1 },
        })
    });
    let in_query = route.query.iter().map(|param| {
        json!({
            "name": param.name,
            "in": "query",
            "required": param.required,
            "description": param.about,
            "schema": param.kind.schema(),
        })
    });
    let parameters: Vec<Value> = in_path.chain(in_query).collect();
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses(route),
        "security": match route.access {
            Access::Open => json!([]),
            Access::Feed => json!([{}, { "token": [] }, { "token_in_address": [] }]),
            Access::Read | Access::Write => json!([{}, { "token": [] }]),
        },
    });
    if route.method == Verb::Post {
        operation["requestBody"] = body(route);
    }
    operation
}

/// `post_alerts_id_ack`.
fn operation_id(route: &Route) -> String {
    let verb = if route.method == Verb::Get { "get" } else { "post" };
    let parts = route.path.split(['/', '.']).filter(|part| !matches!(*part, "" | "api" | "v1"));
    let parts: Vec<&str> = parts.map(|part| part.trim_matches(['{', '}'])).collect();
    format!("{verb}_{}", parts.join("_"))
}

fn body(route: &Route) -> Value {
    let properties: Map<String, Value> = route
        .body
        .iter()
        .map(|field| {
            let mut schema = field.kind.schema();
            schema["description"] = json!(field.about);
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> =
        route.body.iter().filter(|field| field.required).map(|field| field.name).collect();
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    });
    json!({
        "required": true,
        "content": { "application/json": { "schema": schema } },
    })
}

fn responses(route: &Route) -> Value {
    let problem = || {
        json!({
            "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
        })
    };
    let mut responses = json!({
        route.answer.status(): { "description": "Done", "content": route.answer.content() },
        "default": { "description": "Refused", "content": problem() },
    });
    if matches!(route.answer, Answer::Readiness) {
        let content = route.answer.content();
        responses["503"] = json!({ "description": "It does not do its work", "content": content });
    }
    if matches!(route.answer, Answer::Feed) {
        responses["304"] = json!({ "description": "The reader has the present feed" });
    }
    let refusals: [(&str, &str, bool); 8] = [
        ("400", "What was asked cannot be understood", true),
        ("401", "A token is needed", route.access != Access::Open),
        ("403", "The token is for reading, or the request comes from elsewhere", true),
        ("404", "There is no such thing", true),
        ("409", "It cannot be changed so as it stands", route.method == Verb::Post),
        ("413", "The body is too large", route.method == Verb::Post),
        ("415", "The body is not JSON", route.method == Verb::Post),
        ("429", "Too many wrong tokens came from this address", route.access != Access::Open),
    ];
    for (status, about, _) in refusals.into_iter().filter(|(.., there)| *there) {
        responses[status] = json!({ "description": about, "content": problem() });
    }
    responses
}
