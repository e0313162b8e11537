//! Why an entry is in its story: a sentence for people, the numbers behind it for programs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::moment;
use crate::domain::story::Member;
use crate::domain::story::edit::{Change, Edit};
use crate::domain::story::placement::{Copied, JoinReason, Likeness, Near};

/// Where a text was first: who published it, and when.
pub type Source<'a> = Option<(&'a str, Timestamp)>;

/// The reason as a sentence without its end. `edits` are those of the story, oldest first.
pub fn text(member: &Member, source: Source<'_>, edits: &[Edit]) -> String {
    let copied = member.copy_of.map(|copied| copy(&copied, source));
    let copied = copied.unwrap_or_default();
    let own = match &member.reason {
        JoinReason::Copy { .. } if !copied.is_empty() => return copied,
        JoinReason::Copy { of, share } => copy(&Copied { entry: *of, share: *share }, source),
        JoinReason::Opened { .. } => format!("opened it: {}", member.reason.text()),
        JoinReason::SameLink { entry } => format!("the same link as {entry}"),
        JoinReason::Alike(likeness) => alike(likeness),
        JoinReason::Told => told(member, edits),
        // All of it is there, no share of it.
        JoinReason::SameWords { .. } => return member.reason.text(),
        reason => reason.text(),
    };
    if copied.is_empty() { own } else { format!("{own}; {copied}") }
}

/// `62 % of this text appeared first at WIRE, 2026-06-03 09:14`.
fn copy(copied: &Copied, source: Source<'_>) -> String {
    let share = copied.share / 100;
    match source {
        Some((publisher, at)) => {
            format!("{share} % of this text appeared first at {publisher}, {}", moment::text(at))
        }
        None => format!("{share} % of this text appeared first in {}", copied.entry),
    }
}

fn alike(likeness: &Likeness) -> String {
    let words: Vec<String> =
        likeness.carriers.iter().map(|it| format!("{} {}", it.word, share(it.share))).collect();
    let others = match likeness.others {
        0 => String::new(),
        rest => format!(", others {}", share(rest)),
    };
    let next = likeness.runner_up.map(|near| {
        format!("; the next best story was {} with {}", near.story, share(near.cosine))
    });
    format!(
        "cosine {} where {} is asked: {}{others}{}",
        share(likeness.cosine),
        share(likeness.needed),
        words.join(", "),
        next.unwrap_or_default(),
    )
}

/// Who put it there, if that is known.
fn told(member: &Member, edits: &[Edit]) -> String {
    let moved = edits.iter().rfind(|edit| {
        matches!(edit.change, Change::Move { .. }) && edit.entries.contains(&member.entry)
    });
    match moved {
        Some(edit) => format!("{} put it here: {}", edit.author, edit.reason),
        None => member.reason.text(),
    }
}

/// A share of 1 with two digits, as in `.28`.
fn share(of_ten_thousand: u32) -> String {
    let hundredths = of_ten_thousand.saturating_add(50) / 100;
    match hundredths / 100 {
        0 => format!(".{:02}", hundredths % 100),
        whole => format!("{whole}.{:02}", hundredths % 100),
    }
}

/// The reason for programs; shares are of 1.
pub fn object(member: &Member, source: Source<'_>, edits: &[Edit]) -> Value {
    let of_one = |share: u32| f64::from(share) / 10_000.0;
    let near =
        |near: &Near| json!({ "story": near.story.to_string(), "cosine": of_one(near.cosine) });
    let mut object = json!({
        "code": member.reason.code(),
        "text": text(member, source, edits),
        "copy_of": member.copy_of.map(|copied| json!({
            "entry": copied.entry.to_string(),
            "share": of_one(copied.share),
            "publisher": source.map(|(publisher, _)| publisher),
            "at": moment::json_opt(source.map(|(_, at)| at)),
        })),
    });
    match &member.reason {
        JoinReason::Opened { nearest, needed } => {
            object["nearest"] = json!(nearest.as_ref().map(near));
            object["needed"] = json!(of_one(*needed));
        }
        JoinReason::SameLink { entry } | JoinReason::SameWords { entry } => {
            object["entry"] = json!(entry.to_string());
        }
        JoinReason::Alike(likeness) => {
            let terms = likeness.carriers.iter();
            object["cosine"] = json!(of_one(likeness.cosine));
            object["needed"] = json!(of_one(likeness.needed));
            object["runner_up"] = json!(likeness.runner_up.as_ref().map(near));
            object["terms"] =
                terms.map(|it| json!({ "term": it.word, "share": of_one(it.share) })).collect();
            object["others"] = json!(of_one(likeness.others));
        }
        JoinReason::SimilarTitle { entry, shared, own, theirs } => {
            object["entry"] = json!(entry.to_string());
            object["words"] = json!({ "shared": shared, "own": own, "theirs": theirs });
        }
        JoinReason::SameFacts { entry, facts, .. } => {
            object["entry"] = json!(entry.to_string());
            object["facts"] = json!(facts);
        }
        JoinReason::Told | JoinReason::Copy { .. } => {}
    }
    object
}
