//! Text from outside in the markup of the services. Nothing that a feed says may become markup, a
//! mention, a command or a link of its own: characters that mean something are escaped where the
//! service knows escapes, and parted by an invisible character ([`quiet`]) where it does not.

use std::borrow::Cow;

use super::brief::{Kind, Line, Span};
use crate::domain::untrusted;

/// Parts what would be recognised together. It has no width and breaks no word in two.
const APART: char = '\u{200b}';

/// Longest `:name:` of an emoji that is looked for, in bytes.
const MAX_EMOJI_BYTES: usize = 64;

/// Text in which no service finds anybody to tell or anything to do: `@name`, `:emoji:`, `~channel`,
/// `/command`, `#tag`, and addresses that would become links by themselves.
pub fn quiet(text: &str) -> Cow<'_, str> {
    let mut parted = String::new();
    let mut copied = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        if parts(before, c, rest) {
            parted.push_str(&text[copied..at + c.len_utf8()]);
            parted.push(APART);
            copied = at + c.len_utf8();
        }
        before = Some(c);
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    parted.push_str(&text[copied..]);
    Cow::Owned(parted)
}

/// Whether `c` and what follows are kept apart.
fn parts(before: Option<char>, c: char, rest: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    // A text may go on in the next span.
    let starts = rest.chars().next().is_none_or(is_word);
    let is_first = before.is_none_or(|before| !before.is_alphanumeric());
    match c {
        '@' | '＠' => starts,
        '~' | '#' | '/' => is_first && starts,
        ':' => rest.starts_with("//") || is_emoji(rest),
        'w' | 'W' => {
            // The third w of `www.`; the dot stays with it.
            matches!(before, Some('w' | 'W')) && rest.starts_with('.')
        }
        _ => false,
    }
}

/// Whether a text after a colon goes on as `name:`.
fn is_emoji(rest: &str) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-');
    let name = rest.bytes().take(MAX_EMOJI_BYTES).take_while(is_name).count();
    name > 0 && rest.as_bytes().get(name) == Some(&b':')
}

/// Markdown as Discord reads it.
pub fn discord(text: &str) -> String {
    escaped(&quiet(text), |c| matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '[' | ']'))
}

/// Markdown as Mattermost reads it: its escapes, and references for what has none.
pub fn mattermost(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in quiet(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '$' => safe.push_str("&#36;"),
            c => safe.push(c),
        }
    }
    escaped(&safe, |c| matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']'))
}

/// Text with a backslash before what means something anywhere, and before what makes a list, a quote or
/// a heading where a line begins. Whether a text begins a line is not known here: it may.
fn escaped(text: &str, has_meaning: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let (mut is_start, mut is_number) = (true, true);
    for c in text.chars() {
        let begins_block = is_start && matches!(c, '-' | '+' | '#' | '>');
        // `1.` and `1)`.
        let is_list = is_number && !escaped.is_empty() && matches!(c, '.' | ')');
        if has_meaning(c) || begins_block || is_list {
            escaped.push('\\');
        }
        if is_start && c == '=' {
            // A line of these makes a heading of the one above, and has no escape.
            escaped.push(APART);
        }
        is_start &= c.is_whitespace();
        is_number &= c.is_ascii_digit();
        escaped.push(c);
    }
    escaped
}

/// A line of Markdown, its texts escaped by `escape`.
pub fn markdown(line: &Line, escape: impl Fn(&str) -> String) -> String {
    let mut text = String::from(if line.kind == Kind::Quote { "> " } else { "" });
    for span in &line.spans {
        match span {
            Span::Plain(plain) => text += &escape(plain),
            Span::Strong(strong) => text += &format!("**{}**", escape(strong.trim())),
            Span::Link { text: shown, url } => {
                text += &format!("[{}]({url})", escape(shown.trim()));
            }
        }
    }
    text
}

/// How a service writes strong text in HTML.
#[derive(Debug, Clone, Copy)]
pub enum Html {
    /// What Telegram knows of it.
    Telegram,
    /// What Matrix clients show of it.
    Matrix,
}

/// A line of HTML. Breaks between lines are left to the caller.
pub fn html(line: &Line, style: Html) -> String {
    let strong = match style {
        Html::Telegram => "b",
        Html::Matrix => "strong",
    };
    let text: String = line
        .spans
        .iter()
        .map(|span| match span {
            Span::Plain(plain) => html_text(plain),
            Span::Strong(text) => format!("<{strong}>{}</{strong}>", html_text(text)),
            Span::Link { text, url } => {
                format!("<a href=\"{}\">{}</a>", untrusted::html(url), html_text(text))
            }
        })
        .collect();
    match line.kind {
        Kind::Plain => text,
        Kind::Quote => format!("<blockquote>{text}</blockquote>"),
    }
}

fn html_text(text: &str) -> String {
    untrusted::html(&quiet(text)).into_owned()
}

/// A line without markup; a link's address behind its text.
pub fn plain(line: &Line) -> String {
    let spans = line.spans.iter().map(|span| match span {
        Span::Plain(text) | Span::Strong(text) => quiet(text).into_owned(),
        Span::Link { text, url } => format!("{} {url}", quiet(text)),
    });
    let text: String = spans.collect();
    match line.kind {
        Kind::Plain => text,
        Kind::Quote => format!("> {text}"),
    }
}

/// Lines, one below the other.
pub fn joined(lines: &[Line], line: impl Fn(&Line) -> String) -> String {
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
