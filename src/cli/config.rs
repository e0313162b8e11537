//! `wirewatch config`: what the files say, before they count.

mod diff;
mod schema;
mod show;

use crate::cli::args::Config;
use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;

pub fn run(command: &Config, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Config::Diff { against, backtest } => diff::run(against, backtest, session),
        Config::Show { origin, id } => show::run(*origin, id.as_deref(), session),
        Config::Schema(of) => schema::run(of, session),
    }
}
