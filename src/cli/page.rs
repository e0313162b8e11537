//! A page for people: labels with what is said of each, wrapped so that it reads well in a mail
//! as on a terminal. All text is cleaned here.

use crate::cli::output::Printer;
use crate::deliver::terminal::wrap::wrap;
use crate::domain::untrusted;

/// Widest line, in columns.
const MAX_WIDTH: usize = 80;

/// Columns of a label, with the space after it.
const LABEL: usize = 12;

/// Text in the making.
pub struct Page {
    width: usize,
    text: String,
}

impl Page {
    pub fn new(printer: &Printer) -> Self {
        Self::of_width(printer.width())
    }

    fn of_width(width: usize) -> Self {
        Self { width: width.clamp(40, MAX_WIDTH), text: String::new() }
    }

    /// Everything written, safe for a terminal.
    pub fn text(self) -> String {
        self.text
    }

    /// A line that stands by itself.
    pub fn line(&mut self, text: &str) {
        self.put("", 0, text);
    }

    /// An empty line and the name of what follows.
    pub fn section(&mut self, name: &str) {
        self.text.push('\n');
        self.line(name);
    }

    /// A fact of a list below a title.
    pub fn fact(&mut self, label: &str, text: &str) {
        self.put(&format!("  {label}"), LABEL + 1, text);
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A label and what is said of it.
    pub fn field(&mut self, label: &str, text: &str) {
        self.put(label, LABEL, text);
    }

    /// A field of at most so many lines; what is too much is cut.
    pub fn brief(&mut self, label: &str, text: &str, lines: usize) {
        let (room, text) = (self.width - LABEL, untrusted::terminal(text));
        let wrapped = wrap(&text, room, 0);
        let short = match wrapped.len() > lines {
            true => {
                let (kept, rest) = wrapped.split_at(lines.saturating_sub(1));
                let last = untrusted::excerpt(&rest.join(" "), room - 1).into_owned();
                kept.iter().cloned().chain([last]).collect::<Vec<_>>().join(" ")
            }
            false => text.into_owned(),
        };
        self.put(label, LABEL, &short);
    }

    /// More of the field before.
    pub fn more(&mut self, text: &str) {
        self.put("", LABEL, text);
    }

    /// A check of a report: how it went, what it is called, what it found.
    pub fn check(&mut self, level: &str, name: &str, text: &str) {
        self.put(&format!("{level:<9}{name}"), 20, text);
    }

    /// A line of a list, as it stands: columns are not broken, but cut at the page's edge.
    pub fn row(&mut self, text: &str) {
        let text = untrusted::terminal(text);
        let cut = untrusted::excerpt(text.trim_end(), self.width - 2);
        self.text.push_str(&format!("  {cut}\n"));
    }

    /// A line of a list with a text of any length behind its first column.
    pub fn item(&mut self, first: &str, text: &str) {
        self.put(&format!("  {first}"), first.chars().count() + 4, text);
    }

    fn put(&mut self, label: &str, indent: usize, text: &str) {
        let text = untrusted::terminal(text);
        for (n, line) in wrap(&text, self.width - indent, 0).iter().enumerate() {
            let label = if n == 0 { label } else { "" };
            let line = format!("{label:<indent$}{line}");
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_wrapped_beside_their_labels_and_lists_are_cut() {
        let mut page = Page::of_width(40);
        page.field("advice", "look at its site: the feed may be abandoned");
        page.section("last fetches");
        page.row("2026-06-03 11:46  failed  \u{1b}[31mthe server answered 404 again");
        insta::assert_snapshot!(page.text(), @r"
        advice      look at its site: the feed
                    may be abandoned

        last fetches
          2026-06-03 11:46  failed  the server…
        ");
    }
}
