//! Cuts a message to what a service takes: facts first, then as many items as there is room for and
//! how many were left out, then what else there is to know. A cut is always said: `… and 12 more`.
//! Where every item counts, all are told with less before one is left out.

use super::brief::{Brief, Line, Span};
use crate::domain::untrusted;

/// Room that is kept for saying how many items were left out, in the units of the service: fifty
/// characters of which each may take two.
const MORE_ROOM: usize = 100;

/// The part of what is left of a message after its head, that its end may take before any item: one
/// of so many.
const TAIL_SHARE: usize = 4;

/// How an item is told: so many of its lines, its title cut to so many characters, with its link or
/// without.
#[derive(Clone, Copy)]
struct Step {
    lines: usize,
    title: usize,
    link: bool,
}

/// Longest title that is looked at: more than any has.
const WHOLE: usize = 10_000;

/// From all that there is to say of an item to its title, and to the start of that. In emoji or
/// Chinese forty characters take as many bytes as a hundred and more of Latin.
const STEPS: [Step; 14] = [
    Step { lines: 4, title: WHOLE, link: true },
    Step { lines: 3, title: WHOLE, link: true },
    Step { lines: 2, title: WHOLE, link: true },
    Step { lines: 1, title: WHOLE, link: true },
    Step { lines: 1, title: 160, link: true },
    Step { lines: 1, title: 120, link: true },
    Step { lines: 1, title: 90, link: true },
    Step { lines: 1, title: 70, link: true },
    Step { lines: 1, title: 55, link: true },
    Step { lines: 1, title: 40, link: true },
    Step { lines: 1, title: 55, link: false },
    Step { lines: 1, title: 40, link: false },
    Step { lines: 1, title: 30, link: false },
    Step { lines: 1, title: 20, link: false },
];

/// The lines of `brief` after `head`, all together at most `room` of what `cost` counts. A line's
/// break counts one more.
pub fn fit(
    head: Vec<Line>,
    brief: &Brief,
    room: usize,
    cost: impl Fn(&Line) -> usize,
) -> Vec<Line> {
    let mut page = Page { lines: Vec::new(), room, cost };
    for line in head.into_iter().chain(brief.facts.iter().cloned()) {
        page.put_shortened(line);
    }
    let more = if brief.more > 0 { MORE_ROOM } else { 0 };
    let tail = if brief.each_counts { page.tail_room(brief, more) } else { 0 };
    let kept = tail + more;
    let shortened = brief.each_counts.then(|| page.shortened(&brief.items, kept)).flatten();
    let items = shortened.as_ref().unwrap_or(&brief.items);
    let used: usize = items.iter().map(|item| page.cost_of(item)).sum();
    let all_fit = brief.each_counts && used.saturating_add(kept) <= page.room;
    let mut shown = 0;
    for item in items {
        let left = brief.items.len() - shown + brief.more;
        let reserve = if left > 1 && !all_fit { MORE_ROOM + tail } else { kept };
        if !page.put_whole(item, reserve) {
            break;
        }
        shown += 1;
    }
    let more = brief.items.len() - shown + brief.more;
    if more > 0 {
        let text = match shown {
            0 => format!("{more} of them{}", brief.elsewhere),
            _ => format!("… and {more} more{}", brief.elsewhere),
        };
        page.put_whole(&[Line::strong(&text)], 0);
    }
    for line in &brief.tail {
        page.put_whole(std::slice::from_ref(line), 0);
    }
    page.lines
}

struct Page<C> {
    lines: Vec<Line>,
    room: usize,
    cost: C,
}

impl<C: Fn(&Line) -> usize> Page<C> {
    /// All of these lines, or none: not if less than `reserve` would be left.
    fn put_whole(&mut self, lines: &[Line], reserve: usize) -> bool {
        let cost: usize = lines.iter().map(|line| (self.cost)(line).saturating_add(1)).sum();
        let fits = cost.saturating_add(reserve) <= self.room;
        if fits {
            self.room -= cost;
            self.lines.extend_from_slice(lines);
        }
        fits
    }

    /// Room for what stands below a digest, which says what else was held back, and why: its share,
    /// as far as that leaves each item its shortest form.
    fn tail_room(&self, brief: &Brief, more: usize) -> usize {
        let shortest = STEPS[STEPS.len() - 1];
        let items: usize =
            brief.items.iter().map(|item| self.cost_of(&told_by(item, shortest))).sum();
        let left = self.room.saturating_sub(items).saturating_sub(more);
        self.cost_of(&brief.tail).min(self.room / TAIL_SHARE).min(left)
    }

    /// All items, each told by so much that there is room for every one and for what is `kept`: by as
    /// much as all can be told by, and the first of them by one step more. As short as can be where
    /// that is too much still; `None`: all fit as they are.
    fn shortened(&self, items: &[Vec<Line>], kept: usize) -> Option<Vec<Vec<Line>>> {
        let all_by = |step: Step| -> Vec<Vec<Line>> {
            items.iter().map(|item| told_by(item, step)).collect()
        };
        let cost = |item: &Vec<Line>| self.cost_of(item);
        let room = self.room.saturating_sub(kept);
        let mut fuller = None;
        for step in STEPS {
            let mut told = all_by(step);
            let used: usize = told.iter().map(cost).sum();
            if used > room {
                fuller = Some(told);
                continue;
            }
            let mut left = room - used;
            for (item, fuller) in told.iter_mut().zip(fuller?) {
                let extra = cost(&fuller).saturating_sub(cost(item));
                if extra > left {
                    break;
                }
                left -= extra;
                *item = fuller;
            }
            return Some(told);
        }
        // Too many for this service: how many are left out is said.
        fuller
    }

    fn cost_of(&self, lines: &[Line]) -> usize {
        lines.iter().map(|line| (self.cost)(line) + 1).sum()
    }

    /// As much of a line as there is room for.
    fn put_shortened(&mut self, mut line: Line) {
        while !line.spans.is_empty() && !self.put_whole(std::slice::from_ref(&line), 0) {
            shorten(&mut line);
        }
    }
}

fn told_by(item: &[Line], step: Step) -> Vec<Line> {
    let mut lines = item[..item.len().min(step.lines)].to_vec();
    // The title comes last in the first line.
    if let Some(title) = lines.first_mut().and_then(|head| head.spans.last_mut()) {
        let text = untrusted::excerpt(title.text(), step.title).into_owned();
        match step.link {
            true => *title.text_mut() = text,
            false => *title = Span::Strong(text),
        }
    }
    lines
}

/// Halves the longest text of a line, or drops it when nothing is left of it.
fn shorten(line: &mut Line) {
    let lengths = line.spans.iter().map(|span| span.text().chars().count());
    let Some((at, length)) = lengths.enumerate().max_by_key(|(_, length)| *length) else {
        return;
    };
    if length < 4 {
        line.spans.clear();
        return;
    }
    let text = line.spans[at].text_mut();
    *text = untrusted::excerpt(text, length - length / 2).into_owned();
}

/// `text`, cut to `room` of what `cost` counts.
pub fn cut(text: &str, room: usize, cost: impl Fn(&str) -> usize) -> String {
    let mut text = text.to_owned();
    while cost(&text) > room && !text.is_empty() {
        let length = text.chars().count();
        text = untrusted::excerpt(&text, length - length.div_ceil(8)).into_owned();
    }
    text
}

/// UTF-16 code units, in which Telegram, Discord and Slack count.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
