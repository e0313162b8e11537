//! Feeds come and go, and nothing else of a file changes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::super::super::{Environment, load};
use super::{FeedDraft, FeedEditError, Layout, name};

const MAIN: &str = "\
# The desk's wirewatch.

state_dir = 'state'   # here

# ---- Feeds ----
# id and url

[[feed]]
id = \"wire\"   # the wire
url = \"https://wire.example/feed\"

# Slow, and worth it.
[[feed]]
id = 'ledger'
url = 'https://www.ledger.example/atom.xml'
tags = [
  'x', # one
]
# Behind the tags.

# ---- Channels ----
[[channel]]
id = 'log'
type = 'log'
";

struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new(main: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir(dir.path().join("topics")).expect("a directory");
        fs::write(dir.path().join("topics/t.toml"), "[[topic]]\nid = 't'\nmatch = 'NATO'\n")
            .expect("a file");
        fs::write(dir.path().join("wirewatch.toml"), main).expect("a file");
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn layout(&self) -> Layout {
        Layout::read(self.dir.path()).expect("a layout")
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn add(&self, feeds: &[FeedDraft], into: &Path) -> Result<(), FeedEditError> {
        self.layout().add(feeds, into)?.apply(&env()).map(drop)
    }

    /// Keys of the feeds as the configuration is loaded.
    fn keys(&self) -> Vec<String> {
        let config = load(self.dir.path(), &env()).unwrap_or_else(|problems| panic!("{problems}"));
        config.feeds.iter().map(|feed| feed.key.to_string()).collect()
    }
}

fn env() -> Environment {
    Environment::fixed([("HOME", "/home/ada")])
}

fn draft(key: &str, url: &str) -> FeedDraft {
    FeedDraft {
        key: key.parse().expect("a key"),
        url: url.to_owned(),
        title: None,
        publisher: None,
        tags: Vec::new(),
        full_text: false,
    }
}

#[test]
fn a_feed_is_added_behind_the_last_one_and_nothing_else_changes() {
    for main in [MAIN.to_owned(), MAIN.replace('\n', "\r\n")] {
        let desk = Desk::new(&main);
        let feed = FeedDraft {
            title: Some("\"Quay\" & co".to_owned()),
            publisher: Some("Quay".to_owned()),
            tags: vec!["a".to_owned(), "it's".to_owned()],
            ..draft("quay", "https://quay.example/rss")
        };
        desk.add(&[feed], &desk.layout().usual_file()).expect("written");
        let after = desk.text("wirewatch.toml");
        let new = "\n[[feed]]\nid = \"quay\"\nurl = \"https://quay.example/rss\"\n\
                   title = '\"Quay\" & co'\npublisher = \"Quay\"\ntags = [\"a\", \"it's\"]\n";
        let new = if main.contains('\r') { new.replace('\n', "\r\n") } else { new.to_owned() };
        assert_eq!(after.replace(&new, ""), main);
        assert_eq!(desk.keys(), ["wire", "ledger", "quay"]);
        // It stands with the other feeds, not behind the channels.
        assert!(after.find("quay").expect("there") < after.find("Channels").expect("there"));
    }
}

#[test]
fn a_feed_goes_with_its_own_comment_and_all_else_stays() {
    let desk = Desk::new(MAIN);
    desk.layout().remove(&["ledger".to_owned()]).expect("there").0.apply(&env()).expect("written");
    let start = MAIN.find("# Slow").expect("there");
    let end = MAIN.find("# ---- Channels").expect("there");
    assert_eq!(desk.text("wirewatch.toml"), format!("{}{}", &MAIN[..start], &MAIN[end..]));
    assert_eq!(desk.keys(), ["wire"]);
    // The last one stays: a configuration without feeds is none.
    let last = desk.layout().remove(&["wire".to_owned()]).expect("there").0.apply(&env());
    assert!(matches!(last, Err(FeedEditError::Config(_))), "{:?}", last.err());
    assert_eq!(desk.keys(), ["wire"]);
    let none = desk.layout().remove(&["wyre".to_owned()]).err().expect("not there");
    assert_eq!(none.code(), "unknown_feed");
}

#[test]
fn a_feed_is_paused_and_resumed_and_the_file_is_as_it_was() {
    let desk = Desk::new(MAIN);
    for key in ["wire", "ledger"] {
        let key = [key.to_owned()];
        let (edit, _) = desk.layout().pause(&key, true).expect("there");
        let line = edit.changes()[0].line;
        let config = edit.apply(&env()).expect("written");
        assert!(config.feeds.iter().any(|feed| feed.paused && feed.key.as_str() == key[0]));
        let text = desk.text("wirewatch.toml");
        assert_eq!(text.lines().nth(line - 1), Some("paused = true"), "{text}");
        assert_eq!(desk.layout().pause(&key, true).expect("there").1[0].line, None);
        let (back, _) = desk.layout().pause(&key, false).expect("there");
        back.apply(&env()).expect("written");
        assert_eq!(desk.text("wirewatch.toml"), MAIN);
        assert_eq!(desk.layout().pause(&key, false).expect("there").1[0].line, None);
    }
    let said = Desk::new(&MAIN.replace("id = \"wire\"", "paused = false # yet\nid = \"wire\""));
    said.layout().pause(&["wire".to_owned()], true).expect("there").0.apply(&env()).expect("ok");
    assert!(said.text("wirewatch.toml").contains("paused = true # yet\n"));
}

#[test]
fn many_feeds_get_a_file_of_their_own_and_the_main_file_names_it() {
    let desk = Desk::new(MAIN);
    let into = desk.layout().fresh_file("My Feeds (2026).opml");
    assert_eq!(into, desk.path("feeds/my-feeds-2026-opml.toml"));
    fs::set_permissions(desk.path("wirewatch.toml"), fs::Permissions::from_mode(0o640))
        .expect("ok");
    let feeds: Vec<FeedDraft> =
        (0..1_000).map(|n| draft(&format!("f{n}"), &format!("https://f{n}.example/"))).collect();
    desk.add(&feeds, &into).expect("written");
    assert_eq!(desk.keys().len(), 1_002);
    let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(into.clone()), mode(desk.path("feeds"))), (0o640, 0o750));
    let main = desk.text("wirewatch.toml");
    let new = "\n# Files with more feeds, seen from this file.\nfeed_files = [\"feeds/*.toml\"]\n";
    assert_eq!(main.replace(new, ""), MAIN);
    assert!(main.find("feed_files") < main.find("[[feed]]"));
    // A second import needs no more than its file.
    let second = desk.layout().fresh_file("my-feeds-2026-opml");
    assert_eq!(second, desk.path("feeds/my-feeds-2026-opml-2.toml"));
    desk.add(&[draft("late", "https://late.example/")], &second).expect("written");
    assert_eq!(desk.text("wirewatch.toml"), main);
    // Feeds are removed and paused where they stand.
    desk.layout().remove(&["f7".to_owned()]).expect("there").0.apply(&env()).expect("written");
    desk.layout().pause(&["f8".to_owned()], true).expect("there").0.apply(&env()).expect("ok");
    assert!(!desk.text("feeds/my-feeds-2026-opml.toml").contains("\"f7\""));
    assert_eq!(desk.keys().len(), 1_002);
    // Another file joins the list of files, and no other file of its directory does.
    fs::create_dir(desk.path("more")).expect("a directory");
    fs::write(desk.path("more/draft.toml"), "not yet").expect("a file");
    desk.add(&[draft("x", "https://x.example/")], &desk.path("more/x.toml")).expect("written");
    let named = "feed_files = [\"feeds/*.toml\", \"more/x.toml\"]";
    assert!(desk.text("wirewatch.toml").contains(named), "{}", desk.text("wirewatch.toml"));
    assert_eq!(desk.keys().len(), 1_003);
}

