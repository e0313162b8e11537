//! Reads one table of a file: the keys it may have, and typed values with every mistake noted in
//! the [`Report`]. Each getter returns `None` for a key that is absent or wrong; only what is
//! wrong is a problem. Serde would stop at the first.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::problem::Report;
use super::source::{FileId, Literal, Place};
use super::typed::{Value, integer, literal, number, texts, wrong_type};
use super::value::{self, BadValue};
use crate::domain::topic::syntax::nearest::nearest;

/// A kind of table: how messages name it, and its keys.
pub(super) struct Shape {
    /// With its article: `a feed`.
    pub what: &'static str,
    pub keys: &'static [&'static str],
}

/// Whether a key belongs to this table of a topic, and to no topic itself: many look for it there.
fn is_key_of(name: &str, table: &str) -> bool {
    match table {
        "alert" => matches!(name, "max_age" | "budget" | "follow_up" | "escalate"),
        "filter" => matches!(name, "feeds" | "languages" | "not_feeds" | "not_languages"),
        _ => false,
    }
}

/// One table of a file.
#[derive(Clone, Copy)]
pub(super) struct Section<'t> {
    table: &'t DeTable<'t>,
    file: FileId,
    what: &'static str,
    start: usize,
    end: usize,
}

impl<'t> Section<'t> {
    /// Takes a table whose header, or which itself, stands at `span`; notes unknown keys.
    pub fn new(
        table: &'t DeTable<'t>,
        file: FileId,
        span: Range<usize>,
        shape: &Shape,
        report: &mut Report,
    ) -> Self {
        Self::offering(table, file, span, shape, shape.keys, report)
    }

    /// The same, where only some keys of the shape fit this very table: hints name these.
    fn offering(
        table: &'t DeTable<'t>,
        file: FileId,
        span: Range<usize>,
        shape: &Shape,
        fitting: &[&'static str],
        report: &mut Report,
    ) -> Self {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if shape.keys.contains(&name) {
                continue;
            }
            let message = format!("`{name}` is not a key of {}", shape.what);
            let problem = report.add(Place::at(file, key.span()), "unknown_key", message);
            let inner = shape.keys.iter().find(|key| is_key_of(name, key));
            problem.hint(match (inner, nearest(name, fitting.iter().copied())) {
                (Some(table), _) => format!("it belongs under `[topic.{table}]`"),
                (None, Some(known)) => format!("did you mean `{known}`?"),
                (None, None) => format!("its keys are {}", fitting.join(", ")),
            });
        }
        Self { table, file, what: shape.what, start: span.start, end: span.end }
    }

    /// A table whose keys are names of the user's choice.
    pub fn of_names(
        table: &'t DeTable<'t>,
        file: FileId,
        span: Range<usize>,
        what: &'static str,
    ) -> Self {
        Self { table, file, what, start: span.start, end: span.end }
    }

