//! What is asked after a backtest: whether its samples are wanted. The answers are kept as
//! verdicts, which precision is counted from.

use std::io::{self, BufRead, IsTerminal, Write};

use super::page;
use crate::cli::args::Backtest;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::cli::{alert_state, save_test};
use crate::deliver::terminal::wrap;
use crate::domain::alert::mark::Mark;
use crate::domain::backtest::{Drawn, Report};
use crate::domain::untrusted;
use crate::store::Store;
use crate::store::verdicts::{Verdict, VerdictView};

/// What is kept beside a verdict that was asked for here.
const NOTE: &str = "marked in a backtest";

/// Most characters of why a sample that is asked about is one.
const MAX_WHY_CHARS: usize = 200;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Marked(Mark),
    Skip,
    Quit,
}

/// `--mark` asks at a terminal: that there is none is told before anything is read.
pub fn need_terminal(asked: &Backtest) -> Result<(), Failure> {
    if !asked.mark || (io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(());
    }
    let sentence = "--mark asks about each sample, and there is no terminal to ask at";
    Err(Failure::said(Exit::Usage, sentence)
        .hint(format!("`wirewatch topics mark {} ENTRY… wanted` marks entries", asked.topic)))
}

/// Does what was asked for after the report.
pub fn after(
    report: &Report,
    asked: &Backtest,
    store: &Store,
    session: &mut Session,
) -> Result<(), Failure> {
    let mut samples: Vec<Drawn> = report.hits.iter().chain(&report.misses).cloned().collect();
    if asked.mark {
        mark(report, &mut samples, asked, store, session)?;
    }
    if asked.save_tests {
        save_tests(report, &samples, asked.mark, store, session)?;
    }
    Ok(())
}

fn mark(
    report: &Report,
    samples: &mut [Drawn],
    asked: &Backtest,
    store: &Store,
    session: &Session,
) -> Result<(), Failure> {
    let author = alert_state::author(asked.author.as_deref(), &session.env);
    let (mut kept, mut marked) = (0, report.marked);
    let open = samples.iter().filter(|drawn| drawn.mark.is_none()).count();
    let unmarked = samples.iter_mut().enumerate().filter(|(_, drawn)| drawn.mark.is_none());
    for (number, (at, drawn)) in (1..).zip(unmarked) {
        let kind = if at < report.hits.len() { "match" } else { "near miss" };
        let head = format!("{number} of {open}, a {kind}");
        let text = sample(drawn, &head, session.printer.width());
        let mark = match ask(&text, &mut io::stdin().lock(), &mut io::stderr().lock()) {
            Ok(Answer::Marked(mark)) => mark,
            Ok(Answer::Skip) => continue,
            Ok(Answer::Quit) => break,
            Err(error) => {
                return Err(Failure::new(Exit::Failed, error).hint("answers so far are kept"));
            }
        };
        let verdict = Verdict {
            topic: report.topic.clone(),
            entry: drawn.entry,
            verdict: mark,
            author: author.clone(),
            note: Some(NOTE.to_owned()),
            at: session.clock.now(),
            alert: None,
        };
        session.wait(store.record_verdicts(vec![verdict]))??;
        drawn.mark = Some(mark);
        marked.count(mark, at < report.hits.len());
        kept += 1;
    }
    session.messages.note(&format!("{} marked", count(kept, "sample")));
    if kept > 0 {
        session.messages.note(&page::precision_text(marked, session.printer.width()));
    }
    Ok(())
}

