//! Hostile texts on each way out: what must never get through, and what must stay readable.

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

/// Text as a hostile feed would write it: ordinary characters mixed with all that acts.
fn hostile() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        '\u{0}', '\u{7}', '\u{8}', '\t', '\n', '\r', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}',
        '\u{85}', '\u{90}', '\u{9b}', '\u{9c}', '\u{9d}', '\u{9f}', '\u{61c}', '\u{200e}',
        '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '[',
        ']', '\\', ';', '0', 'm', 'P', '=', '+', '-', '@', '"', ',', '<', '&', '\u{301}', '語',
    ]);
    let letter = prop_oneof![3 => nasty, 1 => any::<char>(), 2 => prop::char::range('a', 'z')];
    prop::collection::vec(letter, 0..120).prop_map(String::from_iter)
}

/// Written apart from the code under test, from the list of what must never get out.
fn forbidden(c: char) -> bool {
    let code = c as u32;
    code < 0x20
        || (0x7f..=0x9f).contains(&code)
        || (0x202a..=0x202e).contains(&code)
        || (0x2066..=0x2069).contains(&code)
        || [0x200e, 0x200f, 0x61c, 0x2028, 0x2029].contains(&code)
}

proptest! {
    #[test]
    fn no_forbidden_character_survives_on_one_line(text in hostile()) {
        prop_assert!(!terminal(&text).contains(forbidden));
        prop_assert!(!log_line(&text).contains(forbidden));
    }

    #[test]
    fn only_line_feeds_survive_in_blocks_cells_and_html(text in hostile()) {
        for clean in [terminal_block(&text), csv_cell(&text), html(&text)] {
            prop_assert!(!clean.contains(|c| forbidden(c) && c != '\n'), "{clean:?}");
        }
    }

    #[test]
    fn a_header_value_is_printable_ascii_without_outer_space(text in hostile()) {
        let value = header_value(&text);
        prop_assert!(value.chars().all(|c| matches!(c, ' '..='~')));
        prop_assert_eq!(value.trim(), value.as_ref());
    }

    #[test]
    fn cleaning_twice_changes_nothing(text in hostile()) {
        let once = terminal(&text).into_owned();
        let twice = terminal(&once).into_owned();
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn a_csv_cell_reads_back_as_one_field_and_never_as_a_formula(text in hostile()) {
        let cell = csv_cell(&text).into_owned();
        let field = match cell.strip_prefix('"') {
            Some(quoted) => {
                let inner = quoted.strip_suffix('"').expect("closed");
                prop_assert!(!inner.replace("\"\"", "").contains('"'));
                inner.replace("\"\"", "\"")
            }
            None => {
                prop_assert!(!cell.contains(['"', ',', '\n']));
                cell
            }
        };
        prop_assert!(!field.trim_start().starts_with(['=', '+', '-', '@']));
    }

    #[test]
    fn html_holds_no_markup(text in hostile()) {
        prop_assert!(!html(&text).contains(['<', '>', '"', '\'']));
    }

    #[test]
    fn an_excerpt_is_a_start_of_the_text_within_its_limit(text in hostile(), max in 0usize..130) {
        let cut = excerpt(&text, max);
        prop_assert!(cut.chars().count() <= max);
        match cut.strip_suffix('…') {
            Some(head) if cut != text.as_str() => prop_assert!(text.starts_with(head)),
            _ => prop_assert!(cut == text.as_str() || max == 0),
        }
    }
}

#[test]
fn escape_sequences_go_as_a_whole() {
    let check = |text: &str, expect: &str| assert_eq!(terminal(text), expect, "{text:?}");
    check("\u{1b}[31mred\u{1b}[0m", "red");
    check("\u{1b}[2J\u{1b}[1;1Hgone", "gone");
    check("\u{1b}]0;owned\u{7}title", "title");
    check("\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link");
    check("\u{9b}31mred", "red");
    check("\u{9d}0;owned\u{9c}title", "title");
    check("\u{1b}Pq#0\u{1b}\\sixel", "sixel");
    check("\u{1b}cfresh \u{1b}(Bset", "fresh set");
}

#[test]
fn a_sequence_left_open_hides_nothing() {
    assert_eq!(terminal("\u{1b}]0;the rest is news"), "0;the rest is news");
    assert_eq!(terminal("\u{1b}[31\u{1b}[1mBold"), "Bold");
    let long = format!("\u{1b}]{}\u{7}", "x".repeat(1_000));
    assert_eq!(terminal(&long).len(), 1_000);
}

#[test]
fn line_breaks_and_tabs_become_single_spaces_on_one_line() {
    assert_eq!(terminal("one\r\ntwo\n\nthree\tfour\u{2028}five"), "one two three four five");
}

#[test]
fn a_block_keeps_its_lines() {
    assert_eq!(terminal_block("one\r\ntwo\n\n\tthree\u{7}"), "one\ntwo\n\n three");
}

#[test]
fn reading_direction_cannot_be_turned() {
    assert_eq!(terminal("user\u{202e}gpj.exe\u{202c}"), "usergpj.exe");
    // Right-to-left scripts themselves are text like any other.
    assert!(matches!(terminal("שלום العالم"), Cow::Borrowed(_)));
}

#[test]
fn a_pile_of_marks_is_cut_down_and_what_languages_write_stays() {
    let pile = "\u{301}\u{30b}\u{489}".repeat(200);
    for text in [format!("Z{pile}algo"), format!("Z\u{200d}{pile}al\u{7}go")] {
        let clean = terminal(&text).replace('\u{200d}', "");
        let shown = "\u{301}\u{30b}\u{489}".repeat(3);
        assert_eq!(clean, format!("Z{}algo", shown.strip_suffix('\u{489}').unwrap()));
        assert!(!terminal_block(&text).contains(&pile) && !html(&text).contains(&pile));
    }
    let family = "👨\u{200d}👩\u{200d}👧";
    for word in ["Việt Nam", "क्षत्रिय", "שָׁלוֹם", "ที่นี่", "လျှော့ချ", "cafe\u{301}", family]
    {
        assert!(matches!(terminal(word), Cow::Borrowed(_)), "{word}");
    }
}

#[test]
fn a_log_line_shows_what_was_there() {
    assert_eq!(log_line("a\nb\u{1b}[0m\u{202e}"), r"a\nb\u{1b}[0m\u{202e}");
}

#[test]
fn csv_cells_are_quoted_and_defused() {
    let check = |text: &str, expect: &str| assert_eq!(csv_cell(text), expect, "{text:?}");
    check("plain", "plain");
    check("a,b", "\"a,b\"");
    check("say \"hi\"", "\"say \"\"hi\"\"\"");
    check("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
    check("@cmd", "'@cmd");
    check("-1", "'-1");
    check("\tx", "' x");
    check("\r=1", "\"'\n=1\"");
}

#[test]
fn a_header_cannot_be_split() {
    assert_eq!(header_value("ok\r\nX-Evil: 1"), "ok X-Evil: 1");
    assert_eq!(header_value(" naïve "), "na?ve");
}

#[test]
fn html_is_escaped() {
    assert_eq!(html("<b a='x'>\"&\"</b>"), "&lt;b a=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;");
}

#[test]
fn an_excerpt_ends_at_a_word_if_one_is_near_and_never_inside_a_character() {
    let check = |text: &str, max, expect: &str| assert_eq!(excerpt(text, max), expect);
    check("short", 5, "short");
    check("one two three", 9, "one two…");
    check("one two three", 8, "one two…");
    check("Donaudampfschifffahrt", 6, "Donau…");
    // A flag is two code points and an accent may be one of its own.
    check("🇩🇰🇬🇧", 2, "\u{1f1e9}…");
    check("🇩🇰🇬🇧🇫🇷", 4, "🇩🇰…");
    check("cafe\u{301} noir", 5, "caf…");
    check("", 0, "");
    check("x", 0, "");
}
