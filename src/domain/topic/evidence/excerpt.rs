//! A stretch of a text that all who quote from it share: a document is copied once for all its
//! evidence, however many topics match it and whatever their passages and spans overlap.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Read as the `str` it stands for. Cloning copies no text; it keeps the whole text alive, which
/// is one field of a document, or of what was stored no more than itself.
#[derive(Clone)]
pub struct Excerpt {
    whole: Arc<str>,
    start: u32,
    end: u32,
}

impl Excerpt {
    /// A byte range of a text; empty where that is no range of it.
    pub(super) fn of(whole: &Arc<str>, range: Range<usize>) -> Self {
        let (start, end) = (u32::try_from(range.start), u32::try_from(range.end));
        match (whole.get(range), start, end) {
            (Some(_), Ok(start), Ok(end)) => Self { whole: Arc::clone(whole), start, end },
            _ => Self { whole: Arc::clone(whole), start: 0, end: 0 },
        }
    }
}

impl Deref for Excerpt {
    type Target = str;

    fn deref(&self) -> &str {
        // It is a range of the text; `get` only keeps the promise not to panic.
        self.whole.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// All of a text. One beyond 4 GB is cut to nothing: no limit lets such through.
impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        Self::of(&Arc::from(text), 0..text.len())
    }
}

impl From<String> for Excerpt {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Excerpt {}

impl PartialEq<str> for Excerpt {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Excerpt {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for Excerpt {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}
