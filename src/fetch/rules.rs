//! What a `robots.txt` says to us (RFC 9309), and whether it lets a path be read. Both take time
//! that grows no faster than what is read: the text was written by a stranger. [`super::robots`]
//! fetches and remembers it.

use std::borrow::Cow;
use std::fmt::Write;

use memchr::memmem;
use url::Url;

/// Rules that are kept of one file, and bytes of a pattern. No honest file has more.
const MAX_RULES: usize = 1_000;
const MAX_PATTERN_BYTES: usize = 2_000;

/// Bytes of a path that are compared.
const MAX_PATH_BYTES: usize = 8_000;

/// What a rule costs in memory beside its pattern.
const RULE_BYTES: usize = 40;

/// The rules for one reader.
#[derive(Debug, Default)]
pub struct RuleSet(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    allow: bool,
    /// Without the mark of its end.
    pattern: Box<str>,
    /// Whether the path must end where the pattern does.
    anchored: bool,
}

/// Whom the lines of a group speak to.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    us: bool,
    all: bool,
    /// Whether a rule was met: the next `User-agent` begins another group.
    closed: bool,
}

impl RuleSet {
    /// The rules for `product`: those of all its groups, else those for everybody.
    pub fn read(text: &str, product: &str) -> Self {
        let (mut ours, mut everybodys) = (Vec::new(), Vec::new());
        let (mut group, mut named) = (Group::default(), false);
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim(), value.trim());
            if key.eq_ignore_ascii_case("user-agent") {
                if group.closed {
                    group = Group::default();
                }
                group.us |= product_of(value).eq_ignore_ascii_case(product);
                group.all |= value == "*" || value.starts_with("* ");
                named |= group.us;
                continue;
            }
            let allow = key.eq_ignore_ascii_case("allow");
            if !allow && !key.eq_ignore_ascii_case("disallow") {
                continue;
            }
            group.closed = true;
            for (speaks, rules) in [(group.us, &mut ours), (group.all, &mut everybodys)] {
                if speaks && rules.len() < MAX_RULES {
                    rules.extend(Rule::of(allow, value));
                }
            }
        }
        Self(if named { ours } else { everybodys })
    }

    /// Whether `url` may be read: by the longest rule that fits, and in doubt by the kinder one.
    pub fn allow(&self, url: &Url) -> bool {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("{}{query}", url.path());
        let path = as_compared(&path[..path.floor_char_boundary(MAX_PATH_BYTES)]);
        let fitting = self.0.iter().filter(|rule| rule.fits(&path));
        fitting.map(|rule| (rule.length(), rule.allow)).max().is_none_or(|(_, allow)| allow)
    }

    /// What it costs in memory, about.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|rule| rule.pattern.len() + RULE_BYTES).sum()
    }
}

impl Rule {
    /// An empty pattern says nothing.
    fn of(allow: bool, pattern: &str) -> Option<Self> {
        if pattern.len() > MAX_PATTERN_BYTES {
            return None;
        }
        let pattern = as_compared(pattern);
        if pattern.is_empty() || pattern.len() > MAX_PATTERN_BYTES {
            return None;
        }
        let bare = pattern.strip_suffix('$');
        Some(Self { allow, anchored: bare.is_some(), pattern: bare.unwrap_or(&pattern).into() })
    }

    /// The more a pattern says, the more it counts.
    fn length(&self) -> usize {
        self.pattern.len() + usize::from(self.anchored)
    }

    /// Whether the path begins as the pattern says. Each piece between two `*` is taken where it
    /// first stands: if the rest fits behind any place, it fits behind that one.
    fn fits(&self, path: &str) -> bool {
        let (first, rest) = match self.pattern.split_once('*') {
            Some((first, rest)) => (first, Some(rest)),
            None => (self.pattern.as_ref(), None),
        };
        let Some(mut path) = path.strip_prefix(first) else { return false };
        let Some(rest) = rest else { return !self.anchored || path.is_empty() };
        let mut pieces = rest.split('*').peekable();
        while let Some(piece) = pieces.next() {
            if self.anchored && pieces.peek().is_none() {
                return path.ends_with(piece);
            }
            let Some(at) = memmem::find(path.as_bytes(), piece.as_bytes()) else { return false };
            path = &path[at + piece.len()..];
        }
        true
    }
}

/// The name at the beginning of what a `User-agent` line says.
fn product_of(agent: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_');
    agent.find(|c| !is_name(c)).map_or(agent, |end| &agent[..end])
}

