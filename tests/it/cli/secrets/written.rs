//! Everything that a program wrote, and where a secret stands in it.

use std::fs;
use std::path::Path;

/// Everything that was written, by where.
#[derive(Default)]
pub struct Written(pub Vec<(String, Vec<u8>)>);

impl Written {
    pub fn add(&mut self, at: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((at.into(), bytes.into()));
    }

    /// All files of a directory.
    pub fn add_files(&mut self, dir: &Path) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => self.add_files(&path),
                false => self.add(path.display().to_string(), fs::read(&path).unwrap()),
            }
        }
    }

    /// Where a secret stands, in any form that it is sent in.
    pub fn find(&self, seed: &str) -> Vec<String> {
        use base64::Engine as _;
        let base64 = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
        let forms = [
            seed.to_owned(),
            base64(seed.to_owned()).trim_end_matches('=').to_owned(),
            // Basic credentials, and what AUTH PLAIN says to a mail server.
            base64(format!("ada:{seed}")),
            base64(format!("\0ada\0{seed}")),
        ];
        let stands = |bytes: &[u8], form: &str| {
            bytes.windows(form.len()).any(|window| window == form.as_bytes())
        };
        let found = self.0.iter().filter(|(_, bytes)| forms.iter().any(|form| stands(bytes, form)));
        found.map(|(at, _)| at.clone()).collect()
    }
}
