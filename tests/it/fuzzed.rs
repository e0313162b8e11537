//! What fuzzers run, run by the suite as well: each file below is one thing that strangers or users
//! write, with a function that takes any bytes and asserts what always holds. The targets in `fuzz/`
//! are made of the same files; here mutations of what people really write go through them, bounded
//! by their number. `WIREWATCH_FUZZ_CASES=20000 cargo test --test it fuzzed` does more.

mod config;
mod dates;
mod entries;
mod html;
mod http;
mod opml;
mod search;
mod topics;

/// Mutations in the gate, of everything that takes microseconds, and of what takes milliseconds.
const CASES: usize = 600;
const SLOW_CASES: usize = 120;

/// Most changes to one text.
const MAX_CHANGES: usize = 6;

fn cases(usual: usize) -> usize {
    std::env::var("WIREWATCH_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Numbers that look random, and are the same in every run (xorshift, by Marsaglia).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap()
    }
}

/// Runs `run` on each seed as it is, and on mutations of all, into which `pieces` are put.
fn mutate(seeds: &[&str], pieces: &[&str], count: usize, run: fn(&[u8])) {
    for seed in seeds {
        run(seed.as_bytes());
    }
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for _ in 0..count {
        let mut bytes = seeds[chance.below(seeds.len())].as_bytes().to_vec();
        for _ in 0..=chance.below(MAX_CHANGES) {
            change(&mut bytes, seeds, pieces, &mut chance);
        }
        run(&bytes);
    }
}

fn change(bytes: &mut Vec<u8>, seeds: &[&str], pieces: &[&str], chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    match chance.below(7) {
        0 => bytes.truncate(at),
        1 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        2 => {
            let end = (at + chance.below(40)).min(bytes.len());
            bytes.drain(at..end);
        }
        3 => {
            let end = (at + chance.below(60)).min(bytes.len());
            let part = bytes[at..end].repeat(1 + chance.below(30));
            bytes.splice(at..at, part);
        }
        4 => {
            let other = seeds[chance.below(seeds.len())].as_bytes();
            let from = chance.below(other.len() + 1);
            let end = (from + chance.below(80)).min(other.len());
            bytes.splice(at..at, other[from..end].iter().copied());
        }
        _ => {
            let piece = pieces[chance.below(pieces.len())].repeat(1 + chance.below(3));
            bytes.splice(at..at, piece.into_bytes());
        }
    }
}

#[test]
fn no_bytes_of_a_feed_break_a_limit() {
    let seeds = [
        concat!("\0", include_str!("../fixtures/feeds/plain.rss")),
        concat!("\0", include_str!("../fixtures/feeds/plain.atom")),
        concat!("\u{1}", include_str!("../fixtures/feeds/plain.rdf")),
        concat!("\u{2}", include_str!("../fixtures/feeds/loose.json")),
    ];
    let pieces =
        ["<", "&", "<![CDATA[", "]]>", "<item>", "</rss>", "&#x1b;", "\u{202e}", "{", "\"", "\\u"];
    mutate(&seeds, &pieces, cases(SLOW_CASES), entries::run);
}

#[test]
fn no_text_of_a_date_breaks_its_reader() {
    let seeds = [
        "Wed, 03 Jun 2026 12:00:00 GMT",
        "2026-06-03T12:00:00.123+02:00",
        "3. Juni 2026 um 12 Uhr",
        "1780000000",
        "mer., 03 juin 2026 12:00 CEST",
    ];
    let pieces = ["9999999999", "-", ":", "+99:99", "24:00", "T", "AM", "½", "\u{660}", "Ⅻ", " "];
    mutate(&seeds, &pieces, cases(CASES), dates::run);
}

#[test]
fn no_text_of_a_rule_breaks_parser_compiler_or_matcher() {
    let seeds = [
        "NATO EXCEPT \"NATO alphabet\"",
        "(alliance OR \"armed forces\"~3) NEAR/40 (defen* OR =oil) SENTENCE re/T-?72/",
        "title:(pact AND treaty) OR ATLEAST/2(goal, coach, league) PARAGRAPH NOT sport",
        "北约 OR НАТО OR Verteidigung* OR #hashtag OR /x/",
    ];
    let pieces = [
        "(", ")", "\"", " OR ", " AND ", " NOT ", "NEAR/9", "*", "re/", "/", "~", "@", ":", "{",
        "\\", "\u{301}", "\u{200d}", "ẞ",
    ];
    mutate(&seeds, &pieces, cases(SLOW_CASES), topics::run);
}

