//! The book that `docs/` is: every page stands in its table of contents, in one of four parts, and every
//! link leads to a page and a heading that are there.

use std::collections::BTreeSet;
use std::path::Path;

use super::root;

const CONTENTS: &str = "docs/SUMMARY.md";

/// What a reader wants who opens the book: to learn, to get something done, to look something up, to
/// understand (<https://diataxis.fr>).
const PARTS: [&str; 4] = ["# Tutorial", "# How-to guides", "# Reference", "# Explanation"];

#[test]
fn every_page_stands_once_in_the_contents_and_every_line_there_leads_to_one() {
    let text = read(CONTENTS);
    let listed: Vec<String> = links(&text).into_iter().map(|to| format!("docs/{to}")).collect();
    let once: BTreeSet<&String> = listed.iter().collect();
    assert_eq!(once.len(), listed.len(), "a page stands twice in {CONTENTS}");
    let pages: BTreeSet<String> = every_page().into_iter().collect();
    let missing: Vec<&String> = pages.iter().filter(|page| !once.contains(page)).collect();
    assert!(missing.is_empty(), "add to {CONTENTS}: {missing:?}");
    let gone: Vec<&&String> = once.iter().filter(|page| !pages.contains(**page)).collect();
    assert!(gone.is_empty(), "{CONTENTS} names what is not there: {gone:?}");
}

#[test]
fn the_contents_have_four_parts_with_pages_in_each() {
    let text = read(CONTENTS);
    let parts: Vec<&str> = text.lines().filter(|line| line.starts_with("# ")).collect();
    assert_eq!(parts[parts.len() - 4..], PARTS, "{CONTENTS}");
    for part in PARTS {
        let inside = text.split(part).nth(1).unwrap().split("\n# ").next().unwrap();
        assert!(!links(inside).is_empty(), "no page in {part}");
    }
}

#[test]
fn every_link_to_a_heading_leads_to_one() {
    let mut wrong = Vec::new();
    let pages = every_page().into_iter().chain(["README.md".to_owned(), CONTENTS.to_owned()]);
    for page in pages {
        let folder = Path::new(&page).parent().unwrap();
        for link in links(&without_code(&read(&page))) {
            let Some((file, heading)) = link.split_once('#') else { continue };
            if file.contains("://") || !(file.is_empty() || file.ends_with(".md")) {
                continue;
            }
            let target = match file {
                "" => page.clone(),
                file => folder.join(file).display().to_string(),
            };
            if !headings(&read(&target)).contains(heading) {
                wrong.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "no such heading:\n{}", wrong.join("\n"));
}

#[test]
fn the_book_is_made_from_these_pages() {
    let book: toml::Table = toml::from_str(&read("docs/book.toml")).unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("."), "the pages stand beside book.toml");
    let out = book["build"]["build-dir"].as_str().unwrap();
    assert_eq!(out, "../target/book", "what is built is not among the pages");
}

/// All pages of the book but its contents, from the root of the repository.
pub fn every_page() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["docs", "docs/notes"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") && name != "SUMMARY.md" {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found.sort();
    found
}

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Where the links of a text lead.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.map(str::to_owned).collect()
}

fn without_code(text: &str) -> String {
    let mut inside = false;
    let prose = text.lines().filter(|line| {
        let fence = line.starts_with("```");
        inside ^= fence;
        !inside && !fence
    });
    prose.collect::<Vec<_>>().join("\n")
}

/// The headings of a page as links name them.
fn headings(text: &str) -> BTreeSet<String> {
    let prose = without_code(text);
    let lines = prose.lines().filter(|line| line.starts_with('#'));
    lines.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
