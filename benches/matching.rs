//! How many documents one core matches in a second of its own time, for 100 to 100,000 generated
//! topics, with evidence and without, beside what a plain scan for the same literals takes in the
//! same run; how long compiling takes, and how much memory its result. Wall times of shared
//! machines differ by several times within an hour: compare the ratios. Other numbers of topics,
//! and which rules (`rarer`, `frequent`), may be given as arguments.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};
use std::time::Duration;

use aho_corasick::AhoCorasick;
use wirewatch::domain::alert::policy::{AlertPolicy, FollowUp};
use wirewatch::domain::document::Document;
use wirewatch::domain::topic::compile::{Library, TopicSet};
use wirewatch::domain::topic::filter::Origin;
use wirewatch::domain::topic::syntax::parse;
use wirewatch::domain::topic::{Mode, Rule, Severity, Topic};

/// Different words of the generated language.
const VOCABULARY: usize = 40_000;

/// Documents in the corpus, and words in each: about two kilobytes.
const DOCUMENTS: usize = 2_000;
const WORDS: usize = 290;

/// CPU time spent on each measurement, in seconds.
const MEASURE_S: f64 = 2.0;

/// Counts the bytes that are allocated and not freed while it is asked to.
struct Counting;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static LIVE_BYTES: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IS_COUNTING.load(Relaxed) {
            LIVE_BYTES.fetch_add(layout.size() as isize, Relaxed);
        }
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if IS_COUNTING.load(Relaxed) {
            LIVE_BYTES.fetch_sub(layout.size() as isize, Relaxed);
        }
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(block, layout) }
    }
}

/// What `work` gives, and the megabytes that are allocated since and still in use.
fn counted<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let before = LIVE_BYTES.load(Relaxed);
    IS_COUNTING.store(true, Relaxed);
    let done = work();
    IS_COUNTING.store(false, Relaxed);
    (done, (LIVE_BYTES.load(Relaxed) - before) as f64 / 1e6)
}

/// A small generator: the same corpus on every run.
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.share() * n as f64) as usize).min(n - 1)
    }

    /// A rank by Zipf's law, `from` at least: the share of rank r falls as 1/r.
    fn rank(&mut self, from: usize) -> usize {
        let span = (VOCABULARY as f64 / from as f64).ln();
        ((from as f64 * (self.share() * span).exp()) as usize).min(VOCABULARY - 1)
    }
}

/// Words that look like words: frequent ones short, a fifth of the others names.
fn vocabulary(random: &mut Random) -> Vec<String> {
    const ONSETS: [&str; 16] =
        ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr"];
    const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ea", "io", "ou"];
    const CODAS: [&str; 8] = ["", "n", "r", "l", "t", "ck", "nd", "m"];
    let mut known = std::collections::HashSet::new();
    let mut words = Vec::with_capacity(VOCABULARY);
    while words.len() < VOCABULARY {
        let syllables = match words.len() {
            0..100 => 1,
            100..2_000 => 2,
            _ => 2 + random.below(3),
        };
        let mut word = String::new();
        for _ in 0..syllables {
            word.push_str(ONSETS[random.below(ONSETS.len())]);
            word.push_str(VOWELS[random.below(VOWELS.len())]);
            word.push_str(CODAS[random.below(CODAS.len())]);
        }
        if known.insert(word.clone()) {
            if words.len() > 300 && words.len() % 5 == 0 {
                word[..1].make_ascii_uppercase();
            }
            words.push(word);
        }
    }
    words
}

fn text(words: &[String], count: usize, random: &mut Random) -> String {
    let mut text = String::new();
    let mut left_in_sentence = 0;
    for index in 0..count {
        let word = &words[random.rank(1) - 1];
        if left_in_sentence == 0 {
            if index > 0 {
                text.push_str(if random.below(6) == 0 { ".\n\n" } else { ". " });
            }
            left_in_sentence = 8 + random.below(24);
            let mut first = word.clone();
            first[..1].make_ascii_uppercase();
            text.push_str(&first);
        } else {
            text.push_str(match random.below(40) {
                0 => ", ",
                1 => "-",
                2 => "’s ",
                _ => " ",
            });
            text.push_str(word);
        }
        left_in_sentence -= 1;
    }
    text.push('.');
    text
}

fn corpus(words: &[String], random: &mut Random) -> Vec<Document> {
    let document = |random: &mut Random| Document {
        title: text(words, 9, random),
        body: text(words, WORDS, random),
        ..Document::default()
    };
    (0..DOCUMENTS).map(|_| document(random)).collect()
}

/// How frequent the words of rules are: the most frequent rank that each of a rule's five words may
/// have. The more frequent, the more topics match a document, and the more evidence is gathered.
const RARER: [usize; 5] = [1_000, 300, 300, 1_000, 100];
const FREQUENT: [usize; 5] = [300, 100, 100, 300, 30];

