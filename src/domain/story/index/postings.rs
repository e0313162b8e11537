//! Which stories have a word. Most words have one story, which stands beside the word; those of
//! others are lists.

use ahash::AHashMap;

/// Marks the place of a list, where a story would stand. There are never so many stories.
const LISTED: u32 = 1 << 31;

/// Words with the slots of the stories that have them.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// A slot, or the place of a list.
    heads: AHashMap<u32, u32>,
    lists: Vec<Vec<u32>>,
    free: Vec<u32>,
}

impl Postings {
    pub fn insert(&mut self, word: u32, slot: u32) {
        let Some(head) = self.heads.get_mut(&word) else {
            self.heads.insert(word, slot);
            return;
        };
        if *head & LISTED != 0 {
            self.lists[(*head & !LISTED) as usize].push(slot);
            return;
        }
        let list = vec![*head, slot];
        let place = match self.free.pop() {
            Some(place) => {
                self.lists[place as usize] = list;
                place
            }
            None => {
                self.lists.push(list);
                (self.lists.len() - 1) as u32
            }
        };
        *head = place | LISTED;
    }

    pub fn remove(&mut self, word: u32, slot: u32) {
        let Some(head) = self.heads.get_mut(&word) else { return };
        if *head & LISTED == 0 {
            if *head == slot {
                self.heads.remove(&word);
            }
            return;
        }
        let place = *head & !LISTED;
        let list = &mut self.lists[place as usize];
        if let Some(at) = list.iter().position(|other| *other == slot) {
            list.swap_remove(at);
        }
        if let [last] = list[..] {
            *head = last;
            *list = Vec::new();
            self.free.push(place);
        }
    }

    /// The stories that have a word, in no order that means anything, unless there are more than
    /// `most`.
    pub fn stories(&self, word: u32, most: usize) -> &[u32] {
        let Some(head) = self.heads.get(&word) else { return &[] };
        if *head & LISTED == 0 {
            return std::slice::from_ref(head);
        }
        let list = &self.lists[(*head & !LISTED) as usize];
        if list.len() <= most { list } else { &[] }
    }
}
