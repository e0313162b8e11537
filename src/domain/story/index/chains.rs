//! Which rows have a key: lists in one pool, since nearly all of them have one row.

use ahash::AHashMap;

const END: u32 = u32::MAX;

/// Keys with the rows that have them.
#[derive(Debug, Default)]
pub(super) struct Chains {
    heads: AHashMap<u32, u32>,
    /// A row and the place of the next one.
    links: Vec<(u32, u32)>,
    free: Vec<u32>,
}

impl Chains {
    pub fn insert(&mut self, key: u32, row: u32) {
        let head = self.heads.entry(key).or_insert(END);
        let link = (row, *head);
        *head = match self.free.pop() {
            Some(place) => {
                self.links[place as usize] = link;
                place
            }
            None => {
                self.links.push(link);
                (self.links.len() - 1) as u32
            }
        };
    }

    pub fn remove(&mut self, key: u32, row: u32) {
        let Some(head) = self.heads.get_mut(&key) else { return };
        let mut before = END;
        let mut place = *head;
        while place != END {
            let (found, next) = self.links[place as usize];
            if found == row {
                match before {
                    END => *head = next,
                    before => self.links[before as usize].1 = next,
                }
                self.free.push(place);
                break;
            }
            before = place;
            place = next;
        }
        if *head == END {
            self.heads.remove(&key);
        }
    }

    /// The rows that have a key, in no order that means anything.
    pub fn rows(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let mut place = self.heads.get(&key).copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let (row, next) = *self.links.get(place as usize)?;
            place = next;
            Some(row)
        })
    }
}
