//! Durations, sizes and intervals as users write them.

use std::time::Duration;

use super::{duration, http_url, network, rate, show_duration, size};

#[test]
fn durations_are_read_as_people_write_them() {
    for (text, seconds) in [
        ("15m", 900),
        ("6h", 21_600),
        ("30 s", 30),
        ("1h 30m", 5_400),
        ("1h30m", 5_400),
        ("7 days", 604_800),
        ("2 weeks", 1_209_600),
        ("0s", 0),
    ] {
        assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
    }
    for text in ["", "15", "m", "15 parsecs", "-3m", "1.5h", "99999999999999999999s", "m15"] {
        assert_eq!(duration(text).expect_err(text).code, "bad_duration");
    }
}

#[test]
fn a_duration_is_shown_in_its_largest_whole_unit() {
    for text in ["0s", "250ms", "90s", "15m", "6h", "3d", "2w"] {
        assert_eq!(show_duration(duration(text).expect(text)), text);
    }
}

#[test]
fn rates_are_a_number_of_times_per_stretch_of_time() {
    const DAY_S: u64 = 86_400;
    for (text, count, seconds) in [
        ("1/week", 1, 7 * DAY_S),
        ("3/day", 3, DAY_S),
        (" 10 / 2 weeks", 10, 14 * DAY_S),
        ("1/month", 1, 30 * DAY_S),
        ("5/12h", 5, 12 * 3_600),
    ] {
        assert_eq!(rate(text), Ok((count, Duration::from_secs(seconds))), "{text}");
    }
    for text in
        ["", "1", "week", "0/week", "1/0 weeks", "1/2", "1/year", "-1/day", "1/9999999999 d"]
    {
        assert_eq!(rate(text).map_err(|bad| bad.code), Err("bad_rate"), "{text}");
    }
}

#[test]
fn sizes_name_their_unit() {
    assert_eq!(size("10MiB"), Ok(10 << 20));
    assert_eq!(size("64 kib"), Ok(64 << 10));
    assert_eq!(size("1MB"), Ok(1_000_000));
    for text in ["", "10", "MiB", "10 MiB extra", "99999999999999 GiB", "1 apple"] {
        assert_eq!(size(text).expect_err(text).code, "bad_size");
    }
}

#[test]
fn only_plain_web_addresses_are_fetched() {
    assert!(http_url("https://feeds.example/rss?format=xml").is_ok());
    for (text, code) in [
        ("feeds.example/rss", "bad_url"),
        ("ftp://feeds.example/rss", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("https://", "bad_url"),
        ("https://ada:hunter2@feeds.example/", "inline_secret"),
    ] {
        let problem = http_url(text).expect_err(text);
        assert_eq!(problem.code, code, "{text}");
        assert!(!format!("{problem:?}").contains("hunter2"));
    }
}

#[test]
fn networks_let_through_are_addresses_or_names() {
    for text in [
        "10.1.0.0/16",
        "127.0.0.1",
        "127.0.0.1:8080",
        "[::1]:80",
        "fd00::/8",
        "intranet.example",
        "intranet:8080",
    ] {
        assert_eq!(network(text), Ok(()), "{text}");
    }
    for text in ["", "10.1.0.0/33", "300.1.1.1", "a b", "http://x", "host:0", "host:99999"] {
        assert!(network(text).is_err(), "{text}");
    }
}
