//! A backtest for people: figures first, then what to do something about.

mod chart;
mod samples;

pub use samples::why_hit;

use super::Outcome;
use crate::cli::args::Section;
use crate::cli::explanation::page::short;
use crate::cli::moment;
use crate::cli::output::count;
use crate::domain::alert::policy::in_words;
use crate::domain::backtest::{Clause, Count, Marked, Report, StoryChange};
use crate::domain::untrusted;

/// Most stories of a list that are shown; the figure counts all.
const MAX_STORIES: usize = 20;

/// Most clauses named of a list.
const MAX_CLAUSES: usize = 30;

/// The page, clean for a terminal, in lines of up to `width` columns.
pub fn page(outcome: &Outcome, sections: &[Section], width: usize) -> String {
    let report = &outcome.report;
    let mut lines = Lines { lines: Vec::new(), width: width.clamp(80, 120) };
    summary(outcome, &mut lines);
    let shown = |section| sections.is_empty() || sections.contains(&section);
    if shown(Section::Days) {
        chart::days(report, &mut lines);
    }
    if shown(Section::Decisions) {
        decisions(report, &mut lines);
    }
    if report.base.is_some() {
        if shown(Section::Gained) {
            stories("gained", &report.gained, &mut lines);
        }
        if shown(Section::Lost) {
            stories("lost", &report.lost, &mut lines);
        }
    }
    if shown(Section::Clauses) {
        clauses(outcome, &mut lines);
    }
    if shown(Section::Exclusions) {
        samples::exclusions(report, &mut lines);
    }
    if shown(Section::Hits) {
        samples::hits(outcome, &mut lines);
    }
    if shown(Section::Misses) {
        samples::misses(outcome, &mut lines);
    }
    if shown(Section::Precision) {
        precision(report.marked, &mut lines);
    }
    lines.text()
}

/// The part on precision alone, after marks were added.
pub fn precision_text(marked: Marked, width: usize) -> String {
    let mut lines = Lines { lines: Vec::new(), width: width.clamp(80, 120) };
    precision(marked, &mut lines);
    lines.text()
}

/// The lines of a page: what is from outside is cleaned, what is too long is cut.
struct Lines {
    lines: Vec<String>,
    width: usize,
}

impl Lines {
    fn push(&mut self, line: impl AsRef<str>) {
        let clean = untrusted::terminal(line.as_ref()).into_owned();
        self.lines.push(cut(&clean, self.width));
    }

    /// A heading, after an empty line.
    fn head(&mut self, line: impl AsRef<str>) {
        self.lines.push(String::new());
        self.push(line);
    }

    fn text(self) -> String {
        self.lines.join("\n")
    }
}

/// A line of at most `width` characters.
fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.trim_end().to_owned();
    }
    let mut short: String = line.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn summary(outcome: &Outcome, lines: &mut Lines) {
    let report = &outcome.report;
    let entries = count(size(report.entries), "entry");
    lines.push(match report.first.zip(report.last) {
        Some((first, last)) => format!(
            "{}: {} from {} to {} ({})",
            report.topic,
            grouped(&entries),
            moment::text(first),
            moment::text(last),
            in_words(last.duration_since(first).try_into().unwrap_or_default())
        ),
        None => format!("{}: no entries are stored of this time", report.topic),
    });
    let against = &outcome.against;
    let short = |revision: String| revision.chars().take(8).collect::<String>();
    let rule = short(report.revision.to_string());
    lines.push(match (report.base_revision, &against.note) {
        (Some(base), _) if base == report.revision => {
            format!("rule {rule}, the same as {}", named(&against.what))
        }
        (Some(base), _) => {
            format!("rule {rule} against {}, {}", named(&against.what), short(base.to_string()))
        }
        (None, Some(note)) => format!("rule {rule}; {note}"),
        (None, None) => format!("rule {rule}"),
    });
    figures(report, lines);
    notes(outcome, lines);
}

fn named(what: &str) -> String {
    match what {
        "running" => "the running rule".to_owned(),
        other => other.to_owned(),
    }
}

