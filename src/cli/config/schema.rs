//! `wirewatch config schema`: what files and objects may hold, for editors and programs.

use crate::cli::args::Schema;
use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::config::schema as files;
use crate::deliver::schema as objects;

pub fn run(of: &Schema, session: &mut Session) -> Result<Exit, Failure> {
    if of.reference {
        let page = files::reference();
        let object = serde_json::json!({ "format": "markdown", "text": page });
        session.printer.object(&object, page.trim_end())?;
        return Ok(Exit::Ok);
    }
    let schema = match of {
        Schema { topics: true, .. } => files::topics(),
        Schema { feeds: true, .. } => files::feeds(),
        Schema { alert: true, .. } => objects::alert(),
        Schema { notice: true, .. } => objects::notice(),
        Schema { digest: true, .. } => objects::digest(),
        Schema { .. } => files::main_file(),
    };
    session.printer.object(&schema, &format!("{schema:#}"))?;
    Ok(Exit::Ok)
}
