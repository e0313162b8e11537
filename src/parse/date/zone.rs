//! Time zones by name: those whose name means one offset, those that change with the season, and
//! those of a place. A name that is in use for several zones is none, unless RFC 2822 says which.

use jiff::Timestamp;

use super::pieces::Ahead;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

/// What a date says of its zone.
#[derive(Debug, Clone, PartialEq)]
pub enum Zone {
    /// UTC by name, with or without an offset to follow.
    Utc,
    /// Seconds east of Greenwich.
    Offset(i32),
    /// The same by a name; not certain if other zones have that name too.
    Named { minutes: i32, certain: bool },
    /// Summer and winter differ.
    Place(TimeZone),
    /// A military letter, which RFC 2822 says to take for UTC since it was used both ways.
    Letter,
}

/// Names of UTC.
const UTC: &[&str] = &["gmt", "ut", "utc", "z", "uct", "utz", "zulu"];

/// Names that mean one offset, in minutes. RFC 2822 defines the American ones. `ist` (India,
/// Israel, Ireland), `ast` (Atlantic, Arabia), `gst`, `amt` and their like are missing: nobody can
/// know.
const NAMED: &[(&str, i32)] = &[
    ("wet", 0),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("adt", -180),
    ("ndt", -150),
    ("hst", -600),
    ("akst", -540),
    ("akdt", -480),
    ("hast", -600),
    ("brt", -180),
    ("brst", -120),
    ("art", -180),
    ("clt", -240),
    ("clst", -180),
    ("uyt", -180),
    ("west", 60),
    ("cet", 60),
    ("met", 60),
    ("mez", 60),
    ("wat", 60),
    ("cest", 120),
    ("mest", 120),
    ("mesz", 120),
    ("sast", 120),
    ("cat", 120),
    ("eet", 120),
    ("eest", 180),
    ("idt", 180),
    ("trt", 180),
    ("eat", 180),
    ("msk", 180),
    ("мск", 180),
    ("msd", 240),
    ("irst", 210),
    ("irdt", 270),
    ("pkt", 300),
    ("yekt", 300),
    ("npt", 345),
    ("ict", 420),
    ("wib", 420),
    ("novt", 420),
    ("krat", 420),
    ("sgt", 480),
    ("hkt", 480),
    ("pht", 480),
    ("myt", 480),
    ("awst", 480),
    ("wita", 480),
    ("irkt", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("acdt", 630),
    ("aest", 600),
    ("vlat", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
];

/// Names in use for more than one zone, with the one that RFC 2822 or nearly every feed means.
const LIKELY: &[(&str, i32)] = &[("cst", -360), ("bst", 60)];

/// American zones without the season.
const SEASONAL: &[(&str, &str)] = &[
    ("at", "America/Halifax"),
    ("et", "America/New_York"),
    ("ct", "America/Chicago"),
    ("mt", "America/Denver"),
    ("pt", "America/Los_Angeles"),
];

/// The widest offsets in use, in seconds.
pub const WEST_S: i32 = -12 * 3_600;
const EAST_S: i32 = 14 * 3_600;

/// The zone of a folded name.
pub fn named(word: &str) -> Option<Zone> {
    let find = |names: &[(&str, i32)]| names.iter().find(|(name, _)| *name == word).map(|at| at.1);
    if UTC.contains(&word) {
        return Some(Zone::Utc);
    }
    if let Some(minutes) = find(NAMED) {
        return Some(Zone::Named { minutes, certain: true });
    }
    if let Some(minutes) = find(LIKELY) {
        return Some(Zone::Named { minutes, certain: false });
    }
    if let Some((_, place)) = SEASONAL.iter().find(|(name, _)| *name == word) {
        return self::place(place);
    }
    // A and P are short for am and pm as often as they are zones; J is none.
    let letter = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    (letter && !["a", "p", "j"].contains(&word)).then_some(Zone::Letter)
}

/// The zone of a place, as the time zone database names it.
pub fn place(name: &str) -> Option<Zone> {
    TimeZoneDatabase::bundled().get(name).ok().map(Zone::Place)
}

/// The offset of `hours`, `minutes` and `seconds` as written after its sign.
fn offset(negative: bool, hours: &str, minutes: &str, seconds: &str) -> Option<Zone> {
    let part = |text: &str| text.parse::<i32>().ok().filter(|part| (0..100).contains(part));
    let (minutes, seconds) = (part(minutes)?, part(seconds)?);
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let east = part(hours)? * 3_600 + minutes * 60 + seconds;
    let east = if negative { -east } else { east };
    (WEST_S..=EAST_S).contains(&east).then_some(Zone::Offset(east))
}

/// The offset after a sign: `2`, `02`, `0200`, `02:00`, `02:00:00`, `020000`.
pub fn offset_at(ahead: &Ahead, negative: bool) -> Option<(Zone, usize)> {
    let digits = ahead.number(1)?;
    let (hours, minutes, seconds, length) = match digits.len() {
        1 | 2 if matches!(ahead.sign(2), Some(':')) && ahead.glued(2) => {
            let minutes = ahead.number(3).filter(|digits| digits.len() == 2)?;
            match ahead.number(5).filter(|_| ahead.sign(4) == Some(':')) {
                Some(seconds) => (digits, minutes, seconds, 6),
                None => (digits, minutes, "0", 4),
            }
        }
        1 | 2 => (digits, "0", "0", 2),
        3 => (&digits[..1], &digits[1..], "0", 2),
        4 => (&digits[..2], &digits[2..], "0", 2),
        6 => (&digits[..2], &digits[2..4], &digits[4..], 2),
        _ => return None,
    };
    Some((offset(negative, hours, minutes, seconds)?, length))
}

impl Zone {
    /// Both of two zones that one date names, and whether that needs an assumption. An offset
    /// refines UTC; otherwise they have to agree.
    pub fn and(self, next: Zone) -> Option<(Zone, bool)> {
        let seconds = |zone: &Zone| match zone {
            Zone::Utc => Some(0),
            Zone::Offset(seconds) => Some(*seconds),
            Zone::Named { minutes, .. } => Some(minutes * 60),
            Zone::Place(_) | Zone::Letter => None,
        };
        match (&self, &next) {
            (Zone::Letter, _) | (Zone::Utc, Zone::Offset(_)) => Some((next, false)),
            (_, Zone::Letter) => Some((self, false)),
            (Zone::Offset(east), Zone::Utc) => {
                let contradicts = *east != 0;
                Some((self, contradicts))
            }
            _ if seconds(&self).is_some() && seconds(&self) == seconds(&next) => {
                Some((self, false))
            }
            _ => None,
        }
    }

    /// The instant at which clocks there show `civil`, and whether that needs an assumption.
    pub fn at(&self, civil: DateTime) -> Option<(Timestamp, bool)> {
        let fixed = |seconds: i32| Offset::from_seconds(seconds).ok()?.to_timestamp(civil).ok();
        match self {
            Zone::Utc => Some((fixed(0)?, false)),
            Zone::Letter => Some((fixed(0)?, true)),
            Zone::Offset(seconds) => Some((fixed(*seconds)?, false)),
            Zone::Named { minutes, certain } => Some((fixed(minutes * 60)?, !certain)),
            Zone::Place(zone) => {
                let ambiguous = zone.to_ambiguous_timestamp(civil);
                let unclear = !matches!(ambiguous.offset(), AmbiguousOffset::Unambiguous { .. });
                Some((ambiguous.compatible().ok()?, unclear))
            }
        }
    }
}
