//! Links in links.

use super::*;

#[track_caller]
fn check(link: &str, expect: &str) {
    assert_eq!(origin(link).map(String::from).as_deref(), Some(expect), "{link}");
}

const PAGE: &str = "https://ledger.example/a?b=1";
const CODED: &str = "https%3A%2F%2Fledger.example%2Fa%3Fb%3D1";

#[test]
fn redirectors_tell_where_they_lead() {
    for start in [
        "https://www.google.com/url?rct=j&sa=t&url=",
        "https://www.google.co.uk/url?q=",
        "https://l.facebook.com/l.php?h=AT0&u=",
        "https://lm.facebook.com/l.php?u=",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url=",
        "https://flipboard.com/redirect?url=",
        "https://out.reddit.com/t3_1?url=",
        "https://eur01.safelinks.protection.outlook.com/?data=x&url=",
        "https://www.youtube.com/redirect?event=video&q=",
        "https://vk.com/away.php?to=",
        "https://t.umblr.com/redirect?z=",
        "https://duckduckgo.com/l/?kh=-1&uddg=",
    ] {
        check(&format!("{start}{CODED}"), PAGE);
    }
    check(&format!("https://r.search.yahoo.com/_ylt=x/RV=2/RU={CODED}/RK=2/RS=x"), PAGE);
    check(&format!("http://us.rd.yahoo.com/dailynews/rss/world/*{PAGE}"), PAGE);
    check(&format!("https://web.archive.org/web/20260603/{PAGE}"), PAGE);
    check("https://www.google.com/amp/s/www.bbc.com/news/1", "https://www.bbc.com/news/1");
    let cache = "https://www-bbc-com.cdn.ampproject.org/c/s/www.bbc.com/news/1";
    check(cache, "https://www.bbc.com/news/1");
    check("https://a--b-example-com.translate.goog/x", "https://a-b.example.com/");
    let coded = URL_SAFE_NO_PAD.encode(PAGE);
    check(&format!("https://www.bing.com/ck/a?!&&p=x&u=a1{coded}&ntb=1"), PAGE);
}

fn news_id(link: &str) -> String {
    let mut bytes = vec![0x08, 0x13, 0x22];
    match u8::try_from(link.len()).ok().filter(|length| *length < 0x80) {
        Some(length) => bytes.push(length),
        None => bytes.extend([link.len() as u8 & 0x7f | 0x80, (link.len() >> 7) as u8]),
    }
    bytes.extend(link.as_bytes());
    bytes.extend([0xd2, 0x01, 0x00]);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn older_ids_of_google_news_hold_the_address() {
    let long = format!("https://ledger.example/{}", "a".repeat(300));
    for page in [PAGE, &long] {
        let id = news_id(page);
        assert!(id.starts_with("CBMi"), "{id}");
        check(&format!("https://news.google.com/rss/articles/{id}?oc=5"), page);
        check(&format!("https://news.google.com/__i/rss/rd/articles/{id}"), page);
    }
    let newer = "https://news.google.com/rss/articles/CBMiZkFVX3lxTE1WZw?oc=5";
    check(newer, newer);
}

#[test]
fn links_in_links_in_links_end_somewhere() {
    let twice = format!(
        "https://www.google.com/url?url=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3D{}",
        CODED.replace('%', "%25")
    );
    check(&twice, PAGE);
    let mut deep = PAGE.to_owned();
    for _ in 0..9 {
        let coded: String = url::form_urlencoded::byte_serialize(deep.as_bytes()).collect();
        deep = format!("https://l.facebook.com/l.php?u={coded}");
    }
    assert!(origin(&deep).is_some());
}

#[test]
fn what_leads_nowhere_stays_as_it_is() {
    for link in [
        PAGE,
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://l.facebook.com/l.php",
        "https://news.google.com/rss/articles/aHR0cA",
        "https://ledger.example/l.php?u=https://bbc.co.uk/",
        "https://web.archive.org/about",
        "https://www.google.com/amp/",
    ] {
        check(link, link);
    }
    for link in ["", "ftp://a.example/", "tag:a.example,2026:1", "javascript:alert(1)"] {
        assert_eq!(origin(link), None, "{link}");
    }
}
