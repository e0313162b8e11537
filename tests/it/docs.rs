//! The documentation as users meet it: what its pages tell them to type is typed, into a real shell on
//! a real terminal, and has to show what the page shows. And every page is a page of the book.
//!
//! [`page`] reads a page, [`terminal`] is where commands are typed, [`compare`] says whether an output
//! is the one that is printed, [`stage`] is what a page may take for granted; [`book`] looks after
//! contents and links, [`pages`] after the pages that are made from the program itself.

mod book;
mod compare;
mod page;
mod pages;
mod stage;
mod terminal;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::counterpart;
use compare::Known;
use page::{Manner, Page, Step};
use stage::Stage;
use terminal::Terminal;

/// Longest wait for a command, or for an output that comes by and by: only a failing test gets there.
const LIMIT: Duration = Duration::from_secs(90);

/// How often a command is asked again whose answer comes by and by.
const AGAIN: Duration = Duration::from_millis(250);

/// One test for each page that has something to type. A page that is not named here fails
/// [`every_page_with_something_to_type_is_run`].
macro_rules! run {
    ($($test:ident: $page:literal $(needs $($program:literal),+)?;)+) => {
        const RUN: &[&str] = &[$($page),+];
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                let programs: &[&str] = &["bash", $($($program),+)?];
                follow($page, programs).await;
            }
        )+
    };
}

run! {
    the_tutorial_leads_to_the_first_alert: "docs/tutorial.md" needs "python3";
    the_curl_examples_of_the_api_work: "docs/http.md" needs "curl";
    the_commands_about_routes_work: "docs/routing.md";
    upkeep_and_backups_work_as_told: "docs/upkeep.md";
    silences_are_made_and_ended_as_told: "docs/alerts.md";
    packs_are_switched_on_as_told: "docs/packs.md";
    labelled_entries_are_measured_as_told: "docs/evaluation.md";
    a_topic_is_written_as_the_guide_says: "docs/write-a-topic.md";
    a_topic_is_tuned_as_the_guide_says: "docs/tune-a-topic.md";
    mail_is_set_up_as_the_guide_says: "docs/send-mail.md";
    phones_and_chats_are_set_up_as_the_guide_says: "docs/send-to-chat.md";
    a_move_to_another_server_takes_everything_along: "docs/move.md" needs "tar";
    wirewatch_is_installed_as_the_guide_says: "docs/install.md" needs "man";
}

#[test]
fn every_page_with_something_to_type_is_run() {
    let with_commands: Vec<String> =
        book::every_page().into_iter().filter(|page| !Page::read(page).steps.is_empty()).collect();
    let forgotten: Vec<&String> =
        with_commands.iter().filter(|page| !RUN.contains(&page.as_str())).collect();
    assert!(forgotten.is_empty(), "name in tests/it/docs.rs: {forgotten:?}");
    for page in RUN {
        assert!(with_commands.iter().any(|with| with == page), "{page} has nothing to type");
    }
}

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Does what a page says, from top to bottom, as somebody would who has these programs.
async fn follow(name: &str, programs: &[&str]) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there =
        |program: &str| std::env::split_paths(&path).any(|dir| dir.join(program).is_file());
    if let Some(missing) = programs.iter().find(|program| !is_there(program)) {
        return counterpart::skipped(&format!("{missing} is not installed"));
    }
    let page = Page::read(name);
    let stage = Stage::open(page.scene.as_deref()).await;
    let played = tokio::task::spawn_blocking(move || play(&page, stage)).await;
    if let Err(failed) = played {
        std::panic::resume_unwind(failed.into_panic());
    }
}

fn play(page: &Page, mut stage: Stage) {
    let mut terminal = Terminal::open(stage.dir(), stage.variables());
    let mut others = Vec::new();
    for step in &page.steps {
        match step {
            Step::Save { path, text } => save(&mut stage, path, text, false),
            Step::Append { path, text } => save(&mut stage, path, text, true),
            Step::Type { line, command, shown, manner } => {
                let place = format!("{}:{line}", page.name);
                let command = stage.known().applied(command);
                match manner {
                    Manner::Stays => {
                        let mut other = Terminal::open(stage.dir(), stage.variables());
                        other.begin(&command);
                        wait_for(&place, &other, shown, stage.known());
                        others.push(other);
                    }
                    Manner::ByAndBy => {
                        ask_until(&place, &mut terminal, &command, shown, &mut stage)
                    }
                    Manner::Ends(code) => {
                        let ran = terminal.run(&command, LIMIT);
                        let (output, ended) = ran.unwrap_or_else(|so_far| {
                            panic!("{place}: `{command}` did not end:\n{so_far}")
                        });
                        assert_eq!(ended, *code, "{place}: `{command}` ended with this:\n{output}");
                        check(&place, &command, shown, &output, stage.known());
                    }
                }
            }
        }
    }
}

fn save(stage: &mut Stage, path: &str, text: &str, append: bool) {
    let file = stage.dir().join(path);
    assert!(Path::new(path).is_relative() && !path.contains(".."), "{path} is below the folder");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let before = if append { std::fs::read_to_string(&file).unwrap() } else { String::new() };
    std::fs::write(file, before + &stage.known().applied(text)).unwrap();
}

/// Checks an output against what the page shows; what it shows of ids is learnt.
fn check(place: &str, command: &str, shown: &[String], output: &str, known: &mut Known) {
    if shown.is_empty() {
        return;
    }
    if let Err(why) = compare::matches(shown, output, known) {
        panic!(
            "{place}: `{command}` shows something else ({why}).\nThe page has:\n{}\n\nIt is:\n{output}",
            shown.join("\n")
        );
    }
}

/// Waits until a command that goes on has shown what the page shows.
fn wait_for(place: &str, terminal: &Terminal, shown: &[String], known: &mut Known) {
    let mut shown = shown.to_vec();
    shown.push(compare::ANYTHING.to_owned());
    let is_there = terminal.wait(LIMIT, |output| compare::matches(&shown, output, known).is_ok());
    assert!(
        is_there,
        "{place}: this was not shown in time:\n{}\nbut:\n{}",
        shown.join("\n"),
        terminal.shown()
    );
}

/// Types a command again until it shows what the page shows: what a daemon does takes a moment.
fn ask_until(
    place: &str,
    terminal: &mut Terminal,
    command: &str,
    shown: &[String],
    stage: &mut Stage,
) {
    let begun = Instant::now();
    loop {
        let ran = terminal.run(command, LIMIT);
        let (output, code) =
            ran.unwrap_or_else(|so_far| panic!("{place}: `{command}` did not end:\n{so_far}"));
        if code == 0 && compare::matches(shown, &output, stage.known()).is_ok() {
            return;
        }
        if begun.elapsed() > LIMIT {
            check(place, command, shown, &output, stage.known());
            panic!("{place}: `{command}` ended with {code}:\n{output}");
        }
        std::thread::sleep(AGAIN);
    }
}
