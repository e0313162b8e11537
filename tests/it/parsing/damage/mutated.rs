//! Feeds mutated at random: whatever comes out, nothing crashes, hangs or breaks a limit. Bounded
//! by the number of documents, each of them small.

use wirewatch::domain::document::{Document, MAX_BODY_BYTES};
use wirewatch::parse::{Limits, read};

use super::super::{ATOM, LOOSE_JSON, RDF, RSS, SEED_JSON, URL};
use super::kinds::{Chance, KINDS};
use super::{number_of_cases, written_by_hand};

/// Documents made of each seed, per case.
const PER_CASE: usize = 12;

/// What mutations put in: what parsers stumble over.
const PIECES: &[&[u8]] = &[
    b"<",
    b">",
    b"&",
    b"&#",
    b"&#x",
    b";",
    b"\"",
    b"'",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?",
    b"?>",
    b"<!DOCTYPE",
    b"</",
    b"/>",
    b"=",
    b":",
    b"xmlns",
    b"<item>",
    b"</item>",
    b"<entry",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"\\u",
    b"\\",
    b"\r",
    b"<svg",
    b"<script>",
    b"</rss>",
    b"\xe2\x80\xae",
    b"99999999999",
];

fn mutated(seed: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(6) {
            0 => bytes.truncate(at.max(1)),
            1 if at < bytes.len() => {
                bytes.remove(at);
            }
            2 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            3 => {
                let end = (at + chance.below(400)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = chance.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            4 => {
                let end = (at + chance.below(60)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let piece = *chance.pick(PIECES).unwrap();
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

fn judge(bytes: &[u8]) {
    let Ok(feed) = read(bytes, None, URL, Limits::STANDARD) else { return };
    assert!(feed.entries.len() <= bytes.len());
    for entry in &feed.entries {
        assert!(Document::from_parsed(entry).body.len() <= MAX_BODY_BYTES);
    }
}

#[test]
fn feeds_mutated_at_random_never_crash_the_reader() {
    let seeds = [RSS, ATOM, RDF, LOOSE_JSON, SEED_JSON];
    for (number, seed) in seeds.iter().enumerate() {
        let mut chance = Chance::new(1_000 + number as u64);
        for _ in 0..PER_CASE * number_of_cases() {
            judge(&mutated(seed.as_bytes(), &mut chance));
        }
    }
}

#[test]
fn two_kinds_of_damage_at_once_never_crash_the_reader() {
    let mut chance = Chance::new(7);
    for clean in written_by_hand() {
        for _ in 0..PER_CASE * number_of_cases() {
            let kind = chance.pick(KINDS).unwrap();
            if let Some(damaged) = (kind.damage)(&clean, &mut chance) {
                judge(&mutated(&damaged.bytes, &mut chance));
            }
        }
    }
}
