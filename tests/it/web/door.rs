//! Who is let in, and for what.

use serde_json::Value;

use super::House;

const READER: &str = "reader-reader-reader";
const WRITER: &str = "writer-writer-writer";

/// A server with a token to read and one to write.
async fn locked() -> House {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, secret: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, secret).unwrap();
        path.display().to_string()
    };
    let http = format!(
        "[http]\n[[http.token]]\nname = \"phone\"\nsecret_file = \"{}\"\n\
         [[http.token]]\nname = \"desk\"\nscope = \"write\"\nsecret_file = \"{}\"\n",
        file("reader", READER),
        file("writer", WRITER),
    );
    House::with(&http).await
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// Every route of the document, as method and path.
fn routes(document: &Value, alert: &str) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for verb in verbs.as_object().unwrap().keys() {
            let path = path.replace("{id}", alert).replace("{file}", "nato.atom");
            routes.push((verb.to_uppercase(), path));
        }
    }
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_every_route_but_those_of_health_is_shut() {
    let house = locked().await;
    let document = house.get("/api/v1/openapi.json").await.ended(200);
    let routes = routes(&document, &house.alert());
    assert!(routes.len() > 25, "{routes:?}");
    let open = ["/healthz", "/readyz", "/api/v1/openapi.json"];
    let json = [("Content-Type", "application/json")];
    for (method, path) in &routes {
        let answer = house.ask(method, path, &json, "{}").await;
        match open.contains(&path.as_str()) {
            true => assert_eq!(answer.status, 200, "{method} {path}"),
            false => {
                answer.refused(401, "unauthorized");
                assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
            }
        }
        // A token in the address is for feeds, which are asked by readers that send no headers.
        let is_feed = path.ends_with(".atom") || path.ends_with("alerts.json");
        let with_token = house.ask(method, &format!("{path}?token={WRITER}"), &json, "{}").await;
        let want = if is_feed {
            200
        } else if open.contains(&path.as_str()) {
            400
        } else {
            401
        };
        assert_eq!(with_token.status, want, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_to_read_changes_nothing_and_one_to_write_says_whose_word_it_was() {
    let house = locked().await;
    let alert = house.alert();
    let ack = format!("/api/v1/alerts/{alert}/ack");
    let (reader, writer) = (bearer(READER), bearer(WRITER));
    let json = ("Content-Type", "application/json");
    let list = house.ask("GET", "/api/v1/alerts", &[("Authorization", &reader)], "").await;
    assert_eq!(list.ended(200)["items"][0]["id"], alert.as_str());
    let refused = house.ask("POST", &ack, &[json, ("Authorization", &reader)], "{}").await;
    refused.refused(403, "scope");
    let body = r#"{"note": "on it", "author": "ann"}"#;
    let done = house.ask("POST", &ack, &[json, ("Authorization", &writer)], body).await;
    let done = done.ended(200);
    assert_eq!(
        (&done["state"], &done["notes"][0]["author"]),
        (&"acknowledged".into(), &"ann (desk)".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_is_shut_out_for_a_minute_with_the_right_token_too() {
    let house = locked().await;
    let ask = async |token: &str| {
        house.ask("GET", "/api/v1/topics", &[("Authorization", &bearer(token))], "").await
    };
    for n in 0..10 {
        ask(&format!("guess-{n}")).await.refused(401, "unauthorized");
    }
    let shut = ask(READER).await;
    shut.refused(429, "too_many_failures");
    assert!(shut.header("retry-after").unwrap().parse::<u64>().unwrap() <= 60);
    assert_eq!(house.get("/healthz").await.status, 200, "health is told all the same");
    house.world.clock.advance(std::time::Duration::from_secs(61));
    assert_eq!(ask(READER).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_neither_reads_by_another_name_nor_writes() {
    let house = House::published().await;
    for (host, status) in [
        ("localhost:8787", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1", 200),
        ("[::1]:8787", 200),
        ("watch.example", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("169.254.169.254", 421),
        ("watch.example@evil.example", 421),
        ("a b", 400),
        ("", 400),
    ] {
        let answer = house.ask("GET", "/api/v1/alerts", &[("Host", host)], "").await;
        assert_eq!(answer.status, status, "{host}: {answer:?}");
    }
    let path = format!("/api/v1/alerts/{}/ack", house.alert());
    let json = ("Content-Type", "application/json");
    let own = format!("http://{}", house.web.address());
    for (origin, status) in [
        ("https://watch.example", 200),
        (own.as_str(), 200),
        ("https://evil.example", 403),
        ("http://watch.example", 403),
        ("http://localhost:1", 403),
        ("null", 403),
    ] {
        let answer = house.ask("POST", &path, &[json, ("Origin", origin)], "{}").await;
        assert_eq!(answer.status, status, "{origin}: {answer:?}");
    }
    let cross = house.ask("POST", &path, &[json, ("Sec-Fetch-Site", "cross-site")], "{}").await;
    cross.refused(403, "foreign_origin");
    // Nor has it us work for what it embeds; a link may be followed.
    let embedded = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")];
    let search = "/api/v1/search?q=nato";
    house.ask("GET", search, &embedded, "").await.refused(403, "foreign_origin");
    let followed = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")];
    assert_eq!(house.ask("GET", search, &followed, "").await.status, 200);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    house.ask("POST", &path, &[form], "note=x").await.refused(415, "not_json");
    house.ask("POST", &path, &[], "{}").await.refused(415, "not_json");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_forbids_a_browser_to_do_anything_with_it() {
    let house = House::new().await;
    for path in ["/healthz", "/alerts.atom", "/api/v1/alerts", "/no/such/path", "/websub/unknown"] {
        let answer = house.get(path).await;
        let csp = answer.header("content-security-policy").unwrap_or_default();
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let cache = answer.header("cache-control");
        let want = if path.ends_with("atom") { "private, no-cache" } else { "no-store" };
        assert_eq!(cache, Some(want), "{path}");
        assert!(answer.header("access-control-allow-origin").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_without_a_token_is_open_to_hubs_alone() {
    let house = House::with("[http]\npublic_url = \"https://watch.example/in\"\n").await;
    for host in ["watch.example", "localhost"] {
        let answer = house.ask("GET", "/api/v1/alerts", &[("Host", host)], "").await;
        answer.refused(401, "unauthorized");
        assert!(answer.body.contains("[[http.token]]"), "{answer:?}");
    }
    let close = format!("/api/v1/alerts/{}/close", house.alert());
    house.post(&close, "{}").await.refused(401, "unauthorized");
    assert_eq!(house.get("/healthz").await.status, 200);
    // At the callback nobody is asked for a token but for the one of the subscription.
    assert_eq!(house.get("/websub/0000").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_the_token_is_kept_however_long_that_of_the_person() {
    let house = House::published().await;
    let path = format!("/api/v1/alerts/{}/ack", house.alert());
    let body = format!("{{\"author\": \"{}\", \"note\": \"seen\"}}", "a".repeat(100));
    let done = house.post(&path, &body).await.ended(200);
    let author = done["notes"][0]["author"].as_str().unwrap().to_owned();
    assert!(author.ends_with("a (desk)") && author.chars().count() == 100, "{author}");
    // Said again, since the answer was lost: it is done once.
    let again = house.post(&path, &body).await.ended(200);
    assert_eq!(again["notes"].as_array().unwrap().len(), 1);
}