#[test]
fn several_feeds_change_together_or_not_at_all() {
    let main = "feed_files = [\"feeds/*.toml\"]\nstate_dir = 'state'\n\n[[feed]]\nid = 'a'\n\
                url = 'https://a.example/'\n\n[[channel]]\nid = 'log'\ntype = 'log'\n";
    let other = "[[feed]]\nid = 'b'\nurl = 'https://b.example/'\n";
    let desk = Desk::new(main);
    fs::create_dir(desk.path("feeds")).expect("a directory");
    fs::write(desk.path("feeds/z.toml"), other).expect("a file");
    let both = ["a".to_owned(), "b".to_owned()];
    // Without any feed the configuration is not right: nothing is taken out.
    let (edit, _) = desk.layout().remove(&both).expect("there");
    assert_eq!(edit.apply(&env()).err().map(|error| error.code()), Some("bad_config"));
    assert_eq!(
        (desk.text("wirewatch.toml"), desk.text("feeds/z.toml")),
        (main.into(), other.into())
    );
    let unknown = desk.layout().pause(&["a".to_owned(), "none".to_owned()], true);
    assert_eq!(unknown.err().map(|error| error.code()), Some("unknown_feed"));
    let (edit, done) = desk.layout().pause(&both, true).expect("there");
    assert_eq!((edit.changes().len(), done.len()), (2, 2));
    // The second file was changed by somebody else: the first becomes what it was.
    let theirs = format!("# Mine.\n{other}");
    fs::write(desk.path("feeds/z.toml"), &theirs).expect("a file");
    assert_eq!(edit.apply(&env()).err().map(|error| error.code()), Some("file_changed"));
    assert_eq!((desk.text("wirewatch.toml"), desk.text("feeds/z.toml")), (main.into(), theirs));
    let (edit, _) = desk.layout().pause(&both, true).expect("there");
    edit.apply(&env()).expect("written");
    assert!(desk.text("wirewatch.toml").contains("paused = true"));
    assert!(desk.text("feeds/z.toml").contains("paused = true"));
}

