//! Which day the pieces of a date can mean. More than one means none, unless the weekday decides.

use jiff::civil::{Date, ISOWeekDate, Weekday};

/// Years of dates whose order of day, month and year has to be found out: other calendars have
/// other years.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A number of a date, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    pub value: i16,
    /// Digits it was written with.
    pub digits: usize,
}

impl Number {
    /// A number of up to four digits.
    pub fn of(digits: &str) -> Option<Self> {
        let value = digits.parse().ok().filter(|_| digits.len() <= 4)?;
        Some(Self { value, digits: digits.len() })
    }

    /// The year it can be; RFC 2822, section 4.3, says which century two digits mean.
    fn year(self) -> Option<i16> {
        match self.digits {
            4 => Some(self.value).filter(|year| YEARS.contains(year)),
            2 => Some(self.value + if self.value < 50 { 2000 } else { 1900 }),
            _ => None,
        }
    }

    fn small(self) -> Option<i8> {
        i8::try_from(self.value).ok().filter(|_| self.digits <= 2)
    }
}

/// The day of year, months and day, where any of `months` (bit 0 is January) may be meant.
pub fn named_month(year: i16, months: u16, day: i8, weekdays: u8) -> Option<Date> {
    let months = (1_i8..=12).filter(|month| months & (1 << (month - 1)) != 0);
    only(months.filter_map(|month| Date::new(year, month, day).ok()), weekdays)
}

/// The order of day, month and year, by what stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Day,
    Month,
    Year,
}

impl Order {
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::Year];

    /// One bit for each.
    pub fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The day of three numbers in the order they stand in. Four digits are the year; what else they
/// mean has to follow from `order`, their size or the weekday.
pub fn numeric(
    [first, second, third]: [Number; 3],
    weekdays: u8,
    order: Option<Order>,
) -> Option<Date> {
    let date = |year: Number, month: Number, day: Number| {
        let month = if month.digits == 3 { i8::try_from(month.value).ok() } else { month.small() };
        Date::new(year.year()?, month?, day.small()?).ok()
    };
    if first.digits == 4 {
        return date(first, second, third);
    }
    if second.digits > 2 {
        return None;
    }
    let day_first = date(third, second, first);
    let month_first = date(third, first, second);
    let year_first = date(first, second, third).filter(|_| third.digits <= 2);
    match order {
        None => only([day_first, month_first, year_first].into_iter().flatten(), weekdays),
        Some(Order::Day) => day_first.filter(|day| fits(*day, weekdays)),
        Some(Order::Month) => month_first.filter(|day| fits(*day, weekdays)),
        Some(Order::Year) => year_first.filter(|day| fits(*day, weekdays)),
    }
}

/// `20240603`.
pub fn compact(digits: &str) -> Option<Date> {
    let number = |at: std::ops::Range<usize>| Number::of(digits.get(at)?);
    numeric([number(0..4)?, number(4..6)?, number(6..8)?], 0, None)
}

/// What is digits and hyphens only and means one day or the first of one period: `2024` (W3C-DTF),
/// `2024155`, and without a century `-2406` and `-24-06` (ISO 8601:1988). No other notation has
/// four digits after a hyphen; `240603` and `24155` without one mean other things too. With how many
/// days that is.
pub fn bare(text: &str) -> Option<(Date, i16)> {
    let short = text.strip_prefix('-');
    let (year, rest) = match short {
        Some(short) => (short.get(..2)?, short.get(2..)?),
        None => (text.get(..4)?, text.get(4..)?),
    };
    let rest = if short.is_some() { rest.strip_prefix('-').unwrap_or(rest) } else { rest };
    if !year.bytes().chain(rest.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = Number::of(year)?.year()?;
    match (short, rest.len()) {
        (None, 0) => Date::new(year, 1, 1).ok().map(|day| (day, day.days_in_year())),
        (None, 3) => ordinal(year, rest.parse().ok()?).map(|day| (day, 1)),
        (Some(_), 2) => {
            let first = Date::new(year, rest.parse().ok()?, 1).ok()?;
            Some((first, first.days_in_month().into()))
        }
        _ => None,
    }
}

/// The n-th day of a year (ISO 8601, ordinal date).
pub fn ordinal(year: i16, day: i16) -> Option<Date> {
    let first = Date::new(year, 1, 1).ok().filter(|_| YEARS.contains(&year))?;
    let day = (1..=first.days_in_year()).contains(&day).then_some(day)?;
    first.with().day_of_year(day).build().ok()
}

/// The day of a week (ISO 8601, week date), Monday being 1.
pub fn week(year: i16, week: i8, day: i8) -> Option<Date> {
    let weekday = Weekday::from_monday_one_offset(day).ok()?;
    let date = ISOWeekDate::new(year, week, weekday).ok().filter(|_| YEARS.contains(&year))?;
    Some(date.date())
}

/// Whether a year is one that dates of any shape may have.
pub fn is_usual(year: i16) -> bool {
    YEARS.contains(&year)
}

/// The year of a number beside a day and a month by name.
pub fn year(number: Number) -> Option<i16> {
    match number.digits {
        4 => Some(number.value).filter(|year| *year > 0 && year <= YEARS.end()),
        _ => number.year(),
    }
}

/// The only day of several, or the only one on one of the weekdays (bit 0 is Monday).
fn only(candidates: impl Iterator<Item = Date>, weekdays: u8) -> Option<Date> {
    let mut days: Vec<Date> = candidates.collect();
    days.sort();
    days.dedup();
    if days.len() > 1 {
        days.retain(|day| weekdays != 0 && fits(*day, weekdays));
    }
    match days.as_slice() {
        [day] => Some(*day),
        _ => None,
    }
}

/// Whether a day is one of the weekdays, if any are named.
fn fits(day: Date, weekdays: u8) -> bool {
    weekdays == 0 || weekdays & (1 << day.weekday().to_monday_zero_offset()) != 0
}
