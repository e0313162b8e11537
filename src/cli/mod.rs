//! The command line: reads the arguments, runs one command, prints what it gives. One file per
//! group of commands; they print and never decide. Data goes to standard output, everything
//! else to standard error, and [`report`] alone says what went wrong.

mod args;
mod exit;
mod init;
mod output;
mod report;
mod shell;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::{Exit, Failure};
use output::Printer;
use report::Messages;

use crate::telemetry::{self, Verbosity};

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
    if let Err(error) = telemetry::init(verbosity(&cli), messages.coloured()) {
        messages.warn(&error.to_string());
    }
    match dispatch(cli, messages) {
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
        (false, 0, _) => Verbosity::Warnings,
        (false, 1, _) => Verbosity::Debug,
        (false, _, _) => Verbosity::Trace,
    }
}

fn dispatch(cli: Cli, messages: Messages) -> Result<Exit, Failure> {
    let mut printer = Printer::stdout(cli.global.output, cli.global.color);
    match cli.command {
        Command::Completions { shell } => shell::completions(shell, &mut printer),
        Command::Man => shell::man(&mut printer),
        Command::Version => shell::version(&mut printer),
        _ => Err(Failure::said(Exit::Failed, "this build does not know this command")),
    }
}
