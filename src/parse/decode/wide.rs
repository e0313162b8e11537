//! UTF-16 and UTF-32, with a byte order mark or without: markup is ASCII, so that its zeros tell.

/// How many bytes are looked at for zeros.
const LOOKED_AT_BYTES: usize = 64;

/// A wide encoding, and how many bytes of mark precede the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wide {
    unit_bytes: usize,
    little: bool,
    mark_bytes: usize,
}

/// The wide encoding of a document, if it is in one.
pub fn encoding(body: &[u8]) -> Option<Wide> {
    let wide = |unit_bytes, little, mark_bytes| Some(Wide { unit_bytes, little, mark_bytes });
    match body {
        [0xff, 0xfe, 0, 0, ..] => wide(4, true, 4),
        [0, 0, 0xfe, 0xff, ..] => wide(4, false, 4),
        [0xff, 0xfe, ..] => wide(2, true, 2),
        [0xfe, 0xff, ..] => wide(2, false, 2),
        _ => by_zeros(body),
    }
}

/// Markup without a mark: three zeros in four bytes, or one in two, always at the same place.
fn by_zeros(body: &[u8]) -> Option<Wide> {
    let head = &body[..body.len().min(LOOKED_AT_BYTES)];
    if head.len() < 4 || !head.contains(&0) {
        return None;
    }
    let zeros = |place: usize| {
        let at_place = || head.iter().skip(place).step_by(4);
        at_place().filter(|byte| **byte == 0).count() * 4 >= at_place().count() * 3
    };
    let (unit_bytes, little) = match [zeros(0), zeros(1), zeros(2), zeros(3)] {
        [false, true, true, true] => (4, true),
        [true, true, true, false] => (4, false),
        [false, true, false, true] => (2, true),
        [true, false, true, false] => (2, false),
        _ => return None,
    };
    Some(Wide { unit_bytes, little, mark_bytes: 0 })
}

impl Wide {
    /// The text, at most `limit` bytes of it. What is no character is U+FFFD.
    pub fn decode(self, body: &[u8], limit: usize) -> String {
        let units = body[self.mark_bytes..].chunks_exact(self.unit_bytes);
        let numbers = units.map(|unit| {
            let fold = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
            match self.little {
                true => unit.iter().rev().fold(0, fold),
                false => unit.iter().fold(0, fold),
            }
        });
        let capacity = (body.len() / self.unit_bytes).min(limit);
        let mut text = String::with_capacity(capacity);
        match self.unit_bytes {
            2 => {
                let units = numbers.map(|number| u16::try_from(number).unwrap_or(0xfffd));
                let chars = char::decode_utf16(units).map(|char| char.unwrap_or('\u{fffd}'));
                fill(&mut text, chars, limit);
            }
            _ => fill(&mut text, numbers.map(|n| char::from_u32(n).unwrap_or('\u{fffd}')), limit),
        }
        text
    }
}

fn fill(text: &mut String, chars: impl Iterator<Item = char>, limit: usize) {
    for char in chars {
        if text.len() + char.len_utf8() > limit {
            break;
        }
        text.push(char);
    }
}
