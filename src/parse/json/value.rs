//! JSON as it is found: with comments, commas too many, values that are none, raw line ends in
//! texts, a call around it, or no end. Linear, and no deeper than a limit.

use std::borrow::Cow;

use super::super::failure::ParseFailure;
use super::super::limits::Limits;

/// Objects and lists within one another; each is a call.
const MAX_DEPTH: usize = 100;

/// A value. A number stays as it was written: an id may have more digits than any number type. What
/// needs no mending is borrowed: a million of small values must not take ten times their bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Truth(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Object<'a>),
}

/// Names with their values, in order. Of two with one name the last counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// A document that has been read.
#[derive(Debug)]
pub struct Document<'a> {
    pub root: Value<'a>,
    /// It ended, or could not be read on, before its end; what was not complete is left out.
    pub cut: bool,
    comments: u32,
    commas: u32,
    bare_values: u32,
    raw_characters: u32,
    junk: u32,
}

impl<'a> Value<'a> {
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.as_object()?.get(key)
    }
}

impl<'a> Object<'a> {
    pub fn of(key: &'a str, value: Value<'a>) -> Self {
        Self(vec![(Cow::Borrowed(key), value)])
    }

    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn values(&self) -> impl Iterator<Item = &Value<'a>> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl Document<'_> {
    /// What was mended: stable codes, and how often.
    pub fn mended(&self) -> [(&'static str, u32); 5] {
        [
            ("json_comment", self.comments),
            ("json_comma", self.commas),
            ("json_bare_value", self.bare_values),
            ("json_raw_character", self.raw_characters),
            ("json_junk", self.junk),
        ]
    }
}

/// Reads a document that begins with an object or a list, perhaps within a call.
pub fn read(text: &str, limits: Limits) -> Result<Document<'_>, ParseFailure> {
    let broken =
        || ParseFailure::Malformed { reason: "it begins like JSON but is none".to_owned() };
    let start = text.find(['{', '[']).ok_or_else(broken)?;
    let mut reader = Reader {
        text,
        at: start,
        values_left: limits.json_values,
        document: Document {
            root: Value::Null,
            cut: false,
            comments: 0,
            commas: 0,
            bare_values: 0,
            raw_characters: 0,
            junk: u32::from(!text[..start].trim().is_empty()),
        },
    };
    let root = reader.value(0).map_err(|stop| match stop {
        Stop::Broken => broken(),
        Stop::Depth => ParseFailure::TooDeep { limit: MAX_DEPTH },
        Stop::Values => ParseFailure::TooComplex { what: "values", limit: limits.json_values },
    })?;
    let rest = reader.rest().trim();
    reader.document.junk += u32::from(!rest.is_empty() && !reader.document.cut);
    Ok(Document { root, ..reader.document })
}

/// Why reading ends without a value.
enum Stop {
    Depth,
    Values,
    /// What stands here is no value.
    Broken,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values_left: usize,
    document: Document<'a>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    /// Skips white space and comments.
    fn skip(&mut self) {
        loop {
            self.at = self.text.len()
                - self
                    .rest()
                    .trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}', '\u{a0}'])
                    .len();
            let rest = self.rest();
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.document.comments = self.document.comments.saturating_add(1);
            self.at += length;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, Stop> {
        self.values_left = self.values_left.checked_sub(1).ok_or(Stop::Values)?;
        if depth > MAX_DEPTH {
            return Err(Stop::Depth);
        }
        self.skip();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Value::Text(self.string())),
            Some(_) => self.bare(),
            None => {
                self.document.cut = true;
                Ok(Value::Null)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, Stop> {
        self.at += 1;
        let mut object = Object::default();
        let mut first = true;
        while self.goes_on(b'}', std::mem::replace(&mut first, false)) {
            if self.peek() != Some(b'"') {
                self.document.cut = true;
                break;
            }
            let key = self.string();
            self.skip();
            if !self.takes(b':') {
                self.document.cut = true;
                break;
            }
            match self.value(depth + 1) {
                Err(Stop::Broken) => self.document.cut = true,
                value => {
                    let value = value?;
                    // Of a list that is cut, the beginning is worth having.
                    if !self.document.cut || matches!(value, Value::List(_)) {
                        object.0.push((key, value));
                    }
                }
            }
            if self.document.cut {
                break;
            }
        }
        // Room for more than there is counts, too, where there are half a million of them.
        object.0.shrink_to_fit();
        Ok(Value::Object(object))
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Stop> {
        self.at += 1;
        let mut list = Vec::new();
        let mut first = true;
        while self.goes_on(b']', std::mem::replace(&mut first, false)) {
            match self.value(depth + 1) {
                Err(Stop::Broken) => self.document.cut = true,
                value => {
                    let value = value?;
                    if !self.document.cut {
                        list.push(value);
                    }
                }
            }
            if self.document.cut {
                break;
            }
        }
        list.shrink_to_fit();
        Ok(Value::List(list))
    }

    /// Goes to the next member; false at the end. Commas are taken as they come.
    fn goes_on(&mut self, end: u8, first: bool) -> bool {
        let mut commas = 0_u32;
        loop {
            self.skip();
            if self.takes(b',') {
                commas += 1;
                continue;
            }
            let over = self.takes(end);
            let due = u32::from(!over && !first);
            self.document.commas = self.document.commas.saturating_add(commas.abs_diff(due));
            if self.at == self.text.len() && !over {
                self.document.cut = true;
            }
            return !over && !self.document.cut;
        }
    }

    /// A text, from its quote on.
    fn string(&mut self) -> Cow<'a, str> {
        self.at += 1;
        let mut string = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let Some(length) = rest.find(|char: char| matches!(char, '"' | '\\') || char < ' ')
            else {
                self.document.cut = true;
                self.at = self.text.len();
                return string;
            };
            // Borrowed as long as it is one piece.
            string += &rest[..length];
            self.at += length;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return string;
                }
                Some(b'\\') => self.escape(string.to_mut()),
                _ => {
                    self.document.raw_characters = self.document.raw_characters.saturating_add(1);
                    string.to_mut().push(' ');
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, string: &mut String) {
        let rest = &self.rest()[1..];
        let Some(char) = rest.chars().next() else {
            self.document.cut = true;
            self.at = self.text.len();
            return;
        };
        self.at += 1 + char.len_utf8();
        string.push(match char {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' | 'f' => ' ',
            'u' => self.unicode(),
            other => other,
        });
    }

    /// The character of `\u` and four digits, or of two such.
    fn unicode(&mut self) -> char {
        let Some(unit) = self.unit(self.at) else {
            self.document.raw_characters = self.document.raw_characters.saturating_add(1);
            return char::REPLACEMENT_CHARACTER;
        };
        self.at += 4;
        let second = self.rest().starts_with("\\u").then(|| self.unit(self.at + 2)).flatten();
        if let Some(Ok(char)) = char::decode_utf16([unit]).next() {
            return char;
        }
        match second.and_then(|second| char::decode_utf16([unit, second]).next()) {
            Some(Ok(char)) => {
                self.at += 6;
                char
            }
            _ => char::REPLACEMENT_CHARACTER,
        }
    }

    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 4)?;
        let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| hex)
    }

    /// A number, a word, or what should be one.
    fn bare(&mut self) -> Result<Value<'a>, Stop> {
        let belongs = |char: char| char.is_ascii_alphanumeric() || "+-._".contains(char);
        let length = self.rest().find(|char| !belongs(char)).unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        self.at += length;
        if self.at == self.text.len() {
            self.document.cut = true;
        }
        match word {
            "" => Err(Stop::Broken),
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Truth(true)),
            "false" => Ok(Value::Truth(false)),
            _ if is_number(word) => Ok(Value::Number(word)),
            _ => {
                self.document.bare_values = self.document.bare_values.saturating_add(1);
                Ok(Value::Null)
            }
        }
    }
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    digits.starts_with(|char: char| char.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
}
