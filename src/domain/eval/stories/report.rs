//! What is shown of a division into stories beside the labels: figures over all, for each label,
//! for each language, and the stories in which labels are mixed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::{Labelled, Placed};
use crate::domain::eval::agreement::{Item, Overlap};
use crate::domain::eval::tally::{Score, Tally};
use crate::domain::ids::StoryId;

/// Most copies of copies that are followed.
const MAX_HANDS: usize = 16;

/// How entries were placed, against their labels. Entries are named by their position among those
/// that were told.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub labelled: u64,
    pub unlabelled: u64,
    /// Time of the first and of the last entry.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Stories in which labelled entries are.
    pub found: usize,
    /// Of the labelled entries. What else is in their stories does not lower the precision, but
    /// counts in `joined`.
    pub b_cubed: Score,
    /// Pairs of labelled entries.
    pub pairs: Tally,
    /// Unlabelled entries in a story that a labelled one is in too.
    pub joined: u64,
    /// Entries that say whose copy they are; `None` where none does.
    pub copies: Option<Copies>,
    /// By language, the one with the most labelled entries first.
    pub languages: Vec<LanguageReport>,
    /// Each label, those of which most entries were torn apart first.
    pub labels: Vec<LabelReport>,
    /// Stories with entries that do not belong together, those with the most first.
    pub mixed: Vec<Mixed>,
}

/// What became of the entries with one label.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelReport {
    pub label: String,
    pub entries: u64,
    /// B-cubed, of these entries.
    pub score: Score,
    /// The stories they were put in, that with the most of them first.
    pub pieces: Vec<Piece>,
}

/// Entries of one label in one story that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub story: StoryId,
    pub entries: u64,
    /// The first of them.
    pub example: usize,
}

/// A story with entries that do not belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mixed {
    pub story: StoryId,
    /// Entries that should not be with those of its most frequent label.
    pub strangers: u64,
    /// The labels in it (`None`: unlabelled), each with how many and the first of them.
    pub parts: Vec<(Option<String>, u64, usize)>,
}

/// The labelled entries of one language.
#[derive(Debug, Clone, PartialEq)]
pub struct LanguageReport {
    /// As the entries name it; `None` where they do not.
    pub language: Option<String>,
    pub entries: u64,
    pub b_cubed: Score,
}

/// Entries whose text is another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// Entries that were found to repeat a text: right where that text is of the same origin as
    /// the one that the entry names.
    pub marks: Tally,
    /// Entries whose copying was not found, and those that were found wrongly to copy, in the
    /// order in which they are given.
    pub missed: Vec<usize>,
    pub wrong: Vec<usize>,
    /// How many there are.
    pub wanted: u64,
    /// How many are in one story with what they copy.
    pub joined: u64,
    /// Those that are not, in the order in which they are given.
    pub apart: Vec<usize>,
}

/// Holds the stories in which entries were placed against their labels; `placed` has a story for
/// each entry. `None` where no entry is labelled.
pub fn report(entries: &[Labelled], placed: &[Placed]) -> Option<Report> {
    let stories: Vec<StoryId> = placed.iter().map(|placed| placed.story).collect();
    let numbers = Numbers::of(entries, &stories);
    let overlap = Overlap::of(&numbers.items());
    let b_cubed = overlap.b_cubed()?;
    let labelled = numbers.labelled.len() as u64;
    let of_labelled: BTreeSet<StoryId> =
        numbers.labelled.iter().map(|(at, _)| stories[*at]).collect();
    let unlabelled = || (0..entries.len()).filter(|&at| entries[at].label.is_none());
    let times = || entries.iter().map(|entry| entry.at);
    Some(Report {
        labelled,
        unlabelled: unlabelled().count() as u64,
        period: times().min().zip(times().max()),
        found: overlap.stories(),
        b_cubed,
        pairs: overlap.pairwise(),
        joined: unlabelled().filter(|&at| of_labelled.contains(&stories[at])).count() as u64,
        copies: copies(entries, placed),
        languages: languages(entries, &numbers, &overlap),
        labels: labels(&numbers, &overlap),
        mixed: mixed(entries, &stories),
    })
}

/// The labelled entries with labels and stories as numbers.
struct Numbers {
    /// Position among all entries, and label and story as numbers.
    labelled: Vec<(usize, Item)>,
    labels: Vec<String>,
    stories: Vec<StoryId>,
}

impl Numbers {
    fn of(entries: &[Labelled], placed: &[StoryId]) -> Self {
        let mut numbers = Self { labelled: Vec::new(), labels: Vec::new(), stories: Vec::new() };
        let (mut labels, mut stories) = (HashMap::new(), HashMap::new());
        for (at, (entry, story)) in entries.iter().zip(placed).enumerate() {
            let Some(name) = &entry.label else { continue };
            let label = *labels.entry(name).or_insert_with(|| {
                numbers.labels.push(name.clone());
                numbers.labels.len() - 1
            });
            let found = *stories.entry(*story).or_insert_with(|| {
                numbers.stories.push(*story);
                numbers.stories.len() - 1
            });
            numbers.labelled.push((at, Item { label, found }));
        }
        numbers
    }

