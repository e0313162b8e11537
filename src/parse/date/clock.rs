//! The time of day, as [`super::words`] gathers it.

use jiff::civil::Time;

use super::pieces::Ahead;

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pub time: Time,
    /// 24:00 is the midnight after the day.
    pub next_day: bool,
}

/// Before or after noon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    Morning,
    Afternoon,
}

impl Half {
    /// `am` and `pm` in one word, and what East Asian dates write.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "am" | "上午" | "午前" | "오전" => Some(Half::Morning),
            "pm" | "下午" | "午後" | "午后" | "오후" => Some(Half::Afternoon),
            _ => None,
        }
    }
}

impl Clock {
    /// A clock of its parts. Second 60 is a leap second: the last second of its minute.
    pub fn new(hour: &str, minute: &str, second: &str, fraction: &str) -> Option<Self> {
        let hour: i8 = hour.parse().ok()?;
        let minute: i8 = minute.parse().ok()?;
        let second: i8 = second.parse().ok()?;
        let nanosecond = nanoseconds(fraction)?;
        let next_day = hour == 24 && minute == 0 && second == 0;
        let hour = if next_day { 0 } else { hour };
        let second = if second == 60 { 59 } else { second };
        Some(Self { time: Time::new(hour, minute, second, nanosecond).ok()?, next_day })
    }

    /// The same with `am` or `pm`. An hour beyond twelve needs none, and may repeat the right one.
    pub fn in_half(self, half: Half) -> Option<Self> {
        let hour = match (half, self.time.hour()) {
            _ if self.next_day => return None,
            (Half::Morning, 12) => 0,
            (Half::Morning, hour @ 0..12) => hour,
            (Half::Afternoon, hour @ 1..12) => hour + 12,
            (Half::Afternoon, hour @ 12..) => hour,
            _ => return None,
        };
        Some(Self { time: self.time.with().hour(hour).build().ok()?, ..self })
    }
}

/// `10:15`, `10:15:30`, `10:15:30.250`, `10:15:30,250`, and with points for colons.
pub fn colon_clock(ahead: &Ahead, hour: &str, colon: char) -> Option<(Clock, usize)> {
    let short = |next: usize| ahead.number(next).filter(|digits| digits.len() <= 2);
    let minute = short(2)?;
    if colon == '.' && !(ahead.glued(1) && ahead.glued(2) && minute.len() == 2) {
        return None;
    }
    let second = short(4).filter(|_| ahead.sign(3) == Some(colon) && ahead.glued(3));
    let Some(second) = second else {
        let cut = ahead.sign(3) == Some(colon) && colon == ':';
        return Some((Clock::new(hour, minute, "0", "")?, 3)).filter(|_| !cut);
    };
    let fraction = ahead
        .number(6)
        .filter(|_| matches!(ahead.sign(5), Some('.' | ',')) && ahead.glued(5) && ahead.glued(6));
    let length = if fraction.is_some() { 7 } else { 5 };
    // A colon before an offset is some programs' slip; before a number it is a fourth part, which
    // says nothing if it is zero, be it of a second or of an hour.
    let slip = matches!(ahead.sign(length + 1), Some('+' | '-'))
        || (ahead.number(length + 1) == Some("00") && ahead.is_last(length + 1));
    let again = ahead.sign(length) == Some(':') && ahead.glued(length) && !slip;
    Some((Clock::new(hour, minute, second, fraction.unwrap_or(""))?, length)).filter(|_| !again)
}

/// `10h15`, `10 h`, `10时15分30秒`.
pub fn unit_clock(ahead: &Ahead, hour: &str) -> Option<(Clock, usize)> {
    let short = |next: usize| ahead.number(next).filter(|digits| digits.len() <= 2);
    let Some(minute) = short(2).filter(|_| ahead.glued(2) || ahead.word(3) != Some("月")) else {
        return Some((Clock::new(hour, "0", "0", "")?, 2));
    };
    if !matches!(ahead.word(3), Some("分" | "분" | "m" | "min")) {
        return Some((Clock::new(hour, minute, "0", "")?, 3));
    }
    match (short(4), ahead.word(5)) {
        (Some(second), Some("秒" | "초" | "s")) => {
            Some((Clock::new(hour, minute, second, "")?, 6))
        }
        _ => Some((Clock::new(hour, minute, "0", "")?, 4)),
    }
}

/// `am`, `p.m.`, `p. m.`, `下午`.
pub fn half(ahead: &Ahead, word: &str) -> Option<(Half, usize)> {
    if let Some(half) = Half::of(word) {
        return Some((half, 1));
    }
    let dotted = usize::from(ahead.sign(1) == Some('.'));
    let half =
        Half::of(&format!("{word}{}", ahead.word(1 + dotted)?)).filter(|_| word.len() == 1)?;
    Some((half, 2 + dotted))
}

/// Nanoseconds of the digits after the point; what is finer is dropped.
fn nanoseconds(fraction: &str) -> Option<i32> {
    let fine = &fraction[..fraction.len().min(9)];
    format!("{fine:0<9}").parse().ok()
}
