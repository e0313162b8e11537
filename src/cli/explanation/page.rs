//! Lines for people: indented, marked with signs and words, quotes in brackets and, on a terminal,
//! in colour. Everything that comes in is cleaned here, so that colours are only ours.

use anstyle::{AnsiColor, Style};

use crate::cli::output::Printer;
use crate::domain::topic::evidence::{CONTEXT_CHARS, Span};
use crate::domain::untrusted;

/// Most places shown of one clause.
const MAX_SPANS: usize = 3;

/// Longest label of a clause, longest quote, and longest line of text, in characters.
const MAX_LABEL_CHARS: usize = 100;
const MAX_QUOTE_CHARS: usize = 160;
const MAX_LINE_CHARS: usize = 1_000;

/// How far from a cut a word border is looked for, in characters.
const WORD_BORDER_CHARS: usize = 20;

/// Text in the making.
pub struct Page {
    coloured: bool,
    text: String,
}

impl Page {
    pub fn new(printer: &Printer) -> Self {
        Self { coloured: printer.coloured(), text: String::new() }
    }

    #[cfg(test)]
    pub fn plain() -> Self {
        Self { coloured: false, text: String::new() }
    }

    /// Everything written, safe for a terminal.
    pub fn text(self) -> String {
        self.text
    }

    /// The line a page begins with.
    pub fn title(&mut self, text: &str) {
        let line = self.paint(&clean(text), Style::new().bold());
        self.push(0, &line);
    }

    /// The name of what follows.
    pub fn section(&mut self, name: &str) {
        let line = self.paint(name, Style::new().bold());
        self.push(0, &line);
    }

    pub fn line(&mut self, depth: usize, text: &str) {
        self.push(depth, &clean(text));
    }

    /// A name and what is said of it.
    pub fn field(&mut self, name: &str, text: &str) {
        self.push(1, &format!("{name:<8}  {}", clean(text)));
    }

    /// `✓ yes` or `✗ no`, as long as the other.
    pub fn mark(&self, held: bool) -> String {
        match held {
            true => self.paint("✓ yes", AnsiColor::Green.on_default()),
            false => self.paint("✗ no ", AnsiColor::Red.on_default()),
        }
    }

    /// A line behind a mark.
    pub fn marked(&mut self, depth: usize, mark: &str, text: &str) {
        let line = format!("{mark}  {}", clean(text));
        self.push(depth, &line);
    }

    /// What to do about the line above.
    pub fn arrow(&mut self, depth: usize, text: &str) {
        let arrow = self.paint("→", AnsiColor::Cyan.on_default());
        let line = format!("{arrow} {}", clean(text));
        self.push(depth, &line);
    }

    /// A line that begins with a sign: green if something came, red if it went.
    pub fn signed(&mut self, depth: usize, sign: char, text: &str) {
        let line = format!("{sign} {}", clean(text));
        let line = match sign {
            '+' => self.paint(&line, AnsiColor::Green.on_default()),
            '-' => self.paint(&line, AnsiColor::Red.on_default()),
            '~' => self.paint(&line, AnsiColor::Yellow.on_default()),
            _ => line,
        };
        self.push(depth, &line);
    }

    /// Places in the text, each on a line of its own.
    pub fn spans(&mut self, depth: usize, spans: &[Span]) {
        for span in spans.iter().take(MAX_SPANS) {
            let line = self.in_context(span);
            self.push(depth, &line);
        }
        if let Some(more) = spans.len().checked_sub(MAX_SPANS).filter(|more| *more > 0) {
            self.push(depth, &format!("… and {more} more"));
        }
    }

    /// `title  …text [NATO] text…`.
    fn in_context(&self, span: &Span) -> String {
        let quote = format!("[{}]", untrusted::terminal(&span.quote));
        let quote = untrusted::excerpt(&quote, MAX_QUOTE_CHARS).into_owned();
        let quote = self.paint(&quote, AnsiColor::Yellow.on_default().bold());
        let field = if span.in_lead { "lead" } else { span.field.as_str() };
        let (before, after) = (before(&span.before), after(&span.after));
        let line = format!("{field:<5}  {before}{quote}{after}");
        line.trim_end().to_owned()
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn push(&mut self, depth: usize, line: &str) {
        self.text.push_str(&"  ".repeat(depth.min(40)));
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

/// What stands before a quote. Shorter context than was asked for means that the field begins
/// there; else the word that was cut is left out.
fn before(context: &str) -> String {
    let is_cut = context.chars().count() >= CONTEXT_CHARS;
    match context.split_once(' ').filter(|_| is_cut) {
        Some((_, words)) => format!("…{}", untrusted::terminal(words)),
        None if is_cut => format!("…{}", untrusted::terminal(context)),
        None => untrusted::terminal(context).into_owned(),
    }
}

/// What stands behind a quote.
fn after(context: &str) -> String {
    let is_cut = context.chars().count() >= CONTEXT_CHARS;
    match context.rsplit_once(' ').filter(|_| is_cut) {
        Some((words, _)) => format!("{}…", untrusted::terminal(words)),
        None if is_cut => format!("{}…", untrusted::terminal(context)),
        None => untrusted::terminal(context).into_owned(),
    }
}

/// A clause as it is named in a line: of a long one the beginning and the end.
pub fn short(label: &str) -> String {
    middle_cut(label, MAX_LABEL_CHARS)
}

/// A text of at most `max` characters: what is too much goes from the middle, by words where that
/// can be, as in `title:(crude OR opec … OR well)`.
pub fn middle_cut(text: &str, max: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= max {
        return text.to_owned();
    }
    let tail = max / 3;
    let (head, tail) = (&chars[..max.saturating_sub(tail + 3)], &chars[chars.len() - tail..]);
    let border = |found: Option<usize>| found.filter(|&at| at <= WORD_BORDER_CHARS);
    let skipped = border(head.iter().rev().position(|c| *c == ' ')).unwrap_or(0);
    let head: String = head[..head.len() - skipped].iter().collect();
    let from = border(tail.iter().position(|c| *c == ' ')).unwrap_or(0);
    let tail: String = tail[from..].iter().collect();
    format!("{} … {}", head.trim_end(), tail.trim_start())
}

fn clean(text: &str) -> String {
    untrusted::excerpt(&untrusted::terminal(text), MAX_LINE_CHARS).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_clause_the_beginning_and_the_end_are_shown() {
        let words: Vec<String> = (0..200).map(|number| format!("word{number}")).collect();
        let label = format!("title:({})", words.join(" OR "));
        let shown = short(&label);
        assert!(shown.starts_with("title:(word0 OR word1 OR"), "{shown}");
        assert!(shown.ends_with("OR word199)") && shown.contains(" … "), "{shown}");
        assert!(shown.chars().count() <= MAX_LABEL_CHARS, "{shown}");
        assert_eq!(short("NATO NEAR/3 ally"), "NATO NEAR/3 ally");
        let solid = "x".repeat(5_000);
        assert_eq!(middle_cut(&solid, 30).chars().count(), 30);
    }
}
