//! What belongs to the shell around wirewatch: completions, the manual pages, the version. Packages
//! take both from here, so that they are never older than the program.

use std::io;
use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;
use serde_json::json;

use crate::cli::args::Cli;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Printer;

/// A script that completes commands and options.
pub fn completions(shell: clap_complete::Shell, printer: &mut Printer) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "wirewatch", &mut script);
    printer.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}

/// The manual page, in roff: the program, then each command.
pub fn man(printer: &mut Printer) -> Result<Exit, Failure> {
    let mut program = Cli::command();
    program.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(program.clone()).render(&mut page)?;
    render_commands(&program, "wirewatch", &mut page)?;
    printer.text(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Ok)
}

/// The manual as a page per command, written into `dir`: `wirewatch.1`, `wirewatch-alerts.1`, …
pub fn man_pages(dir: &Path, printer: &mut Printer) -> Result<Exit, Failure> {
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .with_context(|| format!("cannot write manual pages into {}", dir.display()))
        .map_err(|error| Failure::new(Exit::Failed, error))?;
    let written = dir.display().to_string();
    printer.object(&json!({ "written": written }), &format!("wrote the manual into {written}"))?;
    Ok(Exit::Ok)
}

fn render_commands(parent: &clap::Command, path: &str, page: &mut Vec<u8>) -> io::Result<()> {
    use io::Write;
    for command in parent.get_subcommands().filter(|command| command.get_name() != "help") {
        let path = format!("{path} {}", command.get_name());
        if command.has_subcommands() {
            render_commands(command, &path, page)?;
            continue;
        }
        writeln!(page, ".SH \"{}\"", path.to_uppercase())?;
        let man = clap_mangen::Man::new(command.clone().bin_name(path));
        man.render_synopsis_section(page)?;
        man.render_description_section(page)?;
        man.render_options_section(page)?;
    }
    Ok(())
}

/// The version, and that of the alert object.
pub fn version(printer: &mut Printer) -> Result<Exit, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let object =
        json!({ "name": "wirewatch", "version": version, "alert_schema": "wirewatch.alert.v1" });
    printer.object(&object, &format!("wirewatch {version}"))?;
    Ok(Exit::Ok)
}
