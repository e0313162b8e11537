//! Reads a date piece by piece: numbers, names, signs. Every piece has to fit somewhere, else the
//! whole is no date. What the pieces mean together is decided at the end, by [`super::calendar`].

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::Read;
use super::calendar::{self, Number, Order};
use super::clock::{Clock, Half, colon_clock, half, unit_clock};
use super::names;
use super::pieces::{Ahead, Glued, Piece, pieces};
use super::plain::{Plain, without_garbled_weekday};
use super::zone::{self, Zone, offset_at};

/// Who writes its script lives in its one zone.
const HANGUL: std::ops::RangeInclusive<char> = '\u{ac00}'..='\u{d7a3}';
const KOREA: Zone = Zone::Named { minutes: 540, certain: false };

/// Reads what [`super::plain::plain`] left; a zone may stand in the comments. `order` is how three
/// numbers stand that do not tell it themselves, where that is known.
pub fn read(plain: &Plain, order: Option<Order>) -> Option<Read> {
    let mut words = Words { order, ..Words::default() };
    words.take_all(&pieces(without_garbled_weekday(&plain.text))?)?;
    if words.zone.is_none() {
        words.zone = pieces(&plain.comments).and_then(|comment| zone_of(&comment));
    }
    if words.zone.is_none() && plain.text.chars().any(|char| HANGUL.contains(&char)) {
        words.zone = Some(KOREA);
    }
    words.finish()
}

/// The zone in a comment: by name, with an offset or without.
fn zone_of(comment: &[Glued]) -> Option<Zone> {
    let mut words = Words { clock: Clock::new("0", "0", "0", ""), ..Words::default() };
    words.take_all(comment)?;
    words.zone.filter(|_| words.numbers.is_empty() && words.months == 0)
}

/// What has been read of a date.
#[derive(Debug, Default)]
struct Words {
    /// Numbers whose place in the date is not known yet.
    numbers: Vec<Number>,
    /// Whether the last of them came after the time, and its zone was known then.
    year_last: bool,
    /// The whole day, where its form says it.
    day: Option<Date>,
    /// Three numbers with one sign between them.
    triple: Option<[Number; 3]>,
    order: Option<Order>,
    year: Option<Number>,
    /// What can be the month, as a mask.
    months: u16,
    weekdays: u8,
    /// A name of a weekday that is a month in another language.
    either: Option<(u16, u8)>,
    clock: Option<Clock>,
    half: Option<Half>,
    zone: Option<Zone>,
    /// Only year and month are known.
    monthly: bool,
    assumed: bool,
}

impl Words {
    fn take_all(&mut self, pieces: &[Glued]) -> Option<()> {
        let mut at = 0;
        while at < pieces.len() {
            at += match &pieces[at].piece {
                Piece::Number(digits) => self.number(pieces, at, digits)?,
                Piece::Word(word) => self.word(pieces, at, word)?,
                Piece::Place(place) => {
                    self.zone(zone::place(place)?)?;
                    1
                }
                Piece::Sign(sign) => self.sign(pieces, at, *sign)?,
            };
        }
        Some(())
    }

    /// Reads what begins with a number; returns how many pieces that took.
    fn number(&mut self, pieces: &[Glued], at: usize, digits: &str) -> Option<usize> {
        if !self.has_day()
            && let Some(length) = self.whole_day(&Ahead { pieces, at }, digits)
        {
            return Some(length);
        }
        if self.clock.is_none()
            && let Some(length) = self.time(&Ahead { pieces, at }, digits)
        {
            return Some(length);
        }
        let number = Number::of(digits)?;
        let ahead = Ahead { pieces, at };
        if digits == "00"
            && self.clock.is_some()
            && self.zone.is_none()
            && ahead.is_last(0)
            && self.is_whole()
        {
            self.assumed = true;
            return Some(1);
        }
        match ahead.word(1) {
            Some("年" | "년") => self.year = Some(number),
            Some("月" | "월") => {
                self.months = 1_u16.checked_shl(u32::try_from(number.value - 1).ok()?)?
            }
            Some("日" | "号" | "號" | "일") => self.numbers.push(number),
            word => {
                self.numbers.push(number);
                self.year_last = self.clock.is_some() && self.zone.is_some();
                let ordinal = word.is_some_and(names::is_ordinal) && ahead.glued(1);
                return Some(1 + usize::from(ordinal));
            }
        }
        Some(2)
    }