#[test]
fn no_text_of_a_configuration_breaks_its_reader() {
    let main = include_str!("../../config/wirewatch.toml");
    let topics = "[[topic]]\nid = \"nato\"\nname = \"NATO\"\nseverity = \"medium\"\nmatch = \
         'NATO'\n\
                  [[topic.test]]\ntitle = \"NATO meets\"\nexpect = \"match\"\n";
    let whole = format!("{main}\0{topics}");
    let small = format!(
        "[egress]\nallow_net = [\"10.0.0.0/8\"]\n[[feed]]\nid = \"a\"\nurl = \
             \"https://a.example/\"\n\0{topics}"
    );
    let pieces = [
        "[",
        "]",
        "[[",
        "]]",
        "=",
        "\"",
        "'''",
        "\n",
        "#",
        "{",
        "}",
        "99999999999999999999",
        "-1",
        "inf",
        "1979-05-27",
        "\\u0000",
        "\u{feff}",
        "é",
    ];
    mutate(&[&whole, &small], &pieces, cases(SLOW_CASES), config::run);
}

#[test]
fn no_html_leaves_markup_or_controls_in_its_text() {
    let seeds = [
        "<p>One <b>two</b> &amp; three<br>four</p><ul><li>five</ul><table><tr><td>six</table>",
        "<script>alert(1)</script><style>x{}</style><!-- a --><svg><title>t</title></svg><pre> \
             a\n b</pre>",
        "&lt;p&gt;twice &amp;amp; more&lt;/p&gt; &#x1b;[31m &#8238; &nbsp;&shy; \
             <math><mi>x</mi></math>",
    ];
    let pieces = [
        "<",
        ">",
        "&",
        "&#",
        "&#x",
        ";",
        "<!--",
        "-->",
        "<![CDATA[",
        "</script",
        "<div>",
        "\u{1b}",
        "\u{9b}",
        "\u{202e}",
        "\0",
        "=\"",
        "'",
    ];
    mutate(&seeds, &pieces, cases(CASES), html::run);
}

#[test]
fn no_list_of_feeds_breaks_its_reader_and_what_is_written_reads_back() {
    let seeds = [
        "<opml version=\"2.0\"><body><outline text=\"News\"><outline text=\"A &amp; B\" \
             type=\"rss\" xmlUrl=\"https://a.example/feed?x=1&amp;y=2\"/></outline></body></opml>",
        "<OPML><BODY><OUTLINE TITLE=Bare XMLURL=http://b.example/rss category='/x,/y/z'><outline \
             type=include url=http://c.example/></BODY>",
    ];
    let pieces = [
        "<outline ",
        "/>",
        ">",
        "\"",
        "'",
        "&",
        "xmlUrl=",
        "text=",
        "category=\"",
        "/",
        ",",
        "\u{1b}",
        "\n",
        "javascript:",
        "http://u:p@h/",
        "\u{feff}",
    ];
    mutate(&seeds, &pieces, cases(CASES), opml::run);
}

#[test]
fn no_words_that_are_searched_for_are_an_error() {
    let seeds = [
        "nato summit",
        "\"armed forces\" defen*",
        "title:nato OR -x NEAR(a b)",
        "北约 * ^ ( ) {a b}: c",
    ];
    let pieces = [
        "\"", "*", "^", "(", ")", ":", "{", "}", "-", "+", "AND", "NEAR", "\0", "'", ";", "\\",
        "\u{301}", "%", "_",
    ];
    mutate(&seeds, &pieces, cases(CASES), search::run);
}

#[test]
fn no_request_breaks_the_server() {
    let seeds = [
        "GET /api/v1/alerts?limit=5&state=open HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /api/v1/silences HTTP/1.1\r\nHost: localhost\r\nContent-Type: \
             application/json\r\nContent-Length: 2\r\n\r\n{}",
        "GET /api/v1/search?q=nato&cursor=abc HTTP/1.1\r\nHost: localhost\r\nAuthorization: \
             Bearer x\r\n\r\n",
        "GET /topics/nato.atom HTTP/1.0\r\nIf-None-Match: \"x\"\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT /hub/x?hub.mode=subscribe HTTP/1.1\r\nHost: localhost\r\nOrigin: \
             http://evil.example\r\n\r\n",
    ];
    let pieces = [
        "\r\n",
        "\n",
        " ",
        "%00",
        "%ff",
        "?",
        "&",
        "=",
        "/",
        "..",
        ":",
        "HTTP/1.1",
        "99999999999",
        "{",
        "\"",
        "[",
        "\u{0}",
        "é",
        "Host: a\r\n",
    ];
    mutate(&seeds, &pieces, cases(SLOW_CASES), http::run);
}
