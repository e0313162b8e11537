//! The news agency that a text is from, by the credit in it: `PARIS (AFP) -`, `By AFP`, `— dpa`.
//! Many outlets that print one agency's text have told one thing once.

use super::directory::name_key;
use crate::domain::document::Document;

/// Characters at the start and at the end of a text where a credit stands.
const EDGE_CHARS: usize = 200;

/// An agency: its family's name, and how it signs.
struct Agency {
    name: &'static str,
    signs: &'static [&'static str],
    /// Its sign means other things too: in brackets it counts only before a dash.
    ambiguous: bool,
}

const fn agency(name: &'static str, signs: &'static [&'static str]) -> Agency {
    Agency { name, signs, ambiguous: false }
}

const fn ambiguous(name: &'static str, signs: &'static [&'static str]) -> Agency {
    Agency { name, signs, ambiguous: true }
}

const AGENCIES: &[Agency] = &[
    agency("AAP", &["AAP", "Australian Associated Press"]),
    agency("AFP", &["AFP", "Agence France-Presse"]),
    agency("AGI", &["AGI"]),
    agency("ANSA", &["ANSA"]),
    ambiguous("ANTARA", &["ANTARA"]),
    agency("AP", &["AP", "Associated Press", "The Associated Press"]),
    agency("APA", &["APA"]),
    ambiguous("ANP", &["ANP"]),
    ambiguous("Anadolu", &["AA", "Anadolu", "Anadolu Agency"]),
    agency("Agerpres", &["AGERPRES"]),
    ambiguous("BTA", &["BTA"]),
    agency("Belga", &["Belga", "BELGA"]),
    agency("Bernama", &["Bernama"]),
    agency("Bloomberg", &["Bloomberg"]),
    agency("dpa", &["dpa", "dpa-AFX", "Deutsche Presse-Agentur"]),
    agency("EFE", &["EFE"]),
    agency("epd", &["epd"]),
    agency("Europa Press", &["EUROPA PRESS", "Europa Press"]),
    agency("IANS", &["IANS"]),
    agency("Interfax", &["Interfax"]),
    agency("Interfax-Ukraine", &["Interfax-Ukraine"]),
    agency("IRNA", &["IRNA"]),
    agency("Jiji Press", &["Jiji Press", "JIJI Press"]),
    agency("KNA", &["KNA"]),
    agency("KUNA", &["KUNA"]),
    agency("Kyodo News", &["Kyodo", "KYODO", "Kyodo News"]),
    agency("Lusa", &["Lusa", "LUSA"]),
    agency("MTI", &["MTI"]),
    agency("NTB", &["NTB", "©NTB"]),
    ambiguous("PA Media", &["PA", "PA Media", "Press Association"]),
    agency("PAP", &["PAP"]),
    agency("PTI", &["PTI", "Press Trust of India"]),
    agency("Reuters", &["Reuters", "REUTERS", "Thomson Reuters"]),
    agency("RIA Novosti", &["RIA Novosti", "РИА Новости"]),
    agency("Ritzau", &["ritzau", "Ritzau", "RITZAU"]),
    agency("SDA", &["sda", "ats", "Keystone-SDA", "Keystone-ATS"]),
    ambiguous("STT", &["STT"]),
    agency("TASS", &["TASS", "ТАСС"]),
    ambiguous("TT", &["TT"]),
    agency("Tanjug", &["Tanjug"]),
    ambiguous("The Canadian Press", &["CP", "The Canadian Press", "Canadian Press"]),
    agency("UPI", &["UPI"]),
    agency("Ukrinform", &["Ukrinform"]),
    ambiguous("WAM", &["WAM"]),
    agency("Xinhua", &["Xinhua"]),
    agency("Yonhap", &["Yonhap"]),
    agency("ČTK", &["ČTK", "CTK"]),
];

/// What stands before an agency that ends a text, or begins it.
const BEFORE: &[&str] = &["By ", "BY ", "Von ", "Par ", "Por ", "Av ", "Source: ", "Quelle: "];

/// Whether this is the name of a news agency's family.
pub fn is_agency(name: &str) -> bool {
    names().any(|known| known == name)
}

/// The families' names of all agencies that are known by their credit.
pub fn names() -> impl Iterator<Item = &'static str> {
    AGENCIES.iter().map(|agency| agency.name)
}

/// The family's name of the agency that a text says it is from: by its author, in its first or in
/// its last 200 characters. `None` where it says nothing, or names more than one at the first
/// place that names any.
pub fn of(document: &Document) -> Option<&'static str> {
    let body = document.body.trim();
    let head_end = body.char_indices().nth(EDGE_CHARS).map_or(body.len(), |(at, _)| at);
    let tail_start = body.char_indices().rev().nth(EDGE_CHARS - 1).map_or(0, |(at, _)| at);
    by_author(&document.authors)
        .or_else(|| only(|agency| in_head(&body[..head_end], agency)))
        .or_else(|| only(|agency| in_tail(&body[tail_start..], agency)))
}

