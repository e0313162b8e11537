//! JSON with the place of every value, so that what is used of a document and what is not can be
//! told apart. Numbers are kept as they are written.

use std::ops::Range;

use super::MAX_NESTING;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null, a boolean or a number, as written.
    Plain(String),
    Text(String),
    List(Vec<Node>),
    /// Keys with their places and values, in the order of the text.
    Object(Vec<(String, Range<usize>, Node)>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub value: Value,
    pub span: Range<usize>,
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn fields(&self) -> &[(String, Range<usize>, Node)] {
        match &self.value {
            Value::Object(fields) => fields,
            _ => &[],
        }
    }

    pub fn get(&self, name: &str) -> Option<&Node> {
        self.fields().iter().find(|(key, ..)| key == name).map(|(_, _, node)| node)
    }
}

/// Reads a whole document.
///
/// # Errors
/// Where it ceases to be JSON.
pub fn read(source: &str) -> Result<Node, usize> {
    let mut reader = Reader { source, at: 0 };
    let node = reader.value(0)?;
    reader.space();
    if reader.at == source.len() { Ok(node) } else { Err(reader.at) }
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
}

impl Reader<'_> {
    fn space(&mut self) {
        let rest = &self.source[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn peek(&mut self) -> Result<char, usize> {
        self.space();
        self.source[self.at..].chars().next().ok_or(self.at)
    }

    fn take(&mut self, wanted: char) -> Result<(), usize> {
        if self.peek()? != wanted {
            return Err(self.at);
        }
        self.at += wanted.len_utf8();
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node, usize> {
        let first = self.peek()?;
        let start = self.at;
        if depth > MAX_NESTING {
            return Err(start);
        }
        let value = match first {
            '"' => Value::Text(self.string()?),
            '[' => {
                self.at += 1;
                let mut items = Vec::new();
                while self.peek()? != ']' {
                    if !items.is_empty() {
                        self.take(',')?;
                    }
                    items.push(self.value(depth + 1)?);
                }
                self.at += 1;
                Value::List(items)
            }
            '{' => {
                self.at += 1;
                let mut fields = Vec::new();
                while self.peek()? != '}' {
                    if !fields.is_empty() {
                        self.take(',')?;
                    }
                    self.peek()?;
                    let key_start = self.at;
                    let key = self.string()?;
                    let key_span = key_start..self.at;
                    self.take(':')?;
                    fields.push((key, key_span, self.value(depth + 1)?));
                }
                self.at += 1;
                Value::Object(fields)
            }
            _ => {
                let rest = &self.source[start..];
                let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.');
                let length = rest.find(|c| !inner(c)).unwrap_or(rest.len());
                if length == 0 {
                    return Err(start);
                }
                self.at += length;
                Value::Plain(rest[..length].to_owned())
            }
        };
        Ok(Node { value, span: start..self.at })
    }

    /// A string; its escapes are serde_json's business.
    fn string(&mut self) -> Result<String, usize> {
        let start = self.at;
        if !self.source[start..].starts_with('"') {
            return Err(start);
        }
        let mut escaped = false;
        for (at, c) in self.source[start + 1..].char_indices() {
            match c {
                '"' if !escaped => {
                    self.at = start + 1 + at + 1;
                    return serde_json::from_str(&self.source[start..self.at]).map_err(|_| start);
                }
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        Err(start)
    }
}