#[test]
fn the_first_feed_of_all_can_be_added() {
    for main in
        ["", "state_dir = 's'", "# Mine.\n[egress]\ncontact = 'x'\n", "\u{feff}state_dir = 's'\n"]
    {
        let desk = Desk::new(main);
        let layout = desk.layout();
        desk.add(&[draft("a", "https://a.example/")], &layout.usual_file()).expect(main);
        assert_eq!(desk.keys(), ["a"], "{main:?}");
        assert!(desk.text("wirewatch.toml").starts_with(main), "{main:?}");
        let desk = Desk::new(main);
        let into = desk.layout().fresh_file("mine");
        desk.add(&[draft("a", "https://a.example/")], &into).expect(main);
        assert_eq!(desk.keys(), ["a"], "{main:?}");
    }
}

#[test]
fn what_would_not_be_right_is_not_written() {
    let desk = Desk::new(MAIN);
    let main = desk.path("wirewatch.toml");
    for (feed, code) in [
        (draft("wire", "https://new.example/"), "bad_config"),
        (draft("new", "https://wire.example/feed"), "bad_config"),
        (draft("new", "ftp://wire.example/feed"), "bad_config"),
    ] {
        let refused = desk.add(&[feed], &main).expect_err("refused");
        assert_eq!(refused.code(), code, "{refused}");
        assert_eq!(desk.text("wirewatch.toml"), MAIN);
    }
    let left: Vec<_> = fs::read_dir(desk.dir.path()).expect("a directory").collect();
    assert_eq!(left.len(), 2, "nothing else is left behind: {left:?}");
    // What was wrong before stops it as well.
    fs::write(desk.path("topics/t.toml"), "[[topic]]\nid = 't'\nmatch = 'NATO ('\n").expect("ok");
    let refused = desk.add(&[draft("new", "https://new.example/")], &main).expect_err("refused");
    assert_eq!(refused.code(), "bad_config");
    assert_eq!(desk.text("wirewatch.toml"), MAIN);
    let inline = Desk::new("feed = [{ id = 'a', url = 'https://a.example/' }]\n");
    let into = inline.layout().usual_file();
    let refused = inline.add(&[draft("b", "https://b.example/")], &into).expect_err("refused");
    assert_eq!(refused.code(), "inline_feed");
    assert_eq!(
        inline.layout().remove(&["a".to_owned()]).err().map(|error| error.code()),
        Some("inline_feed")
    );
    let broken = Desk::new("[[feed]\n");
    let refused = Layout::read(broken.dir.path()).err().map(|error| error.code());
    assert_eq!(refused, Some("toml_syntax"));
}

