//! Which rows have a key. Nearly all keys have one row, which stands beside the key; those of
//! others are lists in one pool.

use ahash::AHashMap;

/// Marks the place of a list, where a row would stand. There are never so many rows.
const LISTED: u32 = 1 << 31;

/// The end of a list.
const END: u32 = u32::MAX;

/// Keys with the rows that have them.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// A row, or the place of the first link.
    heads: AHashMap<u32, u32>,
    /// A row and the place of the next link.
    links: Vec<(u32, u32)>,
    free: Vec<u32>,
}

impl Chains {
    pub fn insert(&mut self, key: u32, row: u32) {
        let Some(head) = self.heads.get(&key).copied() else {
            self.heads.insert(key, row);
            return;
        };
        let rest = if head & LISTED == 0 { self.link((head, END)) } else { head & !LISTED };
        let place = self.link((row, rest));
        self.heads.insert(key, place | LISTED);
    }

    pub fn remove(&mut self, key: u32, row: u32) {
        let Some(head) = self.heads.get(&key).copied() else { return };
        if head & LISTED == 0 {
            if head == row {
                self.heads.remove(&key);
            }
            return;
        }
        let (mut before, mut place) = (END, head & !LISTED);
        while place != END {
            let (found, next) = self.links[place as usize];
            if found == row {
                self.free.push(place);
                match before {
                    END => self.set_head(key, next),
                    before => self.links[before as usize].1 = next,
                }
                return;
            }
            (before, place) = (place, next);
        }
    }

    /// The rows that have a key, in no order that means anything.
    pub fn rows(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let head = self.heads.get(&key).copied().unwrap_or(END);
        let alone = (head & LISTED == 0).then_some(head);
        let mut place = if alone.is_some() || head == END { END } else { head & !LISTED };
        let listed = std::iter::from_fn(move || {
            let (row, next) = *self.links.get(place as usize)?;
            place = next;
            Some(row)
        });
        alone.into_iter().chain(listed)
    }

    fn link(&mut self, link: (u32, u32)) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.links[place as usize] = link;
                place
            }
            None => {
                self.links.push(link);
                (self.links.len() - 1) as u32
            }
        }
    }

    fn set_head(&mut self, key: u32, place: u32) {
        if place == END {
            self.heads.remove(&key);
        } else {
            self.heads.insert(key, place | LISTED);
        }
    }
}
