//! What is asked after a backtest: whether its samples are wanted. The answers are kept as
//! verdicts, which precision is counted from.

use std::io::{self, BufRead, IsTerminal, Write};

use super::page;
use crate::cli::args::Backtest;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::cli::{alert_state, save_test};
use crate::domain::alert::mark::Mark;
use crate::domain::backtest::{Drawn, Report};
use crate::domain::untrusted;
use crate::store::Store;
use crate::store::verdicts::{Verdict, VerdictView};

/// What is kept beside a verdict that was asked for here.
const NOTE: &str = "marked in a backtest";

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
    for (at, drawn) in samples.iter_mut().enumerate().filter(|(_, drawn)| drawn.mark.is_none()) {
        let mark = match ask(drawn, &mut io::stdin().lock(), &mut io::stderr().lock()) {
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

/// Asks about one sample until the answer is understood. The end of the input is no answer.
fn ask(drawn: &Drawn, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<Answer> {
    let text = format!("\n{}: {}\n{}", drawn.publisher, drawn.title, drawn.text);
    writeln!(out, "{}", untrusted::terminal_block(&text))?;
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
        let drawn = Drawn {
            entry: crate::domain::ids::EntryId(1),
            feed: "wire".parse().unwrap(),
            publisher: "WIRE".to_owned(),
            title: "NATO \u{1b}[31mtalks".to_owned(),
            url: None,
            at: jiff::Timestamp::UNIX_EPOCH,
            text: "NATO".to_owned(),
            obstacle: None,
            mark: None,
        };
        for (input, expected) in [
            ("y\n", Answer::Marked(Mark::Useful)),
            ("perhaps\nNO\n", Answer::Marked(Mark::Noise)),
            ("\n", Answer::Skip),
            ("d\n", Answer::Marked(Mark::Dup)),
            ("q\n", Answer::Quit),
            ("", Answer::Quit),
        ] {
            let mut out = Vec::new();
            assert_eq!(ask(&drawn, &mut input.as_bytes(), &mut out).unwrap(), expected);
            assert!(!String::from_utf8(out).unwrap().contains('\u{1b}'));
        }
    }
}
