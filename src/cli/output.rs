//! Data on standard output: records as a table for people, or as JSON, JSON lines or CSV with
//! the same field names. A command gives rows; how they look is decided here, once ([`table`] lays
//! them out for people).
//!
//! All text may be from outside: it is cleaned here for where it goes.

mod table;

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::cli::args::{Colour, Format};
use crate::domain::untrusted;

/// Widest table on a very wide terminal: longer lines are hard to read.
const MAX_WIDTH: u16 = 180;

/// Width that is assumed for text when standard output is no terminal.
const PLAIN_WIDTH: usize = 100;

/// One field of a record.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    /// Whether people see it in the table; programs always do.
    shown: bool,
    kind: Kind,
    /// When it goes from a table that is too wide: 1 goes first, 0 never.
    spare: u8,
    /// Whether it is in the table only if a row has it.
    rare: bool,
}

/// What a column holds, which says what may become of it in a narrow table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Ids, times, numbers, short words: never broken.
    Word,
    /// Titles and sentences: wrapped and cut.
    Text,
    /// Links: cut on a terminal only.
    Link,
}

impl Column {
    /// An id, a time, a number or a short word, which is never broken.
    pub const fn shown(name: &'static str) -> Self {
        Self { name, shown: true, kind: Kind::Word, spare: 0, rare: false }
    }

    /// A text, which is wrapped and cut in a table.
    pub const fn text(name: &'static str) -> Self {
        Self { kind: Kind::Text, ..Self::shown(name) }
    }

    /// A link, which is cut in the table on a terminal.
    pub const fn link(name: &'static str) -> Self {
        Self { kind: Kind::Link, ..Self::shown(name) }
    }

    pub const fn hidden(name: &'static str) -> Self {
        Self { shown: false, ..Self::shown(name) }
    }

    /// Is in the table only if a row has it; of yes and no, the yes.
    pub const fn rare(self) -> Self {
        Self { rare: true, ..self }
    }

    /// Goes from a table that is too wide: 1 goes first.
    pub const fn spare(self, order: u8) -> Self {
        Self { spare: order, ..self }
    }
}

/// Records of one kind: each row has one value per column.
#[derive(Debug, Clone)]
pub struct Records {
    columns: &'static [Column],
    rows: Vec<Vec<Value>>,
    /// What people read instead of an empty table.
    when_empty: &'static str,
}

impl Records {
    pub fn new(columns: &'static [Column], when_empty: &'static str) -> Self {
        Self { columns, rows: Vec::new(), when_empty }
    }

    /// Adds a row: one value per column, in their order.
    pub fn row<const N: usize>(&mut self, values: [Value; N]) {
        debug_assert_eq!(N, self.columns.len(), "one value per column");
        self.rows.push(values.into());
    }

    /// Adds a row of an object's fields, by the names of the columns; what it lacks is left empty.
    pub fn object(&mut self, object: &Value) {
        let row = self.columns.iter().map(|column| object[column.name].clone());
        self.rows.push(row.collect());
    }

    /// A row per object, by the names of the columns; what an object lacks is left empty.
    pub fn of_objects<'a>(
        columns: &'static [Column],
        objects: impl IntoIterator<Item = &'a Value>,
    ) -> Self {
        let cell = |object: &Value, column: &Column| object[column.name].clone();
        let row = |object: &Value| columns.iter().map(|column| cell(object, column)).collect();
        let rows = objects.into_iter().map(row).collect();
        Self { columns, rows, when_empty: "" }
    }

    /// A row per value of an object: its path (`hub.state`, `fetches.0.code`), and the value.
    pub fn of_fields(object: &Value) -> Self {
        const COLUMNS: &[Column] = &[Column::shown("field"), Column::text("value")];
        let mut rows = Vec::new();
        fields(String::new(), object, &mut rows);
        Self { columns: COLUMNS, rows, when_empty: "" }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Each row as a JSON object with its fields in the order of the columns.
    fn objects(&self) -> impl Iterator<Item = String> + '_ {
        self.rows.iter().map(|row| {
            let fields = self.columns.iter().zip(row);
            let fields: Vec<String> =
                fields.map(|(column, value)| format!("\"{}\":{value}", column.name)).collect();
            untrusted::json(&format!("{{{}}}", fields.join(","))).into_owned()
        })
    }
}

/// Standard output.
pub struct Printer {
    format: Format,
    coloured: bool,
    /// Columns of the terminal; `None` when the output goes elsewhere.
    width: Option<u16>,
    out: Box<dyn Write>,
    header_printed: bool,
}

impl Printer {
    pub fn stdout(format: Format, colour: Colour) -> Self {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let size = terminal_size::terminal_size_of(&stdout);
        Self {
            format,
            coloured: colour.applies(is_terminal),
            width: size.filter(|_| is_terminal).map(|(width, _)| width.0.min(MAX_WIDTH)),
            out: Box::new(io::BufWriter::new(stdout)),
            header_printed: false,
        }
    }

