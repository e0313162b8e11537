//! Pages as they are met, cut down to what tells them.

use super::*;

const FEED: &str = "https://news.example/feed";

fn page(body: &str) -> Option<StandIn> {
    StandIn::of(body.as_bytes(), FEED, FEED)
}

#[test]
fn pages_that_check_for_a_browser_are_told() {
    for body in [
        r#"<!DOCTYPE html><title>Just a moment...</title><script src="/cdn-cgi/challenge-platform/h/b/orchestrate"></script>"#,
        r#"<html><script>window._cf_chl_opt={cvId:'3'}</script></html>"#,
        r#"<iframe src="/_Incapsula_Resource?SWUDNSAI=31"></iframe>"#,
        r#"<script data-cfasync="false" src="https://ct.captcha-delivery.com/c.js"></script>"#,
        r#"<script id="anubis_challenge" type="application/json">{}</script>"#,
    ] {
        assert_eq!(page(body), Some(StandIn::Challenge), "{body}");
    }
    let mut headers = HeaderMap::new();
    assert_eq!(StandIn::by_headers(&headers), None);
    headers.insert("x-amzn-waf-action", "Challenge".parse().unwrap());
    assert_eq!(StandIn::by_headers(&headers), Some(StandIn::Challenge));
}

#[test]
fn logins_are_told_by_their_form_or_by_where_a_redirect_ended() {
    for field in ["type=\"password\"", "type='password'", "TYPE=password"] {
        let body = format!("<html><form><input name=p {field}></form></html>");
        assert_eq!(page(&body), Some(StandIn::Login), "{field}");
    }
    let plain = b"<html>Please wait</html>";
    for (answered, told) in [
        ("https://news.example/users/sign_in?next=%2Ffeed", Some(StandIn::Login)),
        ("https://sso.example/SAML2/Redirect", Some(StandIn::Login)),
        ("https://news.example/login-to-the-capitol-riots", None),
        ("https://news.example/", None),
    ] {
        assert_eq!(StandIn::of(plain, FEED, answered), told, "{answered}");
    }
    let asked = "https://news.example/login/feed";
    assert_eq!(StandIn::of(plain, asked, asked), None, "no redirect led there");
}

#[test]
fn parked_domains_are_told_and_other_pages_are_not() {
    for body in [
        "<html><h1>news.example</h1>This Domain Is For Sale</html>",
        "<script>window.onload=function(){window.location.href=\"/lander\"}</script>",
        "<script src=\"https://img.sedoparking.com/js/jquery.js\"></script>",
    ] {
        assert_eq!(page(body), Some(StandIn::Parked), "{body}");
    }
    for body in ["", "<html>Not found</html>", "<html>How to type passwords safely</html>"] {
        assert_eq!(page(body), None, "{body}");
    }
    let late = format!("{}domain is for sale", " ".repeat(LOOKED_AT_BYTES));
    assert_eq!(page(&late), None);
}

#[test]
fn a_front_page_with_a_login_form_that_names_its_feed_is_no_login() {
    let form = "<form><input type=password></form>";
    let link = "<LINK rel='alternate' type='application/rss+xml' href='/feed.xml'>";
    assert_eq!(page(&format!("<html>{link}{form}")), None);
    let styles = "<link rel='alternate stylesheet' href='/a.css'><a type='application/rss+xml'>";
    assert_eq!(page(&format!("<html>{styles}{form}")), Some(StandIn::Login));
}
