//! Cells are found where they stand in the file.

use std::fs;
use std::os::unix::fs::symlink;

use super::{cell, delimiter};
use crate::config::{Environment, load, load_files};

fn cell_of(text: &str, from: usize, index: usize) -> &str {
    &text[cell(text.as_bytes(), from, index, b',')]
}

#[test]
fn a_cell_is_found_in_its_row_without_its_quotes() {
    let text = "a,\"b, \"\"c\"\"\",d\r\n\r\n,\"x\"";
    assert_eq!(cell_of(text, 0, 0), "a");
    assert_eq!(cell_of(text, 0, 1), "b, \"\"c\"\"");
    assert_eq!(cell_of(text, 0, 2), "d");
    let second = text.find('\n').unwrap_or_default() + 1;
    assert_eq!(cell_of(text, second, 0), "");
    assert_eq!(cell_of(text, second, 1), "x");
    assert_eq!(cell_of(text, second, 7), "x", "a short row ends with its last cell");
    assert_eq!(cell_of("\"open", 0, 0), "open");
    assert_eq!(cell_of("", 0, 3), "");
}

#[test]
fn the_header_tells_what_separates_the_cells() {
    assert_eq!(delimiter("name;country, or region;since\n"), b';');
    assert_eq!(delimiter("name\tcountry"), b'\t');
    assert_eq!(delimiter("name"), b',');
}

#[test]
fn a_list_lies_below_the_configuration_wherever_links_lead() {
    let dir = tempfile::tempdir().expect("a directory");
    let home = dir.path().join("home");
    fs::create_dir_all(home.join("topics")).expect("a directory");
    fs::create_dir(home.join("lists")).expect("a directory");
    let main = "[[feed]]\nid = 'a'\nurl = 'https://a.example/feed'\n";
    fs::write(home.join("wirewatch.toml"), main).expect("a file");
    fs::write(home.join("lists/names.txt"), "NATO\n").expect("a file");
    let outside = dir.path().join("netrc");
    fs::write(&outside, "password (T0KEN\n").expect("a file");
    symlink(&outside, home.join("topics/link.txt")).expect("a link");
    let topic = home.join("topics/t.toml");
    let write = |file: &str| {
        let text =
            format!("[[topic]]\nid = 't'\nmatch = '@x'\n[lists]\nx = {{ file = '{file}' }}\n");
        fs::write(&topic, text).expect("a file");
    };
    let env = Environment::fixed([("HOME", "/home/ada")]);
    for file in [outside.to_str().expect("a name"), "../../netrc", "link.txt"] {
        write(file);
        let refused = load(&home, &env).expect_err("outside").render(false);
        assert!(refused.contains("error[list_outside]") && !refused.contains("T0KEN"), "{refused}");
    }
    write("../lists/names.txt");
    assert!(load(&home, &env).is_ok());
    // By itself, a topic file has its own folder alone.
    let loose = load_files(std::slice::from_ref(&topic)).err().expect("outside").render(false);
    assert!(loose.contains("error[list_outside]"), "{loose}");
}
