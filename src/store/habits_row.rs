//! What a feed is like, as it stands in its row: JSON with every field optional, so that what an
//! older or newer version wrote can be read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::feed::habits::{Dates, Habits};
use crate::domain::feed::{GAP_CLASSES, Gaps};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct HabitsRow {
    known: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alive_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dates: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    landed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    empty_since: Option<i64>,
    usual_rate: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_at: Option<i64>,
    collapsed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repairs: Vec<(String, u32)>,
}

impl From<&Habits> for HabitsRow {
    fn from(habits: &Habits) -> Self {
        let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
        // A hundredth of a gap is more than anybody can tell.
        let classes = habits.gaps.classes.iter().map(|count| (count * 100.0).round() / 100.0);
        let mut gaps: Vec<f32> = classes.collect();
        while gaps.last() == Some(&0.0) {
            gaps.pop();
        }
        Self {
            known: habits.known,
            gaps,
            alive_at: ms(habits.alive_at),
            dates: habits.dates.map(|dates| dates.as_str().to_owned()),
            language: habits.language.clone(),
            landed: habits.landed.clone(),
            empty_since: ms(habits.empty_since),
            usual_rate: if habits.usual_rate.is_finite() { habits.usual_rate } else { 0.0 },
            rate_at: ms(habits.rate_at),
            collapsed: habits.collapsed,
            repairs: habits.repairs.clone(),
        }
    }
}

impl From<HabitsRow> for Habits {
    fn from(row: HabitsRow) -> Self {
        let at = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let mut gaps = Gaps::default();
        let sound = |count: &f32| count.is_finite() && *count >= 0.0;
        for (class, count) in gaps.classes.iter_mut().zip(row.gaps.iter().take(GAP_CLASSES)) {
            *class = Some(*count).filter(sound).unwrap_or_default();
        }
        Self {
            known: row.known,
            gaps,
            alive_at: at(row.alive_at),
            dates: row.dates.as_deref().and_then(Dates::from_code),
            language: row.language,
            landed: row.landed,
            empty_since: at(row.empty_since),
            usual_rate: row.usual_rate,
            rate_at: at(row.rate_at),
            collapsed: row.collapsed,
            repairs: row.repairs,
        }
    }
}
