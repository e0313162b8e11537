//! What the worst documents take of memory, measured from outside: each is read by a process of
//! its own, which is this test program started again for that one document.

use std::fmt::Write;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

use wirewatch::domain::document::Document;
use wirewatch::parse::{Limits, ParseFailure, read};

use super::{URL, rss};

/// Most memory that reading any one document may add to the process, its bytes included.
const MOST_BYTES: u64 = 128 * 1_000_000;

/// Those that took most, or once took too much; the others are read where [`ALL`] is set.
const ALWAYS: [&str; 12] = [
    "small items",
    "middling items",
    "one text of references",
    "many attributes",
    "bare ampersands",
    "bare less-than signs",
    "entities within entities",
    "one long entity a million times",
    "JSON, one text of escapes",
    "JSON, many small texts with escapes",
    "JSON, unknown fields",
    "JSON, tags",
];

/// Asks for all kinds of documents: some minutes.
const ALL: &str = "WIREWATCH_ALL_WORST_DOCUMENTS";

/// Names the document that a child reads.
const WORST: &str = "WIREWATCH_WORST_DOCUMENT";

/// Room for what stands around the repeated part.
const AROUND: usize = 4 * 1024;

/// `part` again and again, up to the largest body that is read at all.
fn filled(part: &str) -> String {
    part.repeat((Limits::STANDARD.body_bytes - AROUND) / part.len())
}

fn in_item(part: &str) -> String {
    rss(&format!("<item><title>A</title><description>{}</description></item>", filled(part)))
}

/// A JSON Feed with these items, which end with a comma each.
fn json(items: &str) -> String {
    format!(
        "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"t\",\"items\":[{}]}}",
        items.trim_end_matches(',')
    )
}

/// A JSON Feed with one item, of which this is the text.
fn json_text(part: &str) -> String {
    json(&format!("{{\"id\":\"1\",\"content_text\":\"{}\"}}", filled(part)))
}

/// A feed whose document type declares these entities, and whose one item is full of `part`.
fn declaring(entities: &str, part: &str) -> String {
    let feed = rss(&format!(
        "<item><title>A</title><description>{}</description></item>",
        part.repeat((Limits::STANDARD.body_bytes - AROUND - entities.len()) / part.len())
    ));
    let root = feed.find("<rss").unwrap();
    format!("{}<!DOCTYPE rss [{entities}]>{}", &feed[..root], &feed[root..])
}

/// `&e0;` is ten times `&e1;`, and so on: 10^15 letters.
fn nested_entities() -> String {
    (0..15).fold("<!ENTITY e15 \"x\">".to_owned(), |all, level| {
        let inner = format!("&e{};", level + 1).repeat(10);
        all + &format!("<!ENTITY e{level} \"{inner}\">")
    })
}

