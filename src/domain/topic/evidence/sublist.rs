//! A part of a list that all matches of a document share. What proves them is made of few large
//! pieces of memory, not of many small ones: getting and freeing those would cost more than all
//! the rest of proving.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Read as the slice it stands for. Cloning copies nothing; it keeps the whole list alive.
pub struct Shared<T> {
    all: Arc<[T]>,
    start: u32,
    end: u32,
}

impl<T> Shared<T> {
    /// A range of a list; empty where that is no range of it.
    pub(super) fn of(all: &Arc<[T]>, range: Range<u32>) -> Self {
        let Range { start, end } = match all.get(range.start as usize..range.end as usize) {
            Some(_) => range,
            None => 0..0,
        };
        Self { all: Arc::clone(all), start, end }
    }
}

impl<T: Clone> Shared<T> {
    /// A copy of one's own, to change.
    pub fn to_mut(&mut self) -> &mut [T] {
        *self = Self::from(self.to_vec());
        Arc::get_mut(&mut self.all).unwrap_or_default()
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // It is a range of the list; `get` only keeps the promise not to panic.
        self.all.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(list: Vec<T>) -> Self {
        let end = u32::try_from(list.len()).unwrap_or(u32::MAX);
        Self { all: list.into(), start: 0, end }
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::from(Vec::from_iter(items))
    }
}

impl<'a, T> IntoIterator for &'a Shared<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { all: Arc::default(), start: 0, end: 0 }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self { all: Arc::clone(&self.all), ..*self }
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