/// A boolean rule of the kinds people write; its literals go to `literals`.
fn rule(
    words: &[String],
    ranks: [usize; 5],
    random: &mut Random,
    literals: &mut Vec<String>,
) -> String {
    let mut term = |from: usize| {
        let word = words[random.rank(from)].clone();
        literals.push(word.to_lowercase());
        word
    };
    let [a, b, c, d, e] = ranks.map(&mut term);
    match random.below(5) {
        0 => format!("{a} AND {b}"),
        1 => format!("({a} OR {b}) AND ({c} OR {d}) AND NOT {e}"),
        2 => format!("\"{a} {b}\" OR ({c} AND {d} AND {e})"),
        3 => format!("({a} OR {b}) NEAR/10 ({c} OR {d})"),
        _ => format!("({a} EXCEPT \"{a} {b}\") AND (title:{c} OR {d})"),
    }
}

fn topic(index: usize, source: &str) -> Topic {
    Topic {
        id: format!("topic-{index}").parse().expect("a key"),
        name: String::new(),
        severity: Severity::Low,
        tags: Vec::new(),
        channels: Vec::new(),
        rule: Rule { matching: Some(parse(source).expect("a rule")), ..Rule::default() },
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: Vec::new(),
                quiet: Duration::ZERO,
                new_facts: false,
                repeat_every: Duration::ZERO,
            },
            escalate: Vec::new(),
            max_age: Duration::ZERO,
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: String::new(),
    }
}

/// Seconds of CPU this process has used.
fn cpu_s() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes one timespec, which is there.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Documents per CPU-second of `work`.
fn rate(corpus: &[Document], mut work: impl FnMut(&Document)) -> f64 {
    corpus.iter().take(200).for_each(&mut work);
    let start = cpu_s();
    let mut done = 0usize;
    while cpu_s() - start < MEASURE_S {
        for chunk in corpus.chunks(250) {
            chunk.iter().for_each(&mut work);
            done += chunk.len();
        }
    }
    done as f64 / (cpu_s() - start)
}

fn main() {
    let mut random = Random(42);
    let words = vocabulary(&mut random);
    let corpus = corpus(&words, &mut random);
    let bytes: usize = corpus.iter().map(|d| d.title.len() + d.body.len()).sum();
    println!("documents of {} bytes on average", bytes / corpus.len());
    let asked: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let counts = if asked.is_empty() { vec![100, 1_000, 10_000, 100_000] } else { asked };
    let named = |name: &str| std::env::args().any(|word| word == name);
    let all = !named("rarer") && !named("frequent");
    for (name, ranks) in [("rarer", RARER), ("frequent", FREQUENT)] {
        if !all && !named(name) {
            continue;
        }
        println!("rules of {name} words");
        for count in &counts {
            measure(&words, ranks, *count, &corpus, &mut random);
        }
    }
}

/// One set of topics over all documents, beside a scan for the same literals.
fn measure(
    words: &[String],
    ranks: [usize; 5],
    count: usize,
    corpus: &[Document],
    random: &mut Random,
) {
    let mut literals = Vec::new();
    let sources: Vec<String> =
        (0..count).map(|_| rule(words, ranks, random, &mut literals)).collect();
    let start = cpu_s();
    let (topics, topics_mb) = counted(|| {
        let topics = sources.iter().enumerate();
        topics.map(|(index, source)| Arc::new(topic(index, source))).collect::<Vec<_>>()
    });
    let parse_s = cpu_s() - start;
    let start = cpu_s();
    let (set, set_mb) = counted(|| TopicSet::compile(topics, &Library::default()));
    let set = set.expect("rules that compile");
    let compile_s = cpu_s() - start;
    let found: usize =
        corpus.iter().map(|document| set.evaluate(document, &Origin::UNKNOWN).len()).sum();
    let matched = rate(corpus, |document| {
        black_box(set.evaluate(black_box(document), &Origin::UNKNOWN));
    });
    let decided = rate(corpus, |document| {
        black_box(set.matching_topics(black_box(document), &Origin::UNKNOWN));
    });
    // Each literal once: a scan that reports the same word for every rule would be slower.
    literals.sort_unstable();
    literals.dedup();
    let automaton =
        AhoCorasick::builder().ascii_case_insensitive(true).build(&literals).expect("an automaton");
    let scanned = rate(corpus, |document| {
        black_box(automaton.find_overlapping_iter(&document.title).count());
        black_box(automaton.find_overlapping_iter(&document.body).count());
    });
    println!(
        "{count:>6} topics {matched:>8.0} documents per CPU-second, {decided:>8.0} without evidence; \
         {:.2} x Aho-Corasick ({scanned:.0}); {:.2} matches each; parsed in {:.0} ms, compiled in \
         {:.0} ms; {topics_mb:.1} MB of rules, {set_mb:.1} MB compiled",
        matched / scanned,
        found as f64 / corpus.len() as f64,
        parse_s * 1e3,
        compile_s * 1e3,
    );
}