    /// Whether nothing of the day is missing.
    fn is_whole(&self) -> bool {
        let by_name = self.months != 0 && self.numbers.len() + usize::from(self.year.is_some()) > 1;
        by_name || self.day.is_some() || self.triple.is_some()
    }

    fn has_day(&self) -> bool {
        self.day.is_some()
            || self.triple.is_some()
            || self.year.is_some()
            || self.months != 0
            || !self.numbers.is_empty()
    }

    /// A day in one of the forms that have an order of their own.
    fn whole_day(&mut self, ahead: &Ahead, digits: &str) -> Option<usize> {
        if matches!(digits.len(), 8 | 12 | 14) {
            self.day = Some(calendar::compact(digits)?);
            if digits.len() > 8 {
                let second = digits.get(12..).filter(|second| !second.is_empty()).unwrap_or("0");
                self.clock = Some(Clock::new(&digits[8..10], &digits[10..12], second, "")?);
            }
            return Some(1);
        }
        let first = Number::of(digits)?;
        if digits.len() == 4
            && let Some(length) = self.iso(ahead, first)
        {
            return Some(length);
        }
        let sign = ahead.sign(1).filter(|sign| "-/.".contains(*sign))?;
        let (second, third) = (ahead.number(2)?, ahead.number(4)?);
        let dotted = sign == '.';
        let tight = (1..=4).all(|next| ahead.glued(next) || (dotted && next % 2 == 0));
        if ahead.sign(3) != Some(sign) || !tight {
            return None;
        }
        self.triple = Some([first, Number::of(second)?, Number::of(third)?]);
        Some(5)
    }

    /// `2024-W23-1`, `2024W231`, `2024-155`, `2024-06`.
    fn iso(&mut self, ahead: &Ahead, year: Number) -> Option<usize> {
        let dashed = usize::from(ahead.sign(1) == Some('-') && ahead.glued(1));
        if ahead.word(1 + dashed) == Some("w") {
            let week = ahead.number(2 + dashed)?;
            let (week, day, length) = match week.len() {
                2 => (week, ahead.number(4 + dashed)?, 5 + dashed),
                3 => (&week[..2], &week[2..], 3 + dashed),
                _ => return None,
            };
            self.day = Some(calendar::week(year.value, week.parse().ok()?, day.parse().ok()?)?);
            return Some(length);
        }
        let next = ahead.number(2).filter(|_| dashed == 1 && ahead.glued(2))?;
        let ends = !ahead.glued(3) || ahead.word(3) == Some("t");
        match next.len() {
            3 if ends => self.day = Some(calendar::ordinal(year.value, next.parse().ok()?)?),
            2 if ends && ahead.is_last(2) => {
                self.year = Some(year);
                self.months = 1_u16.checked_shl(next.parse::<u32>().ok()?.checked_sub(1)?)?;
            }
            _ => return None,
        }
        Some(3)
    }

    /// A time of day.
    fn time(&mut self, ahead: &Ahead, digits: &str) -> Option<usize> {
        let after_t = ahead.word_before() == Some("t");
        let (clock, length) = if digits.len() <= 2 {
            match (ahead.sign(1), ahead.word(1)) {
                (Some(':'), _) => colon_clock(ahead, digits, ':')?,
                (Some('.'), _) if self.expects_time(ahead) => colon_clock(ahead, digits, '.')?,
                (_, Some("h" | "时" | "時" | "시" | "点" | "點")) => {
                    unit_clock(ahead, digits)?
                }
                (_, Some("am" | "pm" | "uhr" | "uur")) => (Clock::new(digits, "0", "0", "")?, 1),
                _ if after_t || self.is_hour_with_offset(ahead) => {
                    (Clock::new(digits, "0", "0", "")?, 1)
                }
                _ => return None,
            }
        } else {
            let compact = after_t || (self.day.is_some() && self.numbers.is_empty());
            let clock = match digits.len() {
                4 if compact => Clock::new(&digits[..2], &digits[2..], "0", "")?,
                6 if compact => Clock::new(&digits[..2], &digits[2..4], &digits[4..], "")?,
                _ => return None,
            };
            match ahead.number(2) {
                Some(_) if matches!(ahead.sign(1), Some('.' | ',')) && ahead.glued(2) => (clock, 3),
                _ => (clock, 1),
            }
        };
        self.clock = Some(clock);
        Some(length)
    }

