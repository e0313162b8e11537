//! Single values of a file as the types they should have, with a note where they are not.
//! [`super::section`] finds them by their keys.

use std::ops::{Range, RangeInclusive};

use toml::de::DeValue;

use super::problem::Report;
use super::source::{FileId, Literal, Place};

/// A key's value and where it stands.
pub(super) struct Value<'t> {
    pub key: &'static str,
    pub value: &'t DeValue<'t>,
    pub place: Place,
    pub span: Range<usize>,
}

impl<'t> Value<'t> {
    pub fn new(
        key: &'static str,
        value: &'t DeValue<'t>,
        file: FileId,
        span: Range<usize>,
    ) -> Self {
        Self { key, value, place: Place::at(file, span.clone()), span }
    }
}

pub(super) fn literal(value: &DeValue<'_>, file: FileId, span: Range<usize>) -> Option<Literal> {
    let value = value.as_str()?.to_owned();
    Some(Literal { value, file, span })
}

pub(super) fn texts(value: &Value<'_>, file: FileId, report: &mut Report) -> Vec<Literal> {
    if let Some(single) = literal(value.value, file, value.span.clone()) {
        return vec![single];
    }
    let DeValue::Array(items) = value.value else {
        wrong_type::<()>(value, "text in quotes, or an array of such", report);
        return Vec::new();
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items.iter() {
        match literal(item.get_ref(), file, item.span()) {
            Some(text) => texts.push(text),
            None => {
                let message = format!("each entry of `{}` must be text in quotes", value.key);
                report.add(Place::at(file, item.span()), "wrong_type", message);
            }
        }
    }
    texts
}

pub(super) fn integer(
    value: &Value<'_>,
    range: RangeInclusive<u32>,
    report: &mut Report,
) -> Option<u32> {
    let DeValue::Integer(number) = value.value else {
        return wrong_type(value, "a whole number", report);
    };
    let parsed = u32::from_str_radix(number.as_str(), number.radix()).ok();
    let good = parsed.filter(|number| range.contains(number));
    if good.is_none() {
        let (least, most) = (range.start(), range.end());
        let message = format!("`{}` is not between {least} and {most}", value.key);
        report.add(value.place.clone(), "out_of_range", message);
    }
    good
}

/// A finite number, whole or not.
pub(super) fn number(
    value: &DeValue<'_>,
    name: &str,
    place: Place,
    report: &mut Report,
) -> Option<f64> {
    let text = match value {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        other => {
            let message = format!("`{name}` must be a number, not {}", article(other));
            report.add(place, "wrong_type", message);
            return None;
        }
    };
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    if number.is_none() {
        report.add(place, "out_of_range", format!("`{name}` must be a finite number"));
    }
    number
}

/// Notes that a value has the wrong type.
pub(super) fn wrong_type<T>(value: &Value<'_>, expected: &str, report: &mut Report) -> Option<T> {
    let found = article(value.value);
    let message = format!("`{}` must be {expected}, not {found}", value.key);
    report.add(value.place.clone(), "wrong_type", message);
    None
}

fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
