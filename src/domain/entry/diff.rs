//! What changed from one revision of a text to the next, word by word. The shortest way from one
//! to the other is looked for (Myers 1986); texts that have too little in common are told as
//! replaced.

use std::fmt::Write as _;

/// Most words that are compared of either text; what follows is told as replaced where it differs.
const MAX_WORDS: usize = 20_000;

/// Most words taken out and put in that are told apart. Time and memory grow with its square:
/// 400 of them take half a megabyte.
const MAX_EDITS: usize = 400;

/// A run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// The way from `old` to `new`: what is the same or gone makes `old`, what is the same or new
/// makes `new`.
pub fn diff<'a>(old: &'a str, new: &'a str) -> Vec<Part<'a>> {
    let (a, b) = (words(old), words(new));
    let head = a.iter().zip(&b).take_while(|(a, b)| a.text(old) == b.text(new)).count();
    let rest = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(rest);
    let tail = tail.take_while(|(a, b)| a.text(old) == b.text(new)).count();
    let (a_mid, b_mid) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut out = Runs { old, new, runs: Vec::new() };
    out.add(Kind::Same, &a[..head]);
    let short = a_mid.len() <= MAX_WORDS && b_mid.len() <= MAX_WORDS;
    match short
        .then(|| {
            edits(&|at, to| a_mid[at].text(old) == b_mid[to].text(new), a_mid.len(), b_mid.len())
        })
        .flatten()
    {
        Some(edits) => {
            for edit in edits {
                match edit {
                    Edit::Same(at) => out.add(Kind::Same, &a_mid[at..=at]),
                    Edit::Gone(at) => out.add(Kind::Gone, &a_mid[at..=at]),
                    Edit::New(at) => out.add(Kind::New, &b_mid[at..=at]),
                }
            }
        }
        None => {
            out.add(Kind::Gone, a_mid);
            out.add(Kind::New, b_mid);
        }
    }
    out.add(Kind::Same, &a[a.len() - tail..]);
    out.parts()
}

/// The changes as one text: `[-gone-]` and `{+new+}`, each with up to `context` words of what
/// stayed around them, and `…` for the rest. Empty if nothing changed.
pub fn in_words(parts: &[Part<'_>], context: usize) -> String {
    let mut text = String::new();
    if !parts.iter().any(|part| !matches!(part, Part::Same(_))) {
        return text;
    }
    let last = parts.len() - 1;
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        // Writing to a string cannot fail.
        let _ = match part {
            Part::Gone(words) => write!(text, "[-{}-]", one_line(words)),
            Part::New(words) => write!(text, "{{+{}+}}", one_line(words)),
            Part::Same(words) => write!(text, "{}", around(words, context, at > 0, at < last)),
        };
    }
    text
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a run that are next to a change before or after it.
fn around(run: &str, context: usize, before: bool, after: bool) -> String {
    let words: Vec<&str> = run.split_whitespace().collect();
    let (head, tail) = (if before { context } else { 0 }, if after { context } else { 0 });
    if words.len() <= head + tail {
        return words.join(" ");
    }
    let (head, tail) = (words[..head].join(" "), words[words.len() - tail..].join(" "));
    [head.as_str(), "…", tail.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where a word stands: it goes up to the next one.
#[derive(Debug, Clone, Copy)]
struct Word {
    start: usize,
    /// End of the word itself, without the white space behind it.
    end: usize,
    next: usize,
}

impl Word {
    fn text(self, of: &str) -> &str {
        &of[self.start..self.end]
    }
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let (start, next) = (at, at + piece.len());
        at = next;
        let end = start + piece.trim_end().len();
        match words.last_mut() {
            Some(word) if end == start => word.next = next,
            _ => words.push(Word { start, end, next }),
        }
    }
    words
}

#[derive(Debug, Clone, Copy)]
enum Edit {
    Same(usize),
    Gone(usize),
    New(usize),
}

/// The shortest way from a text of `n` words to one of `m`, or `None` if it takes more than
/// [`MAX_EDITS`]. `reach[k]` is how far one gets on diagonal `k`, each round with one edit more.
fn edits(same: &dyn Fn(usize, usize) -> bool, n: usize, m: usize) -> Option<Vec<Edit>> {
    let width = MAX_EDITS.min(n + m) as isize;
    let at = |k: isize| (k + width + 1) as usize;
    let mut reach = vec![0usize; 2 * width as usize + 3];
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for d in 0..=width {
        rounds.push(reach[at(-d - 1)..=at(d + 1)].to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || k != d && reach[at(k - 1)] < reach[at(k + 1)];
            let mut x = if down { reach[at(k + 1)] } else { reach[at(k - 1)] + 1 };
            let mut y = x.wrapping_sub_signed(k);
            while x < n && y < m && same(x, y) {
                (x, y) = (x + 1, y + 1);
            }
            reach[at(k)] = x;
            if x >= n && y >= m {
                return Some(back(&rounds, n, m));
            }
        }
    }
    None
}

/// Follows the way back from its end, through what each round could reach.
fn back(rounds: &[Vec<usize>], n: usize, m: usize) -> Vec<Edit> {
    let (mut x, mut y) = (n, m);
    let mut edits = Vec::new();
    for (d, reach) in rounds.iter().enumerate().rev() {
        let d = d as isize;
        let at = |k: isize| reach[(k + d + 1) as usize];
        let k = x as isize - y as isize;
        let down = k == -d || k != d && at(k - 1) < at(k + 1);
        let from = if down { k + 1 } else { k - 1 };
        let (from_x, from_y) = match d {
            0 => (0, 0),
            _ => (at(from), at(from).wrapping_sub_signed(from)),
        };
        while x > from_x && y > from_y {
            (x, y) = (x - 1, y - 1);
            edits.push(Edit::Same(x));
        }
        if d > 0 {
            edits.push(if down { Edit::New(from_y) } else { Edit::Gone(from_x) });
            (x, y) = (from_x, from_y);
        }
    }
    edits.reverse();
    edits
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Gone,
    New,
}

/// Parts in the making: neighbours of one kind are one run.
struct Runs<'a> {
    old: &'a str,
    new: &'a str,
    /// Kind, start and end; in `new` for what is new, else in `old`.
    runs: Vec<(Kind, usize, usize)>,
}

impl<'a> Runs<'a> {
    fn add(&mut self, kind: Kind, words: &[Word]) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return;
        };
        match self.runs.last_mut() {
            Some((of, _, end)) if *of == kind && *end == first.start => *end = last.next,
            _ => self.runs.push((kind, first.start, last.next)),
        }
    }

    fn parts(self) -> Vec<Part<'a>> {
        let part = |(kind, start, end): (Kind, usize, usize)| match kind {
            Kind::Same => Part::Same(&self.old[start..end]),
            Kind::Gone => Part::Gone(&self.old[start..end]),
            Kind::New => Part::New(&self.new[start..end]),
        };
        self.runs.into_iter().map(part).collect()
    }
}

#[cfg(test)]
mod tests;