/// Makes a test of each sample that is marked, now or before. Duplicates say nothing of the rule.
/// That there is nothing to save is a mistake, unless somebody was just asked and marked nothing.
fn save_tests(
    report: &Report,
    samples: &[Drawn],
    was_asked: bool,
    store: &Store,
    session: &Session,
) -> Result<(), Failure> {
    let verdicts = store.verdicts(&report.topic)?;
    let drawn = |entry| samples.iter().any(|drawn| drawn.entry == entry);
    let mut chosen: Vec<VerdictView> = verdicts
        .into_iter()
        .filter(|said| said.verdict != Mark::Dup && drawn(said.entry))
        .collect();
    chosen.sort_by_key(|said| said.entry);
    if chosen.is_empty() {
        let sentence = match samples.iter().any(|drawn| drawn.mark == Some(Mark::Dup)) {
            true => {
                "the samples that are marked are duplicates, which say nothing of the rule: there \
                 is no test to save"
            }
            false => "no sample is marked yet: there is no test to save",
        };
        if was_asked {
            session.messages.note(sentence);
            return Ok(());
        }
        return Err(Failure::said(Exit::Usage, sentence).hint(format!(
            "--mark asks of each sample; `wirewatch topics mark {} ENTRY… wanted` marks entries",
            report.topic
        )));
    }
    for said in chosen {
        let VerdictView { topic, entry, verdict, author, at, note, alert } = said;
        if let Some(detail) = store.entry(entry)? {
            let said = Verdict { topic, entry, verdict, author, note, at, alert };
            save_test::save(&said, &detail, session)?;
        }
    }
    Ok(())
}

/// What a sample is, safe for a terminal: below `head` its title, why it is one, and its link.
fn sample(drawn: &Drawn, head: &str, width: usize) -> String {
    let title = format!("{}: {}", drawn.publisher, drawn.title);
    let why = page::why_hit(drawn, MAX_WHY_CHARS);
    let parts = [Some(title), Some(why), drawn.url.clone()];
    let parts = parts.into_iter().flatten().map(|part| untrusted::terminal(&part).into_owned());
    let room = width.saturating_sub(2);
    let lines = parts.flat_map(|part| wrap(&part, room, 2)).map(|line| format!("\n  {line}"));
    format!("\n{head}{}", lines.collect::<String>())
}

/// Asks about one sample until the answer is understood. The end of the input is no answer.
fn ask(text: &str, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<Answer> {
    writeln!(out, "{text}")?;
    loop {
        write!(out, "wanted? [y]es [n]o [d]uplicate [s]kip [q]uit: ")?;
        out.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(Answer::Quit);
        }
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(Answer::Marked(Mark::Useful)),
            "n" | "no" => return Ok(Answer::Marked(Mark::Noise)),
            "d" | "duplicate" => return Ok(Answer::Marked(Mark::Dup)),
            "s" | "skip" | "" => return Ok(Answer::Skip),
            "q" | "quit" => return Ok(Answer::Quit),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_asked_for_until_it_is_understood() {
        let text = sample(&drawn(), "1 of 3, a match", 40);
        for (input, expected) in [
            ("y\n", Answer::Marked(Mark::Useful)),
            ("perhaps\nNO\n", Answer::Marked(Mark::Noise)),
            ("\n", Answer::Skip),
            ("d\n", Answer::Marked(Mark::Dup)),
            ("q\n", Answer::Quit),
            ("", Answer::Quit),
        ] {
            let mut out = Vec::new();
            assert_eq!(ask(&text, &mut input.as_bytes(), &mut out).unwrap(), expected);
            assert!(String::from_utf8(out).unwrap().starts_with(&text));
        }
    }

    #[test]
    fn a_sample_is_shown_within_the_terminal_and_cannot_move_its_cursor() {
        assert_eq!(
            sample(&drawn(), "1 of 3, a match", 40),
            "\n1 of 3, a match\n  WIRE: NATO talks go on in the harbour\n    city\n  NATO\n  \
             https://wire.example/1"
        );
    }

    fn drawn() -> Drawn {
        Drawn {
            entry: crate::domain::ids::EntryId(1),
            feed: "wire".parse().unwrap(),
            publisher: "WIRE".to_owned(),
            title: "NATO \u{1b}[31mtalks go on in the harbour city".to_owned(),
            url: Some("https://wire.example/1".to_owned()),
            at: jiff::Timestamp::UNIX_EPOCH,
            text: "NATO".to_owned(),
            found: None,
            obstacle: None,
            mark: None,
        }
    }
}