/// A kind of document by its name, and how one is made.
type Kind = (&'static str, fn() -> String);

fn worst() -> Vec<Kind> {
    vec![
        ("empty items", || rss(&filled("<item/>"))),
        ("small items", || rss(&filled("<item><title>A</title></item>"))),
        ("middling items", || {
            let text = "word ".repeat(300);
            rss(&filled(&format!("<item><title>A</title><description>{text}</description></item>")))
        }),
        ("open tags", || rss(&filled("<div>"))),
        ("open tags in markup", || in_item("&lt;div&gt;")),
        ("nested by names of their own", || {
            rss(&(0..1_200_000).fold(String::new(), |mut all, number| {
                let _ = write!(all, "<e{number}>");
                all
            }))
        }),
        ("one text", || in_item("x")),
        ("one text of references", || in_item("&#228;")),
        ("one character section", || in_item("<![CDATA[x]]>")),
        ("one attribute", || rss(&format!("<item a=\"{}\"/>", filled("x")))),
        ("many attributes", || {
            rss(&format!(
                "<item {}/>",
                (0..1_400_000).fold(String::new(), |mut all, number| {
                    let _ = write!(all, "a{number}='' ");
                    all
                })
            ))
        }),
        ("categories", || {
            rss(&format!("<item><title>A</title>{}</item>", filled("<category>a</category>")))
        }),
        ("links", || rss(&format!("<item><title>A</title>{}</item>", filled("<link>a</link>")))),
        ("a comment", || format!("<!--{}-->", filled("x"))),
        ("one byte again and again", || filled("\u{0}")),
        ("wide characters in UTF-8", || in_item("漢")),
        ("bare ampersands", || in_item("&")),
        ("bare ampersands before names", || in_item("&a ")),
        ("bare less-than signs", || in_item("<")),
        ("bare less-than signs before digits", || in_item("< 1 ")),
        ("bare ampersands in many items", || {
            let text = "&".repeat(60_000);
            rss(&filled(&format!("<item><title>A</title><description>{text}</description></item>")))
        }),
        ("entities within entities", || declaring(&nested_entities(), "&e0;")),
        ("one long entity a million times", || {
            declaring(&format!("<!ENTITY e \"{}\">", "x".repeat(60_000)), "&e;")
        }),
        ("one short entity a million times", || declaring("<!ENTITY e \"xx\">", "&e;")),
        ("an entity of itself", || declaring("<!ENTITY e \"&e;&e;\">", "&e;")),
        ("entities that nobody declared", || in_item("&nothing;")),
        ("a document type without end", || format!("<!DOCTYPE rss [{}", filled("<!ENTITY a 'b'>"))),
        ("JSON, deep lists", || json(&filled("["))),
        ("JSON, deep objects", || json(&filled("{\"items\":"))),
        ("JSON, deep objects side by side", || {
            json(&filled(&format!("{}1{},", "{\"a\":".repeat(90), "}".repeat(90))))
        }),
        ("JSON, one text", || json_text("x")),
        ("JSON, one text of ampersands", || json_text("&")),
        ("JSON, one text of escapes", || json_text("\\u0041")),
        ("JSON, one text of line ends", || json_text("\n")),
        ("JSON, texts of ampersands", || {
            let text = "&".repeat(60_000);
            json(&filled(&format!("{{\"id\":\"1\",\"content_text\":\"{text}\"}},")))
        }),
        ("JSON, tiny items", || json(&filled("{\"id\":1},"))),
        ("JSON, items that are none", || json(&filled("{},"))),
        ("JSON, tiny items with escapes", || json(&filled("{\"\\u0069d\":\"\\u0041\"},"))),
        ("JSON, many small items", || json(&"{\"id\":1},".repeat(490_000))),
        ("JSON, many empty items", || json(&"{},".repeat(990_000))),
        ("JSON, many small texts with escapes", || {
            json(&"{\"\\u0069d\":\"\\u0041\"},".repeat(490_000))
        }),
        ("JSON, unknown numbers", || {
            json(&format!("{{\"id\":1,\"_own\":[{}0]}},", "1,".repeat(990_000)))
        }),
        ("JSON, unknown objects", || {
            json(&format!("{{\"id\":1,\"_own\":[{}0]}},", "{\"a\":[1]},".repeat(330_000)))
        }),
        ("JSON, unknown fields", || {
            let fields = (0..900_000).fold(String::new(), |mut all, number| {
                let _ = write!(all, "\"f{number}\":1,");
                all
            });
            json(&format!("{{{fields}\"id\":1}},"))
        }),
        ("JSON, tags", || {
            json(&format!("{{\"id\":1,\"tags\":[{}\"a\"]}},", "\"a\",".repeat(990_000)))
        }),
        ("JSON, comments", || json(&filled("/**/"))),
        ("JSON, commas", || json(&filled(",,,[],"))),
    ]
}

/// A figure of the process's memory, in bytes; nothing where the system does not tell.
fn memory(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kb| kb * 1024)
}

#[test]
fn no_document_takes_more_than_128_megabytes() {
    if memory("VmHWM").is_none() {
        return;
    }
    // Two at a time: each is one thread's work.
    let mut kinds = worst();
    assert!(ALWAYS.iter().all(|name| kinds.iter().any(|(kind, _)| kind == name)));
    kinds.retain(|(kind, _)| env::var_os(ALL).is_some() || ALWAYS.contains(kind));
    let (next, over) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((name, _)) = kinds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let taken = taken_by(name);
                    if taken > MOST_BYTES {
                        over.lock().unwrap().push(format!("{name}: {taken}"));
                    }
                }
            });
        }
    });
    let over = over.into_inner().unwrap();
    assert_eq!(over, Vec::<String>::new(), "more than {MOST_BYTES} bytes");
}

/// What reading this document takes, in bytes.
fn taken_by(name: &str) -> u64 {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "parsing::memory::reads_the_named_document", "--ignored", "--nocapture"])
        .env(WORST, name)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{name}: {told}{}", String::from_utf8_lossy(&child.stderr));
    let taken = told.lines().find_map(|line| line.split_once("took ")).unwrap().1;
    println!("{name}: {taken}");
    taken.split_whitespace().next().unwrap().parse().unwrap()
}

/// Not a test by itself: what the one above starts.
#[test]
#[ignore = "is run by another test, for one document at a time"]
fn reads_the_named_document() {
    let Ok(name) = env::var(WORST) else { return };
    let (_, make) = worst().into_iter().find(|(known, _)| *known == name).unwrap();
    let body = make();
    assert!(body.len() <= Limits::STANDARD.body_bytes, "{} bytes", body.len());
    let body = bytes::Bytes::from(body.into_bytes().into_boxed_slice());
    let before = memory("VmRSS").unwrap() - body.len() as u64;
    // Forgets the peak that making it took; where that is not allowed, it counts as well.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let work = move || {
        let feed = read(&body, None, URL, Limits::STANDARD)?;
        let documents: Vec<_> = feed.entries.iter().map(Document::from_parsed).collect();
        Ok::<_, ParseFailure>(documents.len())
    };
    let reader = std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap();
    let begun = std::time::Instant::now();
    let outcome = reader.join().unwrap().map_err(|failure| failure.code());
    let seconds = begun.elapsed().as_secs_f64();
    let taken = memory("VmHWM").unwrap().saturating_sub(before);
    println!("took {taken} bytes: {outcome:?} in {seconds:.1} s");
}
