//! `wirewatch entries` and `wirewatch search`: what the feeds published.

mod aside;

use serde_json::json;

use crate::cli::args::{Entries, Format};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::cli::stories::told;
use crate::cli::topics::backtest::period::Period;
use crate::cli::{entry_history, meant, moment, naming};
use crate::domain::ids::EntryId;
use crate::domain::publisher::credit;
use crate::domain::topic::evidence::Clause;
use crate::record;
use crate::store::Access;
use crate::store::articles::ArticleView;
use crate::store::entries::{EntryDetail, EntryFilter, EntryView};
use crate::store::stories::read::Place;

const COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::shown("first_seen"),
    Column::text("publisher").spare(2),
    Column::text("title"),
    Column::shown("story").rare().spare(3),
    Column::text("topics").spare(1),
    Column::hidden("feed"),
    Column::hidden("url"),
    Column::hidden("published"),
    Column::hidden("revision"),
];

pub fn run(command: &Entries, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Entries::List { quarantined: true, limit, .. } => aside::list(*limit, session),
        Entries::Retry { numbers, .. } => aside::retry(numbers, session),
        Entries::List { feed, topic, since, limit, .. } => {
            let period = Period::read(since.as_deref(), None, session.clock.now())?;
            let store = session.store(Access::ReadOnly)?;
            let (feed, topic) = (feed.as_deref(), topic.as_deref());
            let filter = EntryFilter {
                feed: feed.map(|key| naming::stored_feed(key, &store, session)).transpose()?,
                topic: topic.map(|id| naming::stored_topic(id, &store, session)).transpose()?,
                since: period.since,
                limit: *limit,
                ..EntryFilter::default()
            };
            print(&store.entries(&filter)?, "no entries", session)
        }
        Entries::Show { id, history } => show(id, *history, session),
    }
}

/// `wirewatch search`: the words as one query.
pub fn search(words: &[String], limit: u32, session: &mut Session) -> Result<Exit, Failure> {
    if !words.iter().any(|word| word.contains(char::is_alphanumeric)) {
        let sentence = "there is nothing to search for: no word has a letter or digit in it";
        return Err(Failure::said(Exit::Usage, sentence)
            .hint("`wirewatch search nato summit`, `wirewatch search 'NA*'`"));
    }
    let store = session.store(Access::ReadOnly)?;
    let found = store.search(&query(words), limit)?;
    print(&found, "no entry has all these words", session)
}

/// An argument with a space in it came in the shell's quotes: it is a phrase.
fn query(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        let phrase = words.len() > 1 && word.contains(' ') && !word.contains('"');
        if phrase { format!("\"{word}\"") } else { word.clone() }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn print(
    views: &[EntryView],
    when_empty: &'static str,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let for_people = session.printer.format() == Format::Table;
    let mut records = Records::new(COLUMNS, when_empty);
    for view in views {
        let mut row = record::entry::row(view);
        // A blank says nothing to people; programs get what the feed said.
        if let Some(opening) = view.opening.as_ref().filter(|_| for_people) {
            row["title"] = json!(opening);
        }
        records.object(&row);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

fn show(id: &str, history: bool, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let id = meant::entry(id, &store, session.messages)?;
    let Some(detail) = store.entry(id)? else {
        return Err(no_such_entry(id));
    };
    if history {
        let (object, page) =
            (entry_history::object(&detail), entry_history::page(&detail, session.printer.width()));
        session.printer.object(&object, &page)?;
        return Ok(Exit::Ok);
    }
    let article = store.article(id)?;
    let (article, place) = (article.as_ref(), store.place(id)?);
    let mut page = Page::new(&session.printer);
    self::page(&detail, article, place.as_ref(), &mut page);
    let object = record::entry::page(&detail, article, place.as_ref());
    session.printer.object(&object, &page.text())?;
    Ok(Exit::Ok)
}

pub fn no_such_entry(id: EntryId) -> Failure {
    Failure::said(Exit::Failed, format!("there is no entry {id}"))
        .hint("`wirewatch search WORD` finds entries")
}

fn page(
    detail: &EntryDetail,
    article: Option<&ArticleView>,
    place: Option<&Place>,
    page: &mut Page,
) {
    let entry = &detail.entry;
    let document = &entry.document;
    page.line(&document.title);
    let facts = [
        ("entry", entry.id.to_string()),
        ("feed", detail.feed_key.to_string()),
        ("publisher", entry.publisher.clone()),
        ("text of", credit::of(document).unwrap_or_default().to_owned()),
        ("by", document.authors.clone()),
        ("in", document.categories.clone()),
        ("published", published(detail)),
        ("dated", entry.date_text.clone().unwrap_or_default()),
        ("seen", moment::text(entry.first_seen)),
        ("link", document.url.clone().unwrap_or_default()),
        ("story", place.map(|place| told::story(&place.story)).unwrap_or_default()),
        ("", place.map(told::why).unwrap_or_default()),
        ("revision", entry.revision.to_string()),
        ("full text", article.map(full_text).unwrap_or_default()),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        page.fact(name, value);
    }
    for stored in &detail.matches {
        let clauses: Vec<String> = stored.found.evidence.clauses.iter().map(clause).collect();
        let name = &stored.found.topic;
        // A topic that matched several revisions stands there once for each.
        let of_topic = detail.matches.iter().filter(|other| other.found.topic == *name);
        let revision = match of_topic.count() {
            1 => String::new(),
            _ => format!(" (revision {})", stored.entry_revision),
        };
        page.fact("matches", &format!("{name}{revision}: {}", clauses.join(" · ")));
    }
    for decision in &detail.decisions {
        let alert = decision.alert.map(|alert| format!(" {alert}")).unwrap_or_default();
        let (verdict, topic) = (&decision.verdict, &decision.topic);
        let text = format!("{verdict}{alert} for {topic}: {}", decision.reason.text);
        page.fact("decided", &text);
    }
    page.blank();
    document.body.lines().for_each(|line| page.line(line));
}

fn published(detail: &EntryDetail) -> String {
    match detail.entry.published {
        Some(at) => format!("{} ({})", moment::text(at), detail.entry.date_quality.as_str()),
        None => "no date".to_owned(),
    }
}

/// How the reading of the entry's page stands, in words.
fn full_text(article: &ArticleView) -> String {
    let why = article.detail.as_ref().or(article.code.as_ref()).map(String::as_str);
    let why = why.unwrap_or_default();
    match (article.state.as_str(), article.at) {
        ("read", Some(at)) => format!("read from its page {}", moment::text(at)),
        ("again", _) => "what its page said is added to the revised entry".to_owned(),
        ("wanted", None) => "its page is still to be read".to_owned(),
        ("wanted", Some(_)) => {
            format!("{why}; its page is tried again {}", moment::text(article.due))
        }
        _ => format!("its page was given up: {why}"),
    }
}

fn clause(clause: &Clause) -> String {
    format!("{} ×{}", clause.text, clause.count)
}
