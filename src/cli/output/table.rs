//! Records as a table: ids, times and headers are never broken. Texts take what is left of a line,
//! over two lines at most; where that is too little, the columns that can be missed go, of which
//! the other formats tell.

use comfy_table::{Table, presets};
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Column, Kind, Records, plain};
use crate::domain::untrusted;

/// Columns between two cells.
const GAP: usize = 2;

/// Least columns for a text that needs as many.
const MIN_TEXT: usize = 20;

/// Most columns for a text where the output is no terminal.
const PLAIN_TEXT: usize = 80;

/// Most lines of a text.
const MAX_LINES: usize = 2;

/// A column as it is laid out.
struct Laid<'r> {
    column: &'r Column,
    /// Its texts, cleaned; the header is the first.
    cells: Vec<String>,
    /// Columns that its widest cell takes, and those it gets.
    natural: usize,
    width: usize,
}

impl Laid<'_> {
    fn is_empty(&self) -> bool {
        self.cells.iter().skip(1).all(String::is_empty)
    }

    /// The least that it can do with.
    fn least(&self) -> usize {
        match self.column.kind {
            Kind::Word => self.natural,
            Kind::Text | Kind::Link => self.natural.min(MIN_TEXT.max(self.column.name.width())),
        }
    }
}

/// The table in `width` columns; of any width where there is no terminal.
pub(super) fn render(records: &Records, width: Option<u16>) -> String {
    let mut laid: Vec<Laid<'_>> = records
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.shown)
        .map(|(at, column)| lay(at, column, records))
        .filter(|laid| !laid.column.rare || !laid.is_empty())
        .collect();
    let lines = match width {
        Some(width) => {
            fit(&mut laid, width.into());
            MAX_LINES
        }
        None => {
            for text in laid.iter_mut().filter(|laid| laid.column.kind == Kind::Text) {
                text.width = text.width.min(PLAIN_TEXT);
            }
            1
        }
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(laid.iter().map(|laid| laid.column.name));
    for row in 1..=records.rows.len() {
        table.add_row(laid.iter().map(|laid| cell(&laid.cells[row], laid.width, lines)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn lay<'r>(at: usize, column: &'r Column, records: &Records) -> Laid<'r> {
    let text = |value: &Value| match value {
        Value::Bool(set) if column.rare => if *set { "yes" } else { "" }.to_owned(),
        other => untrusted::terminal(&plain(other)).into_owned(),
    };
    let texts = records.rows.iter().map(|row| text(&row[at]));
    let cells: Vec<String> = std::iter::once(column.name.to_owned()).chain(texts).collect();
    let natural = cells.iter().map(|cell| cell.width()).max().unwrap_or_default();
    Laid { column, cells, natural, width: natural }
}

/// Drops columns until all that are left have their least, and gives the rest to the texts.
fn fit(laid: &mut Vec<Laid<'_>>, width: usize) {
    let gaps = |laid: &[Laid<'_>]| GAP * laid.len().saturating_sub(1);
    let least = |laid: &[Laid<'_>]| laid.iter().map(Laid::least).sum::<usize>() + gaps(laid);
    while least(laid) > width {
        let spare = laid.iter().enumerate().filter(|(_, laid)| laid.column.spare > 0);
        // What is empty is missed least.
        let order = |laid: &Laid<'_>| (!laid.is_empty(), laid.column.spare);
        let Some((first, _)) = spare.min_by_key(|(_, laid)| order(laid)) else { break };
        laid.remove(first);
    }
    let mut left = width.saturating_sub(least(laid));
    for column in laid.iter_mut() {
        column.width = column.least();
    }
    // Shared evenly, a column each time, until nobody needs more or nothing is left.
    while left > 0 {
        let before = left;
        for column in laid.iter_mut().filter(|laid| laid.width < laid.natural) {
            if left > 0 {
                column.width += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
}

/// A text in `width` columns and up to `lines` lines, broken at spaces, and cut with `…`.
fn cell(text: &str, width: usize, lines: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut done: Vec<String> = Vec::new();
    let mut rest = text;
    while done.len() + 1 < lines && rest.width() > width {
        let (line, further) = broken(rest, width);
        if line.is_empty() {
            break;
        }
        done.push(line.to_owned());
        rest = further;
    }
    done.push(cut(rest, width));
    done.join("\n")
}

/// The words that fit into a line, and the rest; nothing fits if the first word does not.
fn broken(text: &str, width: usize) -> (&str, &str) {
    let spaces = text.match_indices(' ').map(|(at, _)| at);
    let last = spaces.take_while(|&at| text[..at].width() <= width).last();
    match last {
        Some(at) => (text[..at].trim_end(), text[at..].trim_start()),
        None => ("", text),
    }
}

/// The start of a text that takes at most `width` columns, with `…` where it was cut.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut short, mut used) = (String::new(), 0);
    for piece in text.graphemes(true) {
        used += piece.width();
        if used + 1 > width {
            break;
        }
        short.push_str(piece);
    }
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests;
