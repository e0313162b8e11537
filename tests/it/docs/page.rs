//! A page of the documentation, as the steps that a reader of it takes. What a page may use:
//!
//! - A block marked `console`: what follows `$ ` is typed (a `\` at the end of a line goes on in the
//!   next), the lines below it are what is shown. `[…]` stands for anything, on a line of its own for
//!   any number of lines. Ids, dates and times of day stand for any other, the same id for the same
//!   thing. Where nothing is shown only the exit code counts, which has to be 0.
//! - ``Save this as `path`:`` and ``Add this at the end of `path`:`` above a block: the file.
//! - In comments, for nobody but the tests: `scene: …` what is there before the first step
//!   ([`super::stage`]); for the next block `stays` (the command goes on in a terminal of its own),
//!   `by and by` (asked again until it shows that), `ends with 1` (its exit code).

use super::root;

/// A page and what is to be done.
#[derive(Debug)]
pub struct Page {
    /// From the root of the repository.
    pub name: String,
    pub scene: Option<String>,
    pub steps: Vec<Step>,
}

/// What a reader does next.
#[derive(Debug)]
pub enum Step {
    Save {
        path: String,
        text: String,
    },
    Append {
        path: String,
        text: String,
    },
    Type {
        /// Where it stands in the page, counted from 1.
        line: usize,
        command: String,
        shown: Vec<String>,
        manner: Manner,
    },
}

/// How a command goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Ends(i32),
    Stays,
    ByAndBy,
}

impl Page {
    /// Reads a page, named from the root of the repository.
    pub fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(root().join(name));
        Self::parse(name, &text.unwrap_or_else(|error| panic!("{name}: {error}")))
    }

    pub fn parse(name: &str, text: &str) -> Self {
        let mut page = Self { name: name.to_owned(), scene: None, steps: Vec::new() };
        let mut lines = text.lines().enumerate();
        let mut manner = Manner::Ends(0);
        let mut paragraph = String::new();
        let mut blank = true;
        while let Some((at, line)) = lines.next() {
            let after_blank = std::mem::replace(&mut blank, line.trim().is_empty());
            if let Some(comment) = line.strip_prefix("<!-- ").and_then(|c| c.strip_suffix(" -->")) {
                match comment.strip_prefix("scene: ") {
                    Some(scene) => page.scene = Some(scene.to_owned()),
                    None => manner = Manner::named(comment).unwrap_or(manner),
                }
            } else if let Some(mark) = line.strip_prefix("```") {
                let block: Vec<(usize, &str)> =
                    lines.by_ref().take_while(|(_, line)| !line.starts_with("```")).collect();
                if mark == "console" {
                    page.steps.extend(typed(&block, manner));
                } else if let Some((path, append)) = named_file(&paragraph) {
                    let text = block.iter().map(|(_, line)| format!("{line}\n")).collect();
                    page.steps.push(match append {
                        true => Step::Append { path, text },
                        false => Step::Save { path, text },
                    });
                }
                manner = Manner::Ends(0);
                paragraph.clear();
            } else if !line.trim().is_empty() {
                if after_blank {
                    paragraph.clear();
                }
                paragraph.push_str(line);
                paragraph.push(' ');
                let typed_by_chance = line.starts_with("$ wirewatch");
                assert!(!typed_by_chance, "{name}:{}: a command outside of a block", at + 1);
            }
        }
        page
    }
}

impl Manner {
    fn named(comment: &str) -> Option<Self> {
        match comment {
            "stays" => Some(Self::Stays),
            "by and by" => Some(Self::ByAndBy),
            _ => comment.strip_prefix("ends with ")?.parse().ok().map(Self::Ends),
        }
    }
}

/// The commands of a block, each with what is shown after it.
fn typed(block: &[(usize, &str)], manner: Manner) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for (at, text) in block {
        let next = text.strip_prefix("$ ");
        if let Some(begun) = next {
            let (command, shown) = (begun.to_owned(), Vec::new());
            steps.push(Step::Type { line: at + 1, command, shown, manner });
        } else if let Some(Step::Type { command, shown, .. }) = steps.last_mut() {
            if goes_on {
                command.push('\n');
                command.push_str(text);
            } else {
                shown.push((*text).to_owned());
            }
        } else {
            panic!("line {}: a console block begins with `$ `", at + 1);
        }
        goes_on = (next.is_some() || goes_on) && text.ends_with('\\');
    }
    steps
}

/// The file that the paragraph above a block names, and whether the block is added to it.
fn named_file(paragraph: &str) -> Option<(String, bool)> {
    let named = |before: &str| {
        let rest = paragraph.split(before).nth(1)?;
        let (path, after) = rest.split_once('`')?;
        after.trim_end().ends_with(':').then(|| path.to_owned())
    };
    named("ave this as `")
        .map(|path| (path, false))
        .or_else(|| named("dd this at the end of `").map(|path| (path, true)))
}

#[test]
fn a_page_is_read_as_the_steps_of_its_reader() {
    let text = "<!-- scene: newsroom -->\nSave this as `a/b.toml`:\n\n```toml\nx = 1\n```\n\
                Not run:\n```sh\nrm x\n```\n<!-- ends with 1 -->\n```console\n$ one \\\n  two\n\
                said\n$ three\n```\n";
    let page = Page::parse("p.md", text);
    assert_eq!(page.scene.as_deref(), Some("newsroom"));
    insta::assert_debug_snapshot!(page.steps, @r#"
    [
        Save {
            path: "a/b.toml",
            text: "x = 1\n",
        },
        Type {
            line: 13,
            command: "one \\\n  two",
            shown: [
                "said",
            ],
            manner: Ends(
                1,
            ),
        },
        Type {
            line: 16,
            command: "three",
            shown: [],
            manner: Ends(
                1,
            ),
        },
    ]
    "#);
}