#[test]
fn ids_are_made_of_titles_else_of_hosts_and_none_twice() {
    for (text, made) in [
        ("BBC News: World", Some("bbc-news-world")),
        ("  Süddeutsche — Straße & Æther's ", Some("suddeutsche-strasse-aethers")),
        ("…", None),
        ("-- 24/7 --", Some("24-7")),
    ] {
        assert_eq!(name::slug(text).as_deref(), made, "{text}");
    }
    let long = name::slug(&"word ".repeat(50)).expect("a slug");
    assert!(long.len() <= 40 && !long.ends_with('-'), "{long}");
    let desk = Desk::new(MAIN);
    let mut names = desk.layout().names();
    let mut make =
        |title: Option<&str>, url: &str| names.make(title, url).expect("an id").to_string();
    assert_eq!(make(Some("Wire"), "https://x.example/"), "wire-2");
    assert_eq!(make(Some("WIRE!"), "https://x.example/"), "wire-3");
    assert_eq!(make(Some("新华网"), "https://feeds.xinhua.co.uk/rss"), "xinhua");
    assert_eq!(make(None, "http://127.0.0.1:8080/x"), "127-0-0-1");
    assert_eq!(make(None, "nonsense"), "feed");
}

#[test]
fn several_feeds_are_told_with_their_lines_in_the_file_as_it_was() {
    let feed = |id: &str| format!("[[feed]]\nid = '{id}'\nurl = 'https://{id}.example/'\n\n");
    let desk = Desk::new(&["a", "b", "c", "d"].map(feed).concat());
    let lines = |keys: &[&str]| -> Vec<Option<usize>> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let removed = desk.layout().remove(&keys).expect("there").1;
        removed.into_iter().map(|done| done.line).collect()
    };
    let alone = [lines(&["a"]), lines(&["b"]), lines(&["c"])].concat();
    assert_eq!(lines(&["a", "b", "c"]), alone);
    assert_eq!(alone, [Some(1), Some(5), Some(9)]);
}

proptest! {
    /// Whatever feeds are called, they can be added and taken out again, and the file is as before.
    #[test]
    fn adding_and_removing_leaves_no_trace(
        title in "[ -~äЖ北\"'\\\\#]{0,30}",
        tags in proptest::collection::vec("[ -~\"'\\\\äЖ]{0,10}", 0..4),
        at_end in any::<bool>(),
    ) {
        let main = if at_end { MAIN[..MAIN.find("# Behind").expect("there")].to_owned() } else { MAIN.to_owned() };
        let desk = Desk::new(&main);
        let title = Some(title).filter(|title| !title.trim().is_empty());
        let feed = FeedDraft { title: title.clone(), tags: tags.clone(), ..draft("new", "https://new.example/?a=1&b") };
        desk.add(&[feed], &desk.path("wirewatch.toml")).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let config = load(desk.dir.path(), &env()).expect("right");
        let read = config.feeds.last().expect("a feed");
        prop_assert_eq!(&read.title, &title.map(|title| title.trim().to_owned()));
        prop_assert_eq!(&read.tags, &tags);
        desk.layout().remove(&["new".to_owned()]).expect("there").0.apply(&env()).expect("written");
        prop_assert_eq!(desk.text("wirewatch.toml"), main);
    }
}
