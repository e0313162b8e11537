//! From when to when: what `--since` and `--until` say.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::cli::exit::{Exit, Failure};

/// The stretch of time whose entries are asked for. Open at either end: as far as there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl Period {
    pub fn read(since: Option<&str>, until: Option<&str>, now: Timestamp) -> Result<Self, Failure> {
        let at = |name, text: Option<&str>| text.map(|text| moment(name, text, now)).transpose();
        let (since, until) = (at("--since", since)?, at("--until", until)?);
        if since.zip(until).is_some_and(|(since, until)| until <= since) {
            let sentence = "--until is not after --since: nothing lies between them";
            return Err(Failure::said(Exit::Usage, sentence));
        }
        Ok(Self { since, until })
    }

    /// From then on. `flag` is the option that was given.
    pub fn since(flag: &'static str, text: &str, now: Timestamp) -> Result<Self, Failure> {
        Ok(Self { since: Some(moment(flag, text, now)?), until: None })
    }
}

/// A time as a person writes it: how long ago, a day (its beginning in UTC), or a time.
fn moment(name: &str, text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let text = text.trim();
    let zoned = now.to_zoned(TimeZone::UTC);
    let ago = || {
        let span: Span = text.parse().ok()?;
        Some(zoned.checked_sub(span.abs()).ok()?.timestamp())
    };
    let day = || {
        let day: Date = text.parse().ok()?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    let time = || {
        let time: DateTime = text.parse().ok()?;
        Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    let exact = || text.parse::<Timestamp>().ok();
    let is_time = text.len() > 10;
    let read = if is_time { exact().or_else(time) } else { day() };
    read.or_else(ago).ok_or_else(|| {
        Failure::said(Exit::Usage, format!("{name}: `{text}` is no time"))
            .hint("write how long ago (30d, 6 weeks), a date (2026-06-03) or 2026-06-03T12:00:00Z")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_age_date_or_clock() {
        let now: Timestamp = "2026-06-03T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("30d", "2026-05-04T12:00:00Z"),
            ("2w", "2026-05-20T12:00:00Z"),
            ("6 weeks", "2026-04-22T12:00:00Z"),
            ("12h", "2026-06-03T00:00:00Z"),
            ("2026-05-01", "2026-05-01T00:00:00Z"),
            ("2026-05-01T10:30", "2026-05-01T10:30:00Z"),
            ("2026-05-01T10:30:00+02:00", "2026-05-01T08:30:00Z"),
        ] {
            let read = moment("--since", text, now).unwrap();
            assert_eq!(read, expected.parse::<Timestamp>().unwrap(), "{text}");
        }
        assert!(moment("--since", "yesterday", now).is_err());
        assert!(Period::read(Some("1d"), Some("2d"), now).is_err());
    }
}