fn figures(report: &Report, lines: &mut Lines) {
    type Row = (&'static str, fn(Count) -> u64);
    let rows: [Row; 7] = [
        ("matches", |count| count.matches),
        ("stories", |count| count.stories),
        ("alerts", |count| count.alerts),
        ("follow-ups", |count| count.follow_ups),
        ("deliveries", |count| count.deliveries),
        ("over budget", |count| count.over_budget),
        ("in shadow", |count| count.shadowed),
    ];
    let base = report.base.map(|_| format!("{:>12}{:>10}", "before", "change"));
    lines.head(format!("{:<14}{:>10}{:>10}{}", "", "now", "a day", base.unwrap_or_default()));
    for (index, (name, of)) in rows.into_iter().enumerate() {
        let (ours, base) = (of(report.ours), report.base.map(of));
        // Budgets and shadow mode are told only where they did something.
        if index >= 5 && ours == 0 && base.unwrap_or_default() == 0 {
            continue;
        }
        let change = base.map(|base| {
            let change = i128::from(ours) - i128::from(base);
            let sign = if change == 0 { "=".to_owned() } else { format!("{change:+}") };
            format!("{base:>12}{sign:>10}")
        });
        let rate = report.per_day(ours);
        lines.push(format!("  {name:<12}{ours:>10}{rate:>10.1}{}", change.unwrap_or_default()));
    }
}

fn notes(outcome: &Outcome, lines: &mut Lines) {
    let report = &outcome.report;
    if report.baseline_entries > 0 {
        let matches = match report.baseline_matches {
            1 => "1 match".to_owned(),
            many => format!("{many} matches"),
        };
        let entries = grouped(&count(size(report.baseline_entries), "entry"));
        lines.push(match outcome.as_if_live {
            false => format!(
                "  {matches} among {entries} of first fetches: these raise nothing \
                 (--as-if-live tells them too)"
            ),
            true => format!(
                "  {matches} among {entries} of first fetches without a usable date: these stay \
                 first fetches, and raise nothing"
            ),
        });
    }
    if report.revised > 0 {
        lines.push(format!(
            "  {} since: judged by what they say now",
            match report.revised {
                1 => "1 entry was revised".to_owned(),
                more => format!("{more} entries were revised"),
            }
        ));
    }
    let seconds = outcome.took.as_secs_f64().max(0.001);
    let rate = (report.entries + report.told_before) as f64 / seconds;
    lines.push(format!("  in {seconds:.1} s, {} entries a second", grouped(&format!("{rate:.0}"))));
}

fn decisions(report: &Report, lines: &mut Lines) {
    if report.decisions.is_empty() {
        return;
    }
    lines.head("what became of the matches");
    let mut decisions: Vec<_> = report.decisions.iter().collect();
    decisions.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for ((verdict, reason), count) in decisions {
        lines.push(format!("  {count:>8}  {verdict:<10} {reason}"));
    }
}

fn stories(which: &str, changes: &[StoryChange], lines: &mut Lines) {
    let stories = count(changes.len(), "story");
    let alerts = changes.iter().filter(|change| change.alerted).count();
    lines.head(match changes.len() {
        0 => format!("no story {which}"),
        _ => format!("{stories} {which}, {alerts} of them with an alert (!)"),
    });
    for change in changes.iter().take(MAX_STORIES) {
        let mark = if change.alerted { "!" } else { " " };
        let (at, publisher) = (moment::text(change.at), &change.publisher);
        lines.push(format!("{mark} {at}  {}  {publisher}: {}", change.entry, change.headline));
        if let Some(url) = &change.url {
            lines.push(format!("{:20}{url}", ""));
        }
    }
    if changes.len() > MAX_STORIES {
        lines.push(format!("  and {} more: -o json lists all", changes.len() - MAX_STORIES));
    }
}

fn clauses(outcome: &Outcome, lines: &mut Lines) {
    let report = &outcome.report;
    if report.clauses.is_empty() || report.ours.matches == 0 {
        return;
    }
    let all = || report.clauses.iter().zip(&outcome.places);
    let never: Vec<_> = all().filter(|(clause, _)| clause.found_in == 0).collect();
    lines.head(format!("{} of {} clauses never hit", never.len(), report.clauses.len()));
    for (counted, place) in never.iter().take(MAX_CLAUSES) {
        lines.push(format!("  {}", named_clause(&counted.clause, place)));
    }
    if never.len() > MAX_CLAUSES {
        lines.push(format!("  and {} more", never.len() - MAX_CLAUSES));
    }
    let mut alone: Vec<_> = all().filter(|(clause, _)| clause.alone > 0).collect();
    alone.sort_by_key(|(clause, _)| std::cmp::Reverse(clause.alone));
    if !alone.is_empty() {
        lines.head("matches owed to one clause alone, of those it is in");
    }
    for (counted, place) in alone.iter().take(MAX_CLAUSES) {
        let (of, clause) = (counted.found_in, named_clause(&counted.clause, place));
        lines.push(format!("  {:>6} of {of:<6} {clause}", counted.alone));
    }
    if report.clauses_truncated {
        lines.push("  the rule has more clauses than are counted");
    }
}

/// `match 12:9: crude`: what it stands in, with line and column in the file.
fn named_clause(clause: &Clause, place: &Option<(String, u32, u32)>) -> String {
    let label = short(&clause.label);
    match place {
        Some((_, line, column)) => format!("{} {line}:{column}: {label}", clause.place),
        None => format!("{}: {label}", clause.place),
    }
}

fn precision(marked: Marked, lines: &mut Lines) {
    let Some(precision) = marked.precision() else {
        lines.head("precision: no match is marked yet; `--mark` asks, `topics mark` records");
        return;
    };
    lines.head(format!(
        "precision {:.2} ({:.2} to {:.2} with 95 % confidence): {} of {} marked are wanted",
        precision.share, precision.low, precision.high, precision.wanted, precision.judged
    ));
    if marked.duplicate > 0 {
        lines.push(format!("  {} told before, which counts neither way", marked.duplicate));
    }
    if marked.missed > 0 {
        let missed = count(size(marked.missed), "wanted entry");
        lines.push(format!("  {missed} not matched: `topics explain` says why"));
    }
    lines.push("  recall cannot be told: nobody judged what was not found");
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A number at the start of a text with its thousands apart.
fn grouped(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let mut out = String::new();
    for (index, digit) in number.chars().enumerate() {
        if index > 0 && (digits - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}
