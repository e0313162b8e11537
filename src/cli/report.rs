//! Messages for people, on standard error: the one place that prints a failure with its chain of
//! causes and the way out.

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::cli::args::Colour;
use crate::cli::exit::Failure;
use crate::config::Problems;
use crate::domain::untrusted;

/// Longest chain of causes that is printed.
const MAX_CAUSES: usize = 10;

/// Standard error: notes and warnings unless `--quiet`, failures always.
#[derive(Debug, Clone, Copy)]
pub struct Messages {
    quiet: bool,
    coloured: bool,
}

impl Messages {
    pub fn new(quiet: bool, colour: Colour) -> Self {
        let coloured = colour.applies(std::io::stderr().is_terminal());
        Self { quiet, coloured }
    }

    pub fn coloured(self) -> bool {
        self.coloured
    }

    /// Whether only errors are wanted.
    pub fn quiet(self) -> bool {
        self.quiet
    }

    /// Something worth knowing that is not what was asked for.
    pub fn note(self, text: &str) {
        if !self.quiet {
            self.print(&untrusted::terminal_block(text));
        }
    }

    /// Something that is not right, though the command goes on.
    pub fn warn(self, text: &str) {
        if self.quiet {
            return;
        }
        let label = self.paint("warning:", AnsiColor::Yellow);
        self.print(&format!("{label} {}", untrusted::terminal_block(text)));
    }

    /// Warnings with excerpts of files, safe for a terminal already.
    pub fn excerpts(self, text: &str) {
        if !self.quiet && !text.is_empty() {
            self.print(text.trim_end());
        }
    }

    /// What went wrong, why, and what to do.
    pub fn report(self, failure: &Failure) {
        if let Some(problems) =
            failure.error.as_ref().and_then(|error| error.downcast_ref::<Problems>())
        {
            // Rendered with excerpts and labels of its own, all that is from files cleaned.
            self.print(problems.render(self.coloured).trim_end());
        } else if let Some(error) = &failure.error {
            let label = self.paint("error:", AnsiColor::Red);
            // What an error lists on lines of its own is indented: none passes for a message.
            let text = error.to_string();
            let lines: Vec<String> = text.lines().map(one_line).collect();
            self.print(&format!("{label} {}", lines.join("\n  ")));
            for cause in error.chain().skip(1).take(MAX_CAUSES) {
                self.print(&format!("  because: {}", one_line(&cause.to_string())));
            }
        }
        if let Some(hint) = &failure.hint {
            let label = self.paint("hint:", AnsiColor::Cyan);
            self.print(&format!("{label} {}", untrusted::terminal_block(hint)));
        }
    }

    fn paint(self, label: &str, colour: AnsiColor) -> String {
        if !self.coloured {
            return label.to_owned();
        }
        let style = Style::new().bold().fg_color(Some(colour.into()));
        format!("{style}{label}{style:#}")
    }

    fn print(self, line: &str) {
        // Where standard error is gone there is nobody left to tell.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}

fn one_line(text: &str) -> String {
    untrusted::terminal(text.trim()).into_owned()
}