    /// A table of names under `key`.
    pub fn names(
        &self,
        key: &'static str,
        what: &'static str,
        report: &mut Report,
    ) -> Option<Section<'t>> {
        let value = self.get(key)?;
        match value.value {
            DeValue::Table(table) => Some(Self::of_names(table, self.file, value.span, what)),
            _ => wrong_type(&value, "a table", report),
        }
    }

    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The file this table stands in, as the user named it.
    pub fn file_name(&self, report: &Report) -> String {
        let source = report.sources.get(self.file);
        source.map_or(String::new(), |source| source.name.clone())
    }

    /// 1-based line of the table's header.
    pub fn line(&self, report: &Report) -> u32 {
        let source = report.sources.get(self.file);
        source.map_or(1, |source| source.position(self.start).0)
    }

    /// The table's header.
    pub fn place(&self) -> Place {
        Place::at(self.file, self.start..self.end)
    }

    pub fn get(&self, key: &'static str) -> Option<Value<'t>> {
        let value = self.table.get(key)?;
        Some(Value::new(key, value.get_ref(), self.file, value.span()))
    }

    /// Notes that a key this table cannot do without is absent.
    pub fn require(&self, key: &'static str, example: &str, report: &mut Report) {
        if self.table.get(key).is_none() {
            let message = format!("{} needs `{key}`", self.what);
            report
                .add(self.place(), "missing_key", message)
                .hint(format!("such as `{key} = {example}`"));
        }
    }

    pub fn text(&self, key: &'static str, report: &mut Report) -> Option<Literal> {
        let value = self.get(key)?;
        literal(value.value, self.file, value.span.clone())
            .or_else(|| wrong_type(&value, "text in quotes", report))
    }

    /// An array of texts; a single text counts as an array of one.
    pub fn texts(&self, key: &'static str, report: &mut Report) -> Vec<Literal> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        texts(&value, self.file, report)
    }

    pub fn boolean(&self, key: &'static str, report: &mut Report) -> Option<bool> {
        let value = self.get(key)?;
        value.value.as_bool().or_else(|| wrong_type(&value, "true or false", report))
    }

    pub fn integer(
        &self,
        key: &'static str,
        range: RangeInclusive<u32>,
        report: &mut Report,
    ) -> Option<u32> {
        let value = self.get(key)?;
        integer(&value, range, report)
    }

    pub fn integers(
        &self,
        key: &'static str,
        range: RangeInclusive<u32>,
        report: &mut Report,
    ) -> Option<Vec<u32>> {
        let items = self.items(key, "an array of whole numbers", report)?;
        let numbers = items.iter().map(|item| integer(item, range.clone(), report));
        let numbers: Vec<Option<u32>> = numbers.collect();
        numbers.into_iter().collect()
    }

    pub fn numbers(&self, key: &'static str, report: &mut Report) -> Option<Vec<f64>> {
        let items = self.items(key, "an array of numbers", report)?;
        let numbers = items.into_iter().map(|item| number(item.value, key, item.place, report));
        let numbers: Vec<Option<f64>> = numbers.collect();
        numbers.into_iter().collect()
    }

    fn items(
        &self,
        key: &'static str,
        expected: &str,
        report: &mut Report,
    ) -> Option<Vec<Value<'t>>> {
        let value = self.get(key)?;
        let DeValue::Array(items) = value.value else {
            return wrong_type(&value, expected, report);
        };
        let values =
            items.iter().map(|item| Value::new(key, item.get_ref(), self.file, item.span()));
        Some(values.collect())
    }

    pub fn number(&self, key: &'static str, report: &mut Report) -> Option<f64> {
        let value = self.get(key)?;
        number(value.value, value.key, value.place, report)
    }

    pub fn duration(
        &self,
        key: &'static str,
        range: RangeInclusive<Duration>,
        report: &mut Report,
    ) -> Option<Duration> {
        let value = self.get(key)?;
        let DeValue::String(text) = value.value else {
            return wrong_type(&value, "a duration in quotes, such as \"15m\"", report);
        };
        let duration = self.parsed(value::duration(text), &value.place, report)?;
        if !range.contains(&duration) {
            let message = format!(
                "`{key}` is {}, not between {} and {}",
                value::show_duration(duration),
                value::show_duration(*range.start()),
                value::show_duration(*range.end()),
            );
            report.add(value.place, "out_of_range", message);
            return None;
        }
        Some(duration)
    }

    pub fn size(
        &self,
        key: &'static str,
        range: RangeInclusive<u64>,
        report: &mut Report,
    ) -> Option<u64> {
        let value = self.get(key)?;
        let DeValue::String(text) = value.value else {
            return wrong_type(&value, "a size in quotes, such as \"16MiB\"", report);
        };
        let size = self.parsed(value::size(text), &value.place, report)?;
        if !range.contains(&size) {
            let (least, most) = (range.start(), range.end());
            let message = format!("`{key}` is not between {least} and {most} bytes");
            report.add(value.place, "out_of_range", message);
            return None;
        }
        Some(size)
    }

    /// A table under `key`.
    pub fn section(
        &self,
        key: &'static str,
        shape: &Shape,
        report: &mut Report,
    ) -> Option<Section<'t>> {
        let value = self.get(key)?;
        match value.value {
            DeValue::Table(table) => {
                Some(Section::new(table, self.file, value.span, shape, report))
            }
            _ => wrong_type(&value, &format!("a table, `[{key}]`"), report),
        }
    }

    /// The tables of an array, `[[key]]`.
    pub fn sections(
        &self,
        key: &'static str,
        shape: &Shape,
        report: &mut Report,
    ) -> Vec<Section<'t>> {
        self.sections_by(key, shape, |_| shape.keys.to_vec(), report)
    }

    /// The same; `fitting` names the keys that fit a table as far as it is written.
    pub fn sections_by(
        &self,
        key: &'static str,
        shape: &Shape,
        fitting: impl Fn(&DeTable<'_>) -> Vec<&'static str>,
        report: &mut Report,
    ) -> Vec<Section<'t>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let expected = format!("an array of tables, each under `[[{key}]]`");
        let DeValue::Array(items) = value.value else {
            wrong_type::<()>(&value, &expected, report);
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => {
                    let fitting = fitting(table);
                    let (file, span) = (self.file, item.span());
                    let section = Section::offering(table, file, span, shape, &fitting, report);
                    sections.push(section);
                }
                _ => {
                    wrong_type::<()>(&value, &expected, report);
                }
            }
        }
        sections
    }

    /// Every key with its value, in the order of the file; for tables whose keys are names.
    pub fn entries(&self) -> Vec<(Literal, &'t DeValue<'t>, Range<usize>)> {
        let entries = self.table.iter().map(|(key, value)| {
            let name =
                Literal { value: key.get_ref().to_string(), file: self.file, span: key.span() };
            (name, value.get_ref(), value.span())
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_key(|(name, ..)| name.span.start);
        entries
    }

    /// What was parsed from the value at `place`, or a note of why it could not be.
    pub fn parsed<T>(
        &self,
        result: Result<T, BadValue>,
        place: &Place,
        report: &mut Report,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(bad) => {
                report.add(place.clone(), bad.code, bad.message).hint(bad.hint);
                None
            }
        }
    }
}
