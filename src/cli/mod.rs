//! The command line: reads the arguments, runs one command, prints what it gives. One file per
//! group of commands; they print and never decide. Data goes to standard output, everything
//! else to standard error, and [`report`] alone says what went wrong.

mod alert_course;
mod alert_export;
mod alert_state;
mod alerts;
mod args;
mod check;
mod config;
mod db;
mod deliver;
mod demo;
mod digest;
mod doctor;
mod entries;
mod entry_history;
mod eval;
mod exit;
mod explanation;
mod feed_fetch;
mod feed_move;
mod feed_raise;
mod feeds;
mod git;
mod health;
mod init;
mod input;
mod kept;
mod load;
mod meant;
mod moment;
mod naming;
mod output;
mod page;
mod reload;
mod report;
mod routes;
mod run;
mod save_test;
mod session;
mod shell;
mod silences;
mod status;
mod stories;
mod topics;
mod verdicts;
mod warnings;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Format};
use exit::{Exit, Failure};
use report::Messages;
use session::Session;

use crate::daemon::heap;
use crate::telemetry::{self, Pace, Verbosity};

/// Runs the command that this process was started with.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => {
            // Help and version are answers too: clap knows which stream and code they take.
            let _ = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(Exit::Usage.code()));
        }
    };
    let messages = Messages::new(cli.global.quiet, cli.global.color);
    let pace = match cli.command {
        Command::Run { .. } => {
            // Before there is any other thread, such as that of the log.
            heap::bound();
            Pace::Queued
        }
        _ => Pace::AtOnce,
    };
    if let Err(error) = telemetry::init(verbosity(&cli), messages.coloured(), pace) {
        messages.warn(&error.to_string());
    }
    cli.global.color.apply();
    let ended = {
        let _at_the_end = telemetry::Flushed;
        dispatch(&cli, messages)
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            messages.report(&failure);
            failure.exit.into()
        }
    }
}

fn verbosity(cli: &Cli) -> Verbosity {
    match (cli.global.quiet, cli.global.verbose, &cli.command) {
        (true, _, _) => Verbosity::Errors,
        (false, 0, Command::Run { .. }) => Verbosity::Normal,
        // The demo tells its story itself, the broken feed in it included.
        (false, 0, Command::Demo) => Verbosity::Errors,
        (false, 0, _) => Verbosity::Warnings,
        (false, 1, _) => Verbosity::Debug,
        (false, _, _) => Verbosity::Trace,
    }
}

fn dispatch(cli: &Cli, messages: Messages) -> Result<Exit, Failure> {
    let session = &mut Session::new(&cli.global, messages);
    match &cli.command {
        Command::Demo if cli.global.output != Format::Table => Err(Failure::said(
            Exit::Usage,
            "`demo` tells its story in words for people: `-o` does not go with it",
        )),
        Command::Demo => demo::demo(),
        Command::Init { dir, force } => init::run(dir, *force, session),
        Command::Run { once, no_deliver } => {
            run::run(cli.global.config.as_deref(), *once, *no_deliver)
        }
        Command::Check { deny_warnings } => check::run(*deny_warnings, session),
        Command::Config(command) => config::run(command, session),
        Command::Topics(command) => topics::run(command, session),
        Command::Alerts(command) => alerts::run(command, session),
        Command::Stories(command) => stories::run(command, session),
        Command::Feeds(command) => feeds::run(command, session),
        Command::Entries(command) => entries::run(command, session),
        Command::Search { query, limit } => entries::search(query, *limit, session),
        Command::Status => status::run(session),
        Command::Health { ready } => health::run(*ready, session),
        Command::Reload => reload::run(session),
        Command::Doctor => doctor::run(session),
        Command::Db(command) => db::run(command, session),
        Command::Deliver(command) => deliver::run(command, session),
        Command::Routes(command) => routes::run(command, session),
        Command::Digest(command) => digest::run(command, session),
        Command::Eval(command) => eval::run(command, session),
        Command::Completions { shell } => shell::completions(*shell, &mut session.printer),
        Command::Man { into: None } => shell::man(&mut session.printer),
        Command::Man { into: Some(dir) } => shell::man_pages(dir, &mut session.printer),
        Command::Version => shell::version(&mut session.printer),
    }
}
