//! Evidence as it stands in its column: compact JSON, short names, spans as arrays. A type of its
//! own, so that the domain's can change without rewriting what is stored.

use serde::{Deserialize, Serialize};

use crate::domain::document::Field;
use crate::domain::topic::evidence::{Clause, ClauseScore, Evidence, Passage, Span};

/// Evidence to be bound to, or read from, a column, as `Json` of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EvidenceRow {
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    clauses: Vec<ClauseRow>,
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    vetoes_tried: Vec<String>,
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    passages: Vec<PassageRow>,
    #[serde(rename = "t", default, skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ClauseRow {
    #[serde(rename = "t")]
    text: String,
    #[serde(rename = "n")]
    count: u32,
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    spans: Vec<SpanRow>,
    /// Weight, field factor, repeat factor, contribution.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    score: Option<(f64, f64, f64, f64)>,
}

/// Field, in lead, start, end, quote, before, after, range in code points.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SpanRow(FieldRow, bool, usize, usize, String, String, String, (usize, usize));

/// Field, start, end, text, marks.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PassageRow(FieldRow, usize, usize, String, Vec<(usize, usize)>);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum FieldRow {
    #[serde(rename = "t")]
    Title,
    #[serde(rename = "b")]
    Body,
    #[serde(rename = "a")]
    Author,
    #[serde(rename = "c")]
    Category,
    #[serde(rename = "u")]
    Url,
}

impl From<&Evidence> for EvidenceRow {
    fn from(evidence: &Evidence) -> Self {
        Self {
            clauses: evidence.clauses.iter().map(ClauseRow::from).collect(),
            vetoes_tried: evidence.vetoes_tried.iter().map(|veto| String::from(&**veto)).collect(),
            passages: evidence.passages.iter().map(PassageRow::from).collect(),
            truncated: evidence.truncated,
        }
    }
}

impl From<EvidenceRow> for Evidence {
    fn from(row: EvidenceRow) -> Self {
        Self {
            clauses: row.clauses.into_iter().map(Clause::from).collect(),
            vetoes_tried: row.vetoes_tried.into_iter().map(Into::into).collect(),
            passages: row.passages.into_iter().map(Passage::from).collect(),
            truncated: row.truncated,
        }
    }
}

impl From<&Clause> for ClauseRow {
    fn from(clause: &Clause) -> Self {
        let row = |score: ClauseScore| {
            let factors = (score.field_factor, score.repeat_factor);
            (score.weight, factors.0, factors.1, score.contribution)
        };
        Self {
            text: String::from(&*clause.text),
            count: clause.count,
            spans: clause.spans.iter().map(SpanRow::from).collect(),
            score: clause.score.map(row),
        }
    }
}

impl From<ClauseRow> for Clause {
    fn from(row: ClauseRow) -> Self {
        let score = |(weight, field_factor, repeat_factor, contribution)| ClauseScore {
            weight,
            field_factor,
            repeat_factor,
            contribution,
        };
        Self {
            text: row.text.into(),
            count: row.count,
            spans: row.spans.into_iter().map(Span::from).collect(),
            score: row.score.map(score),
        }
    }
}

impl From<&Span> for SpanRow {
    fn from(span: &Span) -> Self {
        Self(
            span.field.into(),
            span.in_lead,
            span.start,
            span.end,
            span.quote.to_string(),
            span.before.to_string(),
            span.after.to_string(),
            span.chars,
        )
    }
}

impl From<SpanRow> for Span {
    fn from(SpanRow(field, in_lead, start, end, quote, before, after, chars): SpanRow) -> Self {
        let [quote, before, after] = [quote, before, after].map(Into::into);
        Self { field: field.into(), in_lead, start, end, chars, quote, before, after }
    }
}

impl From<&Passage> for PassageRow {
    fn from(passage: &Passage) -> Self {
        Self(
            passage.field.into(),
            passage.start,
            passage.end,
            passage.text.to_string(),
            passage.marks.to_vec(),
        )
    }
}

impl From<PassageRow> for Passage {
    fn from(PassageRow(field, start, end, text, marks): PassageRow) -> Self {
        Self { field: field.into(), start, end, text: text.into(), marks: marks.into() }
    }
}

impl From<Field> for FieldRow {
    fn from(field: Field) -> Self {
        match field {
            Field::Title => Self::Title,
            Field::Body => Self::Body,
            Field::Author => Self::Author,
            Field::Category => Self::Category,
            Field::Url => Self::Url,
        }
    }
}

impl From<FieldRow> for Field {
    fn from(row: FieldRow) -> Self {
        match row {
            FieldRow::Title => Self::Title,
            FieldRow::Body => Self::Body,
            FieldRow::Author => Self::Author,
            FieldRow::Category => Self::Category,
            FieldRow::Url => Self::Url,
        }
    }
}