    /// Whether only an offset follows a whole day and this number: `3 Jun 2024 10 +0200`.
    fn is_hour_with_offset(&self, ahead: &Ahead) -> bool {
        let offset = matches!(ahead.sign(1), Some('+' | '-')) && ahead.glued(2) && ahead.is_last(2);
        let offset =
            offset && !ahead.glued(1) && ahead.number(2).is_some_and(|digits| digits.len() == 4);
        offset && self.numbers.last().is_some_and(|year| year.digits == 4) && self.is_whole()
    }

    /// Whether a number with a point in it is a time: the day is complete, or a word announces it.
    fn expects_time(&self, ahead: &Ahead) -> bool {
        let announced = matches!(ahead.word_before(), Some("kl" | "klo" | "ore" | "alle"));
        announced || self.is_whole() || (self.months != 0 && self.year.is_some())
    }

    fn word(&mut self, pieces: &[Glued], at: usize, word: &str) -> Option<usize> {
        let ahead = Ahead { pieces, at };
        if word == "t" && self.has_day() && self.clock.is_none() {
            return Some(1);
        }
        if let Some((half, length)) = half(&ahead, word)
            && (self.clock.is_some() || !word.is_ascii())
        {
            return self.half.replace(half).is_none().then_some(length);
        }
        if word == "thang" {
            // Vietnamese counts its months.
            let month = ahead.number(1)?.parse::<u32>().ok()?;
            self.months = 1_u16.checked_shl(month.checked_sub(1)?)?;
            return Some(2);
        }
        if let Some(month) = names::counted(word)
            && ahead.word(1) == Some("月")
        {
            self.months = 1 << month;
            return Some(2);
        }
        let filler = names::is_filler(word) && !(word == "at" && ahead.is_last(0));
        if self.clock.is_some()
            && !filler
            && let Some(zone) = zone::named(word)
        {
            self.cautious(word, zone)?;
            return Some(1);
        }
        let (months, weekdays) = (names::months(word), names::weekdays(word));
        match (months, weekdays) {
            (0, 0) => {}
            (_, 0) if self.months == 0 => {
                self.months = months;
                return Some(1);
            }
            (0, _) => {
                self.weekdays |= weekdays;
                return Some(1);
            }
            _ if self.either.is_none() => {
                self.either = Some((months, weekdays));
                return Some(1);
            }
            _ => return None,
        }
        if names::is_filler(word) {
            return (word != "a" || self.clock.is_none() || !ahead.glued(0)).then_some(1);
        }
        if let Some(zone) = zone::named(word).filter(|_| self.has_day()) {
            self.cautious(word, zone)?;
            return Some(1);
        }
        // A weekday in whatever language says nothing that the date does not.
        (at == 0 && matches!(ahead.sign(1), Some(',' | '.'))).then_some(1)
    }

    /// Takes a zone by name, remembering which name may mean China where the year follows.
    fn cautious(&mut self, word: &str, zone: Zone) -> Option<()> {
        self.zone(zone)?;
        let known = self.numbers.len() + usize::from(self.year.is_some());
        let complete = self.day.is_some() || self.triple.is_some() || known > 1;
        // `Mon Jun 03 16:15:00 CST 2024` is how Java writes dates, in Chicago and in Shanghai.
        (word != "cst" || complete).then_some(())
    }