    #[cfg(test)]
    fn to(format: Format, out: Box<dyn Write>) -> Self {
        Self { format, coloured: false, width: None, out, header_printed: false }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub fn coloured(&self) -> bool {
        self.coloured
    }

    /// Columns of the terminal; `None` when the output goes elsewhere.
    pub fn terminal(&self) -> Option<usize> {
        self.width.map(usize::from)
    }

    /// Columns that text should fit in.
    pub fn width(&self) -> usize {
        self.width.map_or(PLAIN_WIDTH, usize::from)
    }

    /// Prints a list.
    pub fn records(&mut self, records: &Records) -> io::Result<()> {
        let text = match self.format {
            Format::Table if records.rows.is_empty() => format!("{}\n", records.when_empty),
            Format::Table => table::render(records, self.width),
            Format::Json => json_array(&records.objects().collect::<Vec<_>>()),
            Format::Jsonl => records.objects().map(|object| object + "\n").collect(),
            Format::Csv => csv(records),
        };
        self.write(&text)
    }

    /// Prints one thing: as `text` for people, as one object for programs, as one row in CSV.
    pub fn object(&mut self, object: &Value, text: &str) -> io::Result<()> {
        let text = match self.format {
            Format::Table => ended(text),
            Format::Json => format!("{}\n", untrusted::json(&format!("{object:#}"))),
            Format::Jsonl => format!("{}\n", untrusted::json(&object.to_string())),
            Format::Csv => csv_object(object),
        };
        self.write(&text)
    }

    /// Prints one thing that has parts: as `text` for people, as one object for programs, as
    /// `rows` of its parts in CSV, where a part has no room in a cell.
    pub fn report(&mut self, object: &Value, text: &str, rows: &Records) -> io::Result<()> {
        match self.format {
            Format::Csv => self.records(rows),
            _ => self.object(object, text),
        }
    }

    /// Prints objects as one JSON array.
    pub fn list(&mut self, objects: &[Value]) -> io::Result<()> {
        let lines = objects.iter().map(|object| untrusted::json(&object.to_string()).into_owned());
        self.write(&json_array(&lines.collect::<Vec<_>>()))
    }

    /// Prints an object as one line of JSON.
    pub fn line(&mut self, object: &Value) -> io::Result<()> {
        self.write(&format!("{}\n", untrusted::json(&object.to_string())))
    }

    /// Prints records as CSV, piece by piece: the header comes before the first piece only.
    pub fn rows(&mut self, records: &Records) -> io::Result<()> {
        let text = csv(records);
        let header_ends = text.find("\r\n").map_or(0, |at| at + 2);
        let from = if self.header_printed { header_ends } else { 0 };
        self.header_printed = true;
        self.write(&text[from..])
    }

    /// Prints text that is safe for a terminal already.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.write(&ended(text))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

/// `1 feed`, `2 feeds`, `3 entries`, `4 matches`.
pub fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (many, Some(stem)) => format!("{many} {stem}ies"),
        (many, None) if ["ch", "s", "x"].iter().any(|end| noun.ends_with(end)) => {
            format!("{many} {noun}es")
        }
        (many, None) => format!("{many} {noun}s"),
    }
}

/// A value as a person writes it: no quotes, lists with commas, nothing for nothing.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The values within one, each with its path. A list of plain values is one value.
fn fields(path: String, value: &Value, rows: &mut Vec<Vec<Value>>) {
    let below = |name: &str| match path.as_str() {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match value {
        Value::Object(inner) => {
            inner.iter().for_each(|(name, value)| fields(below(name), value, rows));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| fields(below(&index.to_string()), value, rows));
        }
        value => rows.push(vec![Value::String(path), value.clone()]),
    }
}

fn ended(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}

fn json_array(objects: &[String]) -> String {
    if objects.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n  {}\n]\n", objects.join(",\n  "))
}

fn csv(records: &Records) -> String {
    let header = records.columns.iter().map(|column| column.name.to_owned());
    let rows = records.rows.iter().map(|row| csv_row(row.iter().map(csv_value)));
    std::iter::once(csv_row(header)).chain(rows).collect()
}

fn csv_object(object: &Value) -> String {
    match object {
        Value::Object(fields) => {
            csv_row(fields.keys().cloned()) + &csv_row(fields.values().map(csv_value))
        }
        other => csv_row(std::iter::once(csv_value(other))),
    }
}

/// Line ends as RFC 4180 has them.
fn csv_row(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

fn csv_value(value: &Value) -> String {
    match value {
        // A negative number is no formula.
        Value::Number(number) => number.to_string(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            untrusted::csv_cell(&plain(value)).into_owned()
        }
        Value::Array(_) | Value::Object(_) => untrusted::csv_cell(&value.to_string()).into_owned(),
        other => untrusted::csv_cell(&plain(other)).into_owned(),
    }
}

#[cfg(test)]
mod tests;