/// A path in the one spelling in which paths are compared: percent-encoded where it is not ASCII,
/// with capital digits, and else as it was written (RFC 9309, section 2.2.2).
fn as_compared(path: &str) -> Cow<'_, str> {
    if path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%') {
        return path.into();
    }
    let mut compared = String::with_capacity(path.len());
    let mut digits = 0;
    for byte in path.bytes() {
        match byte {
            _ if digits > 0 && byte.is_ascii_hexdigit() => {
                digits -= 1;
                compared.push(char::from(byte.to_ascii_uppercase()));
            }
            b' '..=b'~' => {
                digits = if byte == b'%' { 2 } else { 0 };
                compared.push(char::from(byte));
            }
            _ => {
                digits = 0;
                // Writing to a string cannot fail.
                let _ = write!(compared, "%{byte:02X}");
            }
        }
    }
    compared.into()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn allowed(rules: &str, path: &str) -> bool {
        let url = Url::parse(&format!("https://a.example{path}")).unwrap();
        RuleSet::read(rules, "wirewatch").allow(&url)
    }

    fn all(rule: &str, path: &str) -> bool {
        allowed(&format!("User-agent: *\n{rule}\n"), path)
    }

    #[test]
    fn the_rules_for_us_count_before_those_for_all() {
        let rules =
            "User-agent: *\nDisallow: /\n\nUser-agent: WireWatch/1.0\nDisallow: /private/\n";
        assert!(allowed(rules, "/news/1"));
        assert!(!allowed(rules, "/private/1"));
        assert!(!all("Disallow: /", "/"));
        let two = "user-agent: x\nuser-agent: wirewatch\ndisallow: /a\nuser-agent: *\n\
                   disallow: /\nuser-agent: wirewatch\ndisallow: /b # and this\n";
        assert!(!allowed(two, "/a") && !allowed(two, "/b") && allowed(two, "/c"));
        assert!(allowed("User-agent: *\nDisallow: /\nUser-agent: wirewatch\nDisallow:\n", "/a"));
        assert!(allowed("User-agent: wirewatcher\nDisallow: /\n", "/a"), "somebody else");
    }

    #[test]
    fn what_is_no_rule_forbids_nothing() {
        for odd in ["", "<html>not found</html>", "::::\n\u{feff}Disallow", "Disallow: /\n*"] {
            assert!(allowed(odd, "/é?x#y"), "{odd}");
        }
        assert!(!allowed("\u{feff}User-agent: *\r\nDisallow: /a\r\n", "/a"), "with a mark");
        assert!(!all("Sitemap: /s\nCrawl-delay: 5\nDisallow: /a", "/a"));
    }

    #[test]
    fn the_longest_rule_counts_and_of_equals_the_kinder() {
        let rules = "Disallow: /\nAllow: /news\nDisallow: /news/old\nAllow: /news/old/best";
        for (path, may) in
            [("/", false), ("/news/1", true), ("/news/old/1", false), ("/news/old/best/1", true)]
        {
            assert_eq!(all(rules, path), may, "{path}");
        }
        assert!(all("Disallow: /page\nAllow: /page", "/page"));
        assert!(all("Allow: /page\nDisallow: /page", "/page"));
        assert!(all("Allow: /$\nDisallow: /", "/") && !all("Allow: /$\nDisallow: /", "/a"));
    }

    #[test]
    fn stars_and_ends_stand_for_what_they_should() {
        for (pattern, fits, not) in [
            ("/fish", vec!["/fish", "/fish.html", "/fish/1"], vec!["/Fish", "/catfish", "/"]),
            ("/fish*", vec!["/fish", "/fishy?id=1"], vec!["/fis"]),
            ("/*.php$", vec!["/a.php", "/a.php.php"], vec!["/a.php?x", "/a.php5", "/php"]),
            ("/*.php", vec!["/a.php", "/b/a.php?x"], vec!["/a.ph"]),
            ("/a*b*c$", vec!["/abc", "/a-b-b-c", "/abcbc"], vec!["/acb", "/abcd"]),
            ("/a*a$", vec!["/aa", "/a-a"], vec!["/a"]),
            ("/a**b", vec!["/ab", "/a1b"], vec!["/a"]),
            ("/*$", vec!["/", "/a?b"], vec![]),
            ("/a$b", vec!["/a$bc"], vec!["/a"]),
            ("*/private", vec!["/private", "/x/private"], vec!["/x"]),
            ("/q?a=*&b", vec!["/q?a=1&b"], vec!["/q?a=1"]),
            ("/é%c3", vec!["/%C3%A9%C3x"], vec!["/é"]),
            ("/a%2Fb", vec!["/a%2fb"], vec!["/a/b"]),
        ] {
            let rule = format!("Disallow: {pattern}");
            fits.iter().for_each(|path| assert!(!all(&rule, path), "{pattern} fits {path}"));
            not.iter().for_each(|path| assert!(all(&rule, path), "{pattern} does not fit {path}"));
        }
    }

    #[test]
    fn a_hostile_file_is_judged_at_once_and_keeps_little() {
        let line = format!("Disallow: /{}b$\n", "*a".repeat(900));
        let text = format!("User-agent: *\n{}", line.repeat(2_000));
        let rules = RuleSet::read(&text, "wirewatch");
        assert_eq!(rules.0.len(), MAX_RULES);
        assert!(rules.bytes() <= MAX_RULES * (MAX_PATTERN_BYTES + RULE_BYTES));
        let url = Url::parse(&format!("https://a.example/{}", "a".repeat(7_000))).unwrap();
        let begun = Instant::now();
        assert!(rules.allow(&url));
        // A matcher that tries all places for all stars does not end within a day.
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
        assert!(all(&format!("Disallow: /{}", "a".repeat(3_000)), &"/a".repeat(9_000)));
    }
}