/// The one agency of which it holds. Of two whose texts were put together neither has the text.
fn only(holds: impl Fn(&Agency) -> bool) -> Option<&'static str> {
    let mut found = AGENCIES.iter().filter(|agency| holds(agency));
    let first = found.next()?;
    found.next().is_none().then_some(first.name)
}

/// `Reuters`, or `Ada Miles, Associated Press`.
fn by_author(authors: &str) -> Option<&'static str> {
    let last = authors.rsplit([',', ';', '/', '|', '\n']).next().unwrap_or_default();
    let last = last.trim();
    let key = name_key(last);
    let is_named = |agency: &&Agency| {
        agency.signs.contains(&last)
            || agency.signs.iter().any(|sign| sign.len() > 3 && name_key(sign) == key)
    };
    AGENCIES.iter().filter(|_| !last.is_empty()).find(is_named).map(|agency| agency.name)
}

fn in_head(head: &str, agency: &Agency) -> bool {
    agency.signs.iter().any(|sign| {
        is_bracketed(head, sign, agency.ambiguous)
            || BEFORE.iter().any(|before| {
                let rest = head.strip_prefix(before).and_then(|rest| rest.strip_prefix(sign));
                rest.is_some_and(|rest| {
                    rest.starts_with(['\n', '.', ',', '|', '-']) || rest.is_empty()
                })
            })
    })
}

/// `(AFP)`, `(dpa/lno)`, `/TASS/`.
fn is_bracketed(text: &str, sign: &str, ambiguous: bool) -> bool {
    text.match_indices(sign).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + sign.len()..]);
        let closed = match before.chars().next_back() {
            Some('(' | '[') => after.starts_with([')', ']', '/']),
            Some('/') => after.starts_with('/'),
            _ => false,
        };
        let rest = after.split_once([')', ']', '/']).map_or("", |(_, rest)| rest);
        let rest = rest.trim_start_matches(['.', ' ', '\u{a0}']);
        closed && (!ambiguous || rest.starts_with(['-', '–', '—', ':']))
    })
}

fn in_tail(tail: &str, agency: &Agency) -> bool {
    let end = tail.trim_end_matches(['.', ' ', ')', '/', ']', '\n']);
    let is_last = |sign: &&str| {
        end.strip_suffix(*sign).is_some_and(|rest| {
            rest.ends_with("— ")
                || rest.ends_with("– ")
                || rest.ends_with(" - ")
                || rest.ends_with("-- ")
                || rest.ends_with("© ")
                || rest.ends_with(['(', '/', '©', '\n']) && !agency.ambiguous
                || BEFORE.iter().any(|before| rest.ends_with(before))
        })
    };
    // Reuters names at the end who reported and who edited.
    let reported = || {
        agency.name == "Reuters" && tail.contains("(Reporting by ") && tail.contains("diting by ")
    };
    agency.signs.iter().any(is_last) || reported()
}

#[cfg(test)]
mod tests;
