//! Notices as a user reads them.

use jiff::Timestamp;

use super::*;
use crate::domain::feed::health::{Condition, advice};
use crate::domain::ids::NoticeId;
use crate::domain::notice::{FeedNote, Notice, NoticeKind, TopicNote};

const NARROW: Style = Style { colour: false, width: 80 };

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn note(feed: &str, condition: Condition, code: &'static str, detail: &str) -> FeedNote {
    FeedNote {
        feed: feed.parse().unwrap(),
        title: None,
        condition,
        since: Some(at("2026-06-01T11:03:09Z")),
        code: code.into(),
        detail: Some(detail.to_owned()),
        advice: advice(code),
        next_try: at("2026-06-03T12:00:00Z"),
    }
}

fn shown(notice: &Notice) -> String {
    render(&NoticeV1::new(notice, NoticeId(7)), NARROW)
}

#[test]
fn feeds_in_trouble_are_told_with_what_is_wrong_and_what_to_do() {
    let feeds = vec![
        note("courier", Condition::Failing, "http_404", "the server answered 404"),
        note(
            "old-gazette",
            Condition::Stale,
            "stale",
            "silent for 4 months, usually no longer than 8 days",
        ),
        note("fog", Condition::NotAFeed, "not_a_feed_html", "the answer is\u{1b}[2J a web page"),
    ];
    let now = at("2026-06-03T11:00:00Z");
    let headline = "3 feeds need attention".to_owned();
    let mut notice = Notice::of_feeds(now, NoticeKind::FeedsTrouble, headline, feeds);
    notice.more = 4;
    insta::assert_snapshot!(shown(&notice), @r"
    notice  3 feeds need attention
            courier: failing since 2026-06-01 11:03, http_404: the server answered
              404
              hint: the feed may have moved; look for its new address on the site
            old-gazette: stale since 2026-06-01 11:03, silent for 4 months, usually
              no longer than 8 days
              hint: look at its site: the feed may be abandoned, or replaced by
                another
            fog: not a feed since 2026-06-01 11:03, not_a_feed_html: the answer is a
              web page
              hint: open the URL in a browser: if it is a normal page, look on it
                for the address of its feed; if it asks for a login or a check, ask
                the site's owner
            and 4 more
            more: wirewatch feeds status --failing
    ");
}

#[test]
fn an_end_of_trouble_is_one_line_each() {
    let feeds = vec![note("courier", Condition::Ok, "ok", "")];
    let now = at("2026-06-03T11:00:00Z");
    let headline = "feed courier is well again".to_owned();
    insta::assert_snapshot!(shown(&Notice::of_feeds(now, NoticeKind::FeedsWell, headline, feeds)), @r"
    notice  feed courier is well again
            courier: ok
    ");
    let text = "no entry matched within the last 7 d, at least 1 is expected".to_owned();
    let topics = vec![TopicNote { topic: "nato".parse().unwrap(), text }];
    insta::assert_snapshot!(shown(&Notice::of_topics(now, NoticeKind::TopicsSilent, topics)), @r"
    notice  topic nato is silent
            nato: no entry matched within the last 7 d, at least 1 is expected
    ");
}
