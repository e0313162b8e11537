//! Two texts line by line: what was taken out, what was put in, and a little of what stayed.

/// Lines of context kept around a change.
const CONTEXT: usize = 1;

/// Most lines of either text that are compared one by one: a table of their product is kept.
const MAX_LINES: usize = 1_500;

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Same(String),
    Removed(String),
    Added(String),
    /// Lines that stayed, left out.
    Skipped(usize),
}

/// What leads from one text to the other. Empty where they are equal.
pub fn between(before: &str, after: &str) -> Vec<Line> {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    if old == new {
        return Vec::new();
    }
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let ends = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let (middle_old, middle_new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut all: Vec<Line> = old[..start].iter().map(|line| same(line)).collect();
    if middle_old.len() > MAX_LINES || middle_new.len() > MAX_LINES {
        all.extend(middle_old.iter().map(|line| Line::Removed((*line).to_owned())));
        all.extend(middle_new.iter().map(|line| Line::Added((*line).to_owned())));
    } else {
        compare(middle_old, middle_new, &mut all);
    }
    all.extend(old[old.len() - end..].iter().map(|line| same(line)));
    shorten(all)
}

fn same(line: &str) -> Line {
    Line::Same(line.to_owned())
}

/// The longest common subsequence, walked from the front: removed lines stand before added ones.
fn compare(old: &[&str], new: &[&str], all: &mut Vec<Line>) {
    let width = new.len() + 1;
    let mut common = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = match old[i] == new[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            all.push(same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len()
            || i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            all.push(Line::Removed(old[i].to_owned()));
            i += 1;
        } else {
            all.push(Line::Added(new[j].to_owned()));
            j += 1;
        }
    }
}

/// Leaves out what stayed, but for [`CONTEXT`] lines around each change.
fn shorten(all: Vec<Line>) -> Vec<Line> {
    let changed: Vec<usize> =
        (0..all.len()).filter(|&at| matches!(all[at], Line::Removed(_) | Line::Added(_))).collect();
    let mut kept: Vec<Line> = Vec::new();
    for (at, line) in all.into_iter().enumerate() {
        let next = changed.partition_point(|&change| change + CONTEXT < at);
        if changed.get(next).is_some_and(|&change| change <= at + CONTEXT) {
            kept.push(line);
        } else if let Some(Line::Skipped(count)) = kept.last_mut() {
            *count += 1;
        } else {
            kept.push(Line::Skipped(1));
        }
    }
    kept
}
