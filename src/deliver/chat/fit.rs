//! Cuts a message to what a service takes: facts first, then as many items as there is room for and
//! how many were left out, then what else there is to know. A cut is always said: `… and 12 more`.

use super::brief::{Brief, Line};
use crate::domain::untrusted;

/// Room that is kept for saying how many items were left out, in the units of the service: fifty
/// characters of which each may take two.
const MORE_ROOM: usize = 100;

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
    let mut shown = 0;
    for item in &brief.items {
        let left = brief.items.len() - shown + brief.more;
        let reserve = if left > 1 { MORE_ROOM } else { 0 };
        if !page.put_whole(item, reserve) {
            break;
        }
        shown += 1;
    }
    let more = brief.items.len() - shown + brief.more;
    if more > 0 {
        let text =
            if shown == 0 { format!("{more} of them") } else { format!("… and {more} more") };
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

    /// As much of a line as there is room for.
    fn put_shortened(&mut self, mut line: Line) {
        while !line.spans.is_empty() && !self.put_whole(std::slice::from_ref(&line), 0) {
            shorten(&mut line);
        }
    }
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
