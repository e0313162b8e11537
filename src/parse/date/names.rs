//! Names of months in the larger European languages, and of time zones that mean one thing.

/// Names of each month, lower-case, short and long. No name stands for two months.
const MONTHS: [&[&str]; 12] = [
    &[
        "jan", "january", "januar", "jänner", "jän", "janvier", "janv", "januari", "janeiro",
        "enero", "ene", "gennaio", "gen", "stycznia", "sty", "leden", "ledna",
    ],
    &[
        "feb",
        "february",
        "februar",
        "février",
        "févr",
        "fév",
        "fevrier",
        "februari",
        "fevereiro",
        "fev",
        "febrero",
        "febbraio",
        "lutego",
        "lut",
    ],
    &[
        "mar", "march", "märz", "mär", "maerz", "mars", "maart", "mrt", "março", "marzo", "marca",
        "března",
    ],
    &["apr", "april", "avril", "avr", "abril", "abr", "aprile", "kwietnia", "kwi", "dubna"],
    &["may", "mai", "mei", "maj", "maio", "mayo", "maggio", "mag", "maja", "května"],
    &["jun", "june", "juni", "juin", "junho", "junio", "giugno", "giu", "czerwca", "cze", "června"],
    &[
        "jul",
        "july",
        "juli",
        "juillet",
        "juil",
        "julho",
        "julio",
        "luglio",
        "lug",
        "lipca",
        "lip",
        "července",
    ],
    &[
        "aug", "august", "août", "aout", "augustus", "augusti", "agosto", "ago", "sierpnia", "sie",
        "srpna",
    ],
    &[
        "sep",
        "sept",
        "september",
        "septembre",
        "setembro",
        "set",
        "septiembre",
        "settembre",
        "września",
        "wrz",
        "září",
    ],
    &[
        "oct",
        "october",
        "okt",
        "oktober",
        "octobre",
        "outubro",
        "out",
        "octubre",
        "ottobre",
        "ott",
        "października",
        "paź",
        "října",
    ],
    &["nov", "november", "novembre", "novembro", "noviembre", "listopada", "lis"],
    &[
        "dec",
        "december",
        "dez",
        "dezember",
        "décembre",
        "déc",
        "decembre",
        "dezembro",
        "diciembre",
        "dic",
        "dicembre",
        "grudnia",
        "gru",
        "prosince",
    ],
];

/// Zones whose name means one offset (RFC 2822 defines the American ones), in minutes.
const ZONES: &[(&str, i32)] = &[
    ("GMT", 0),
    ("UT", 0),
    ("UTC", 0),
    ("Z", 0),
    ("WET", 0),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("BST", 60),
    ("WEST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("SGT", 480),
    ("HKT", 480),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
];

/// Most minutes an offset can have; the widest in use are −12 and +14 hours.
const MAX_OFFSET_MINUTES: i32 = 15 * 60;

/// 1 to 12.
pub fn month(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.').to_lowercase();
    let index = MONTHS.iter().position(|names| names.contains(&word.as_str()))?;
    i8::try_from(index + 1).ok()
}

/// The offset of `GMT`, `CEST`, `+0200`, `-05:30`, `+02` or `UTC+2`, in minutes.
pub fn zone_offset_minutes(word: &str) -> Option<i32> {
    let upper = word.to_ascii_uppercase();
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == upper) {
        return Some(*minutes);
    }
    let number = upper.strip_prefix("GMT").or_else(|| upper.strip_prefix("UTC")).unwrap_or(&upper);
    let sign = match number.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = number[1..].replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let minutes: i32 = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    (minutes <= MAX_OFFSET_MINUTES).then_some(sign * minutes)
}
