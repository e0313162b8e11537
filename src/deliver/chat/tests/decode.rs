//! Reads messages as their services would, strictly: whatever is neither plain text nor markup that
//! is known to be ours is an error. Gives the text as it is shown.

use serde_json::Value;

/// HTML as Telegram and Matrix take it: these tags, closed in order; links to the web.
pub fn html(text: &str, tags: &[&str]) -> Result<String, String> {
    let mut shown = String::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        shown.push_str(&rest[..at]);
        let from = &rest[at..];
        let end = from.find(if from.starts_with('<') { '>' } else { ';' });
        let end = end.ok_or_else(|| format!("a bare sign: {from}"))?;
        let inner = &from[1..end];
        match from.as_bytes()[0] {
            b'&' => shown.push(match inner {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "#39" => '\'',
                other => return Err(format!("an unknown reference: {other}")),
            }),
            _ => match inner.strip_prefix('/') {
                Some(tag) if open.pop().as_deref() == Some(tag) => {}
                Some(tag) => return Err(format!("closed out of order: {tag}")),
                None => {
                    let (tag, attribute) = inner.split_once(' ').unwrap_or((inner, ""));
                    if !tags.contains(&tag) {
                        return Err(format!("an unknown tag: {inner}"));
                    }
                    let link = attribute.strip_prefix("href=\"").and_then(|l| l.strip_suffix('"'));
                    let is_good = match tag {
                        "a" => link.is_some_and(is_web_link),
                        _ => attribute.is_empty(),
                    };
                    if !is_good {
                        return Err(format!("a bad attribute: {inner}"));
                    }
                    match tag {
                        "br" => shown.push('\n'),
                        _ => open.push(tag.to_owned()),
                    }
                }
            },
        }
        rest = &from[end + 1..];
    }
    shown.push_str(rest);
    if open.is_empty() { Ok(shown) } else { Err(format!("left open: {open:?}")) }
}

/// Markdown as Mattermost and Discord read it: bold, links and quotes, all else escaped; only the
/// first knows the references of HTML.
pub fn markdown(text: &str, has_references: bool) -> Result<String, String> {
    let lines = text.lines().map(|line| markdown_line(line, has_references));
    let lines: Result<Vec<String>, String> = lines.collect();
    Ok(lines?.join("\n"))
}

fn markdown_line(line: &str, has_references: bool) -> Result<String, String> {
    let line = line.trim_end();
    let mut rest = line.strip_prefix("> ").unwrap_or(line);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 && rest[digits..].starts_with(['.', ')']) {
        return Err(format!("a list: {line}"));
    }
    if rest.trim_start().starts_with(['-', '+', '#', '>', '=']) {
        return Err(format!("a block of its own: {line}"));
    }
    let mut shown = String::new();
    let (mut is_bold, mut in_link) = (false, false);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = after;
        match c {
            '\\' => {
                let escaped = after.chars().next().ok_or("an escape at the end")?;
                if !escaped.is_ascii_punctuation() {
                    return Err(format!("a bare backslash: {line}"));
                }
                shown.push(escaped);
                rest = &after[1..];
            }
            '*' if after.starts_with('*') => {
                is_bold = !is_bold;
                rest = &after[1..];
            }
            '[' if !in_link => in_link = true,
            ']' if in_link && after.starts_with('(') => {
                let end = after.find(')').ok_or("a link without an end")?;
                if !is_web_link(&after[1..end]) {
                    return Err(format!("a bad link: {after}"));
                }
                in_link = false;
                rest = &after[end + 1..];
            }
            '&' if has_references => {
                let known = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("#36;", '$')];
                let found = known.iter().find(|(name, _)| after.starts_with(name));
                let (name, decoded) = found.ok_or_else(|| format!("bare &: {line}"))?;
                shown.push(*decoded);
                rest = &after[name.len()..];
            }
            '$' if has_references => return Err(format!("bare $: {line}")),
            '*' | '_' | '~' | '`' | '|' | '<' | '[' | ']' => {
                return Err(format!("bare {c}: {line}"));
            }
            c => shown.push(c),
        }
    }
    if is_bold || in_link { Err(format!("left open: {line}")) } else { Ok(shown) }
}

/// The blocks of a Slack message: a header, then rich text of known elements.
pub fn slack(body: &Value) -> Result<String, String> {
    let fallback = body["text"].as_str().ok_or("no text")?;
    if fallback.contains(['<', '>']) {
        return Err(format!("markup in {fallback}"));
    }
    let blocks = body["blocks"].as_array().ok_or("no blocks")?;
    let [header, rich] = blocks.as_slice() else {
        return Err(format!("{} blocks", blocks.len()));
    };
    if header["type"] != "header" || header["text"]["type"] != "plain_text" {
        return Err(format!("no header: {header}"));
    }
    let mut shown = format!("{}\n", header["text"]["text"].as_str().ok_or("no header text")?);
    for part in rich["elements"].as_array().ok_or("no elements")? {
        let is_quote = part["type"] == "rich_text_quote";
        if !is_quote && part["type"] != "rich_text_section" {
            return Err(format!("an unknown element: {part}"));
        }
        for element in part["elements"].as_array().ok_or("no spans")? {
            let text = element["text"].as_str().filter(|text| !text.is_empty()).ok_or("no text")?;
            let link = element["url"].as_str();
            let is_good = match element["type"].as_str() {
                Some("text") => link.is_none(),
                Some("link") => link.is_some_and(is_web_link),
                _ => false,
            };
            if !is_good {
                return Err(format!("an unknown span: {element}"));
            }
            shown.push_str(text);
        }
        if is_quote {
            shown.push('\n');
        }
    }
    Ok(shown)
}

/// Whether an address leads to the web and holds nothing that any markup reads.
pub fn is_web_link(url: &str) -> bool {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web && !url.contains(|c: char| !c.is_ascii_graphic() || "<>()[]|\"\\".contains(c))
}
