//! How long it takes to place an entry among the stories of a week and to add it, with 60,000
//! entries in the window; what the index weighs; and how long an index takes to be filled again.
//!
//! Texts are made of words with the frequencies of a language (Zipf), of three lengths: headlines,
//! summaries, articles; every third entry tells what another one told. As reference, in the same
//! run: hashing the same texts with SHA-256, which is the least that is done with any entry. Times
//! are of the processor, not of the wall.
//!
//! Run with `cargo bench --bench stories`.

use std::fs;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use wirewatch::domain::document::Document;
use wirewatch::domain::ids::{Digest, EntryId, StoryId};
use wirewatch::domain::story::features::Features;
use wirewatch::domain::story::index::StoryIndex;
use wirewatch::domain::story::placement::Asked;

/// Entries in the window before it is measured.
const WINDOW: usize = 60_000;

/// Entries that are measured.
const MEASURED: usize = 5_000;

/// Words of the language.
const VOCABULARY: u64 = 60_000;

fn main() {
    let mut words = Words(0x5eed);
    let events: Vec<Vec<u64>> = (0..WINDOW / 3).map(|_| words.rare(12)).collect();
    let mut index = StoryIndex::default();
    let before_kb = resident_kb();
    let (mut placing, mut reading, mut hashing) = (Vec::new(), Duration::ZERO, Duration::ZERO);
    let begun = Instant::now();
    for n in 0..WINDOW + MEASURED {
        let event = &events[(words.next() as usize) % events.len()];
        let document = words.entry(n, event);
        let at = Timestamp::from_second(1_700_000_000 + 8 * n as i64).unwrap();
        let started = worked();
        let features = Features::of(&document, None, &format!("feed-{}", n % 500));
        let read = worked() - started;
        let started = worked();
        let placed = index.place(&features, at, &Asked::default());
        let story = placed.story.unwrap_or(StoryId(n as i64 + 1));
        index.add(EntryId(n as i64 + 1), story, &features, &placed.trace, at);
        if let Some(bridge) = placed.merge {
            index.merge(bridge.into, bridge.from);
        }
        index.counts().take_journal();
        let took = worked() - started;
        if n >= WINDOW {
            placing.push(took);
            reading += read;
            let started = worked();
            std::hint::black_box(Digest::of("text", &[document.body.as_bytes()]));
            hashing += worked() - started;
        }
    }
    placing.sort_unstable();
    let mean = placing.iter().sum::<Duration>() / MEASURED as u32;
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!(
        "{} entries in {} stories, {:?} in all",
        index.entries(),
        index.stories(),
        begun.elapsed()
    );
    println!(
        "place and add       mean {:>7.1} us  p99 {:>7.1} us",
        micros(mean),
        micros(placing[MEASURED * 99 / 100])
    );
    println!("features            mean {:>7.1} us", micros(reading) / MEASURED as f64);
    println!("reference (SHA-256) mean {:>7.1} us", micros(hashing) / MEASURED as f64);
    println!("index               {:>7.1} MB", (resident_kb() - before_kb) as f64 / 1024.0);
    let started = Instant::now();
    let bytes = index.counts().to_bytes();
    println!(
        "counts              {:>7.1} MB, written in {:?}",
        bytes.len() as f64 / 1e6,
        started.elapsed()
    );
}

/// A source of words, the same in every run.
struct Words(u64);

impl Words {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// A word by its rank; low ranks are common.
    fn rank(&mut self) -> u64 {
        let uniform = (self.next() % 1_000_000) as f64 / 1_000_000.0;
        (VOCABULARY as f64).powf(uniform) as u64
    }

    fn rare(&mut self, count: usize) -> Vec<u64> {
        (0..count).map(|_| 2_000 + self.next() % (VOCABULARY - 2_000)).collect()
    }

    /// An entry about `event`: a headline, a summary or an article.
    fn entry(&mut self, n: usize, event: &[u64]) -> Document {
        let length = [0, 40, 40, 400][n % 4];
        let title: Vec<String> = (0..9).map(|at| self.word(event, at % 2 == 0)).collect();
        let body: Vec<String> = (0..length)
            .map(|at| {
                let word = self.word(event, at % 5 == 0);
                if at % 15 == 14 { format!("{word}.") } else { word }
            })
            .collect();
        Document {
            title: title.join(" "),
            body: body.join(" "),
            language: Some("en".to_owned()),
            ..Document::default()
        }
    }

    fn word(&mut self, event: &[u64], is_told: bool) -> String {
        let rank = if is_told { event[self.next() as usize % event.len()] } else { self.rank() };
        let letters = |mut rest: u64| {
            let mut word = String::new();
            while rest > 0 {
                word.push(char::from(b'a' + (rest % 20) as u8));
                word.push(['a', 'e', 'i', 'o', 'u'][(rest % 5) as usize]);
                rest /= 20;
            }
            word
        };
        letters(rank + 400)
    }
}

/// Processor time of this thread: what else runs on the machine is not this program's work.
fn worked() -> Duration {
    // SAFETY: the clock exists, and the out-parameter is valid for the call.
    let time = unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        assert_eq!(libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time), 0);
        time
    };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn resident_kb() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
