//! Whether an output is the one that a page shows, but for what differs each time: dates, times, ids,
//! the width of columns, and what the page leaves out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Stands for anything: within a line for a part of it, alone for any number of lines.
pub const ANYTHING: &str = "[…]";

static ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b([ADEGMNS])([0-9][0-9a-z]{10}|[0-9])\b").unwrap());
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?|\b\d\d:\d\d(?::\d\d)?Z?\b")
        .unwrap()
});
static GAP: LazyLock<Regex> = LazyLock::new(|| Regex::new(r" {2,}").unwrap());

/// What a page's names stand for: its ids and the ports it uses.
#[derive(Debug, Clone, Default)]
pub struct Known {
    ids: BTreeMap<String, String>,
    ports: Vec<(Regex, String)>,
}

impl Known {
    /// Says which id an id of the page stands for.
    pub fn id(&mut self, shown: &str, real: &str) {
        self.ids.insert(shown.to_owned(), real.to_owned());
    }

    /// Says which port a port of the page stands for.
    pub fn port(&mut self, shown: u16, real: u16) {
        self.ports.push((Regex::new(&format!(r"\b{shown}\b")).unwrap(), real.to_string()));
    }

    /// A text of the page with what its names stand for; unknown ids stay.
    pub fn applied(&self, text: &str) -> String {
        let known = |id: &Captures| self.ids.get(&id[0]).cloned().unwrap_or(id[0].to_owned());
        self.with_ports(&ID.replace_all(text, known))
    }

    fn with_ports(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (shown, real) in &self.ports {
            text = shown.replace_all(&text, real.as_str()).into_owned();
        }
        text
    }
}

/// Checks an output; learns what its ids stand for if it is the one that is shown.
pub fn matches(shown: &[String], output: &str, known: &mut Known) -> Result<(), String> {
    let trimmed: Vec<String> = output.lines().map(plain).collect();
    let end = trimmed.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let begin = trimmed.iter().position(|line| !line.is_empty()).unwrap_or(0);
    let mut furthest = 0;
    let learnt = from(shown, &trimmed[begin..end], known.clone(), 0, &mut furthest);
    *known = learnt.ok_or_else(|| match shown.get(furthest) {
        Some(line) => format!("no such line: {line}"),
        None => "it goes on".to_owned(),
    })?;
    Ok(())
}

fn from(
    shown: &[String],
    output: &[String],
    known: Known,
    at: usize,
    furthest: &mut usize,
) -> Option<Known> {
    *furthest = at.max(*furthest);
    let Some((first, rest)) = shown.split_first() else {
        return output.is_empty().then_some(known);
    };
    if first.trim() == ANYTHING {
        return (0..=output.len())
            .find_map(|skipped| from(rest, &output[skipped..], known.clone(), at + 1, furthest));
    }
    let (line, after) = output.split_first()?;
    let learnt = one(first, line, known)?;
    from(rest, after, learnt, at + 1, furthest)
}

/// Checks one line.
fn one(shown: &str, line: &str, mut known: Known) -> Option<Known> {
    let shown = plain(&known.with_ports(shown));
    let (mut pattern, mut new, mut at) = (String::from("^"), Vec::new(), 0);
    for id in ID.captures_iter(&shown) {
        let whole = id.get(0)?;
        pattern.push_str(&literal(&shown[at..whole.start()]));
        match known.ids.get(whole.as_str()) {
            Some(real) => pattern.push_str(real),
            None => {
                pattern.push_str(&format!("({}[0-9a-z]{{11}})", &id[1]));
                new.push(whole.as_str().to_owned());
            }
        }
        at = whole.end();
    }
    pattern.push_str(&literal(&shown[at..]));
    pattern.push('$');
    let found = Regex::new(&pattern).unwrap().captures(line)?;
    for (number, id) in new.iter().enumerate() {
        known.id(id, &found[number + 1]);
    }
    Some(known)
}

fn literal(text: &str) -> String {
    text.split(ANYTHING).map(regex::escape).collect::<Vec<_>>().join(".*")
}

/// A line without its times and the width of its columns.
fn plain(line: &str) -> String {
    let timeless = TIME.replace_all(line.trim_end(), "⏲");
    GAP.replace_all(&timeless, "  ").into_owned()
}

#[test]
fn what_differs_each_time_may_differ_and_nothing_else() {
    let shown: Vec<String> =
        ["alert A5e70fc00m4n  at 10:30", "[…]", "A5e70fc00m4n was […]"].map(String::from).into();
    let check = |output: &str| matches(&shown, output, &mut Known::default()).is_ok();
    assert!(check("\nalert A4e70fc00m4z     at 22:59\nx\ny\nA4e70fc00m4z was told\n\n"));
    assert!(check("alert A4e70fc00m4z  at 22:59\nA4e70fc00m4z was told"));
    assert!(!check("alert A4e70fc00m4z  at 22:59\nA9e70fc00m4z was told\n"), "another id");
    assert!(!check("alert A4e70fc00m4z  at noon\nA4e70fc00m4z was told\n"), "no time");
    assert!(!check("alert A4e70fc00m4z  at 22:59\nA4e70fc00m4z was told\nmore\n"), "more");
    assert!(!check(""), "nothing");
}

#[test]
fn an_id_that_was_shown_is_known_in_what_is_typed() {
    let mut known = Known::default();
    known.port(8000, 40_123);
    matches(&["new A5e70fc00m4n".to_owned()], "new A1aaaaaaaaaa", &mut known).unwrap();
    assert_eq!(
        known.applied("ack A5e70fc00m4n D1 :8000/ 18000"),
        "ack A1aaaaaaaaaa D1 :40123/ 18000"
    );
}
