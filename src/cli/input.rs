//! What is given to a command as a file or on standard input, within a limit.

use std::fs;
use std::io::{Read, stdin};

use anyhow::Context;

use crate::cli::exit::{Exit, Failure};

/// Reads the file `name`, or standard input if that is `-`: at most one byte more than `limit`,
/// which shows that there is more.
pub fn read(name: &str, limit: u64, hint: &str) -> Result<Vec<u8>, Failure> {
    let most = limit.saturating_add(1);
    let mut bytes = Vec::new();
    let done = if name == "-" {
        stdin().lock().take(most).read_to_end(&mut bytes).context("cannot read standard input")
    } else {
        fs::File::open(name)
            .and_then(|file| file.take(most).read_to_end(&mut bytes))
            .with_context(|| format!("cannot read {name}"))
    };
    done.map_err(|error| Failure::new(Exit::Failed, error).hint(hint))?;
    Ok(bytes)
}