    fn zone(&mut self, next: Zone) -> Option<()> {
        let (zone, assumed) = match self.zone.take() {
            Some(zone) => zone.and(next)?,
            None => (next, false),
        };
        self.zone = Some(zone);
        self.assumed |= assumed;
        Some(())
    }

    fn sign(&mut self, pieces: &[Glued], at: usize, sign: char) -> Option<usize> {
        let ahead = Ahead { pieces, at };
        let offset = matches!(sign, '+' | '-') && ahead.glued(1) && ahead.number(1).is_some();
        if offset
            && (self.clock.is_some() || sign == '+')
            && (self.has_day() || self.zone.is_some() || self.clock.is_some())
        {
            let (zone, length) = offset_at(&ahead, sign == '-')?;
            self.zone(zone)?;
            return Some(length);
        }
        // The day's minus would be the zone's as well as a dash before the time.
        let tight = sign == '-' && ahead.glued(0) && offset && self.triple.is_some();
        (",.;|@'\"/-:".contains(sign) && !tight).then_some(1)
    }

    fn finish(mut self) -> Option<Read> {
        if let Some((months, weekdays)) = self.either.take() {
            if self.months == 0 {
                self.months = months;
            } else {
                self.weekdays |= weekdays;
            }
        }
        let date = self.date()?;
        let clock = match (self.clock, self.half) {
            (Some(clock), Some(half)) => Some(clock.in_half(half)?),
            (clock, None) => clock,
            (None, Some(_)) => return None,
        };
        if self.monthly && clock.is_some() {
            return None;
        }
        let civil = date.to_datetime(clock.map_or(Time::midnight(), |clock| clock.time));
        let civil = match clock {
            Some(clock) if clock.next_day => {
                civil.date().tomorrow().ok()?.to_datetime(Time::midnight())
            }
            _ => civil,
        };
        let (at, unclear): (Timestamp, bool) = match &self.zone {
            Some(zone) => zone.at(civil)?,
            None => Zone::Letter.at(civil)?,
        };
        let days = if self.monthly { date.days_in_month() } else { i8::from(clock.is_none()) };
        Some(Read::of(at, days.into(), !self.assumed && !unclear))
    }

    fn date(&mut self) -> Option<Date> {
        let numbers = std::mem::take(&mut self.numbers);
        if let Some(day) = self.day {
            return numbers.is_empty().then_some(day).filter(|_| self.months == 0);
        }
        if self.months == 0 {
            let triple = match (self.triple, numbers.as_slice()) {
                (Some(triple), []) => triple,
                (None, [first, second, third]) => [*first, *second, *third],
                _ => return None,
            };
            return self
                .literal(triple)
                .or_else(|| calendar::numeric(triple, self.weekdays, self.order));
        }
        if self.triple.is_some() {
            return None;
        }
        let (year, day) = match (self.year, numbers.as_slice()) {
            (Some(year), [day]) => (year, Some(*day)),
            (Some(year), []) => (year, None),
            (None, [year]) if year.digits == 4 => (*year, None),
            (None, [year, day]) if year.digits == 4 && day.digits <= 2 => (*year, Some(*day)),
            (None, [day, year]) if day.digits <= 2 => (*year, Some(*day)),
            _ => return None,
        };
        self.monthly = day.is_none();
        let believed = !self.year_last && self.clock.is_some() && self.zone.is_some();
        let year = calendar::year(year).filter(|year| believed || calendar::is_usual(*year))?;
        let day = i8::try_from(day.map_or(1, |day| day.value)).ok()?;
        calendar::named_month(year, self.months, day, self.weekdays)
    }

    /// `0001-01-01T00:00:00Z` says which instant it means, whatever one thinks of it.
    fn literal(&self, [year, month, day]: [Number; 3]) -> Option<Date> {
        let full = self.clock.is_some() && self.zone.is_some();
        let iso = (year.digits, month.digits, day.digits) == (4, 2, 2) && year.value > 0;
        let small = |number: Number| i8::try_from(number.value).ok();
        (full && iso).then(|| Date::new(year.value, small(month)?, small(day)?).ok())?
    }
}
