//! Cells are found where they stand in the file.

use super::{cell, delimiter};

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