    fn items(&self) -> Vec<Item> {
        self.labelled.iter().map(|(_, item)| *item).collect()
    }
}

fn labels(numbers: &Numbers, overlap: &Overlap) -> Vec<LabelReport> {
    let mut first: HashMap<(usize, usize), usize> = HashMap::new();
    for (at, item) in &numbers.labelled {
        first.entry((item.label, item.found)).or_insert(*at);
    }
    let piece = |label: usize, (found, entries): (usize, u64)| Piece {
        story: numbers.stories[found],
        entries,
        example: first.get(&(label, found)).copied().unwrap_or_default(),
    };
    let mut labels: Vec<LabelReport> = Vec::with_capacity(numbers.labels.len());
    for (label, name) in numbers.labels.iter().enumerate() {
        let pieces: Vec<Piece> =
            overlap.pieces(label).into_iter().map(|counted| piece(label, counted)).collect();
        labels.push(LabelReport {
            label: name.clone(),
            entries: pieces.iter().map(|piece| piece.entries).sum(),
            score: overlap.b_cubed_of_label(label).unwrap_or_default(),
            pieces,
        });
    }
    let torn = |label: &LabelReport| {
        label.entries - label.pieces.first().map_or(0, |largest| largest.entries)
    };
    labels.sort_by(|a, b| (torn(b), &a.label).cmp(&(torn(a), &b.label)));
    labels
}

fn mixed(entries: &[Labelled], placed: &[StoryId]) -> Vec<Mixed> {
    let mut stories: BTreeMap<StoryId, BTreeMap<Option<&str>, (u64, usize)>> = BTreeMap::new();
    for (at, (entry, story)) in entries.iter().zip(placed).enumerate() {
        let parts = stories.entry(*story).or_default();
        parts.entry(entry.label.as_deref()).or_insert((0, at)).0 += 1;
    }
    // Noise that came together may be a story nobody labelled.
    stories.retain(|_, parts| parts.len() > 1);
    let mut mixed: Vec<Mixed> =
        stories.into_iter().map(|(story, parts)| of_parts(story, parts)).collect();
    mixed.sort_by_key(|story| (std::cmp::Reverse(story.strangers), story.story));
    mixed
}

fn of_parts(story: StoryId, parts: BTreeMap<Option<&str>, (u64, usize)>) -> Mixed {
    let named = parts.into_iter().map(|(label, (n, at))| (label.map(str::to_owned), n, at));
    let mut parts: Vec<(Option<String>, u64, usize)> = named.collect();
    // The label with the most entries leads, and what has no label comes last.
    parts.sort_by_key(|(label, count, at)| (label.is_none(), std::cmp::Reverse(*count), *at));
    let strangers = parts.iter().skip(1).map(|(_, count, _)| count).sum();
    Mixed { story, strangers, parts }
}

fn languages(entries: &[Labelled], numbers: &Numbers, overlap: &Overlap) -> Vec<LanguageReport> {
    let mut of: BTreeMap<Option<&str>, Vec<Item>> = BTreeMap::new();
    for (at, item) in &numbers.labelled {
        of.entry(entries[*at].entry.language.as_deref()).or_default().push(*item);
    }
    let mut languages: Vec<LanguageReport> = of
        .into_iter()
        .map(|(language, items)| LanguageReport {
            language: language.map(str::to_owned),
            entries: items.len() as u64,
            b_cubed: overlap.b_cubed_among(&items).unwrap_or_default(),
        })
        .collect();
    languages.sort_by_key(|language| std::cmp::Reverse(language.entries));
    languages
}

fn copies(entries: &[Labelled], placed: &[Placed]) -> Option<Copies> {
    let by_id: HashMap<&str, usize> = entries
        .iter()
        .enumerate()
        .filter_map(|(at, entry)| Some((entry.id.as_deref()?, at)))
        .collect();
    let original = |at: usize| by_id.get(entries[at].copy_of.as_deref()?).copied();
    let mut copies = Copies {
        marks: Tally::default(),
        missed: Vec::new(),
        wrong: Vec::new(),
        wanted: 0,
        joined: 0,
        apart: Vec::new(),
    };
    for at in 0..entries.len() {
        let (wanted, found) = (original(at), placed[at].copy_of);
        let same = |found| origin(found, &original) == origin(at, &original);
        let right = wanted.is_some() && found.is_some_and(same);
        copies.marks.wanted += u64::from(wanted.is_some());
        copies.marks.found += u64::from(found.is_some());
        copies.marks.right += u64::from(right);
        if found.is_some() && !right {
            copies.wrong.push(at);
        }
        let Some(original) = wanted else { continue };
        if !right {
            copies.missed.push(at);
        }
        copies.wanted += 1;
        match placed[at].story == placed[original].story {
            true => copies.joined += 1,
            false => copies.apart.push(at),
        }
    }
    (copies.wanted > 0).then_some(copies)
}

/// The entry that had the text first, as the entries say of each other. Those that name each other
/// in a ring have none: the way ends after [`MAX_HANDS`].
fn origin(mut at: usize, original: &impl Fn(usize) -> Option<usize>) -> usize {
    for _ in 0..MAX_HANDS {
        match original(at) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
