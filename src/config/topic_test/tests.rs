//! Tests inside topics: what may stand in one, and what is wrong with it.

use super::paragraphs;

#[test]
fn a_body_has_blank_lines_between_paragraphs_and_single_spaces_within() {
    let written = "\n  First line\n  goes on.\n\n\n Second \t paragraph.\r\n";
    assert_eq!(paragraphs(written), "First line goes on.\n\nSecond paragraph.");
    assert_eq!(paragraphs(""), "");
}
