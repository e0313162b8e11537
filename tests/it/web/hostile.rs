//! Requests that mean no good, or were made by something broken: each is answered or cut off, and the
//! next one is served.

use super::{House, answer, exchange};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_is_refused_in_words_or_cut_off_and_the_server_goes_on() {
    let house = House::new().await;
    let address = house.web.address();
    let long = "a".repeat(100_000);
    let host = "Host: localhost\r\nConnection: close\r\n";
    let cases: Vec<(Vec<u8>, &[u16])> = vec![
        (format!("GET /api/v1/alerts/%ff HTTP/1.1\r\n{host}\r\n").into(), &[400]),
        (format!("GET /api/v1/alerts?topic=%ff HTTP/1.1\r\n{host}\r\n").into(), &[400]),
        (format!("GET /api/v1/alerts/../../etc/passwd HTTP/1.1\r\n{host}\r\n").into(), &[404]),
        (format!("GET /topics/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n{host}\r\n").into(), &[404]),
        (format!("GET /topics/nato.atom%00.json HTTP/1.1\r\n{host}\r\n").into(), &[404]),
        (format!("GET //healthz HTTP/1.1\r\n{host}\r\n").into(), &[404]),
        (format!("GET /%68ealthz HTTP/1.1\r\n{host}\r\n").into(), &[200, 404]),
        (format!("GET http://evil.example/healthz HTTP/1.1\r\n{host}\r\n").into(), &[421]),
        (format!("GET http://localhost/healthz HTTP/1.1\r\n{host}\r\n").into(), &[200]),
        (format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{host}\r\n").into(), &[400]),
        (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), &[400]),
        (b"GET /healthz HTTP/1.0\r\n\r\n".to_vec(), &[200]),
        (b"GET /healthz HTTP/9.9\r\n\r\n".to_vec(), &[0, 400, 505]),
        (b"GET /healthz\r\n\r\n".to_vec(), &[0, 400]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), &[0, 400]),
        (format!("GET /api/v1/alerts?cursor={long} HTTP/1.1\r\n{host}\r\n").into(), &[0, 400, 414, 431]),
        (format!("GET /api/v1/alerts?cursor={} HTTP/1.1\r\n{host}\r\n", "0".repeat(5_000)).into(), &[400]),
        (format!("GET /healthz HTTP/1.1\r\n{host}X-Long: {long}\r\n\r\n").into(), &[0, 400, 431]),
        (format!("GET /healthz HTTP/1.1\r\n{host}{}\r\n", "X: y\r\n".repeat(2_000)).into(), &[0, 400, 431]),
        (format!("BREW /healthz HTTP/1.1\r\n{host}\r\n").into(), &[405]),
        (format!("DELETE /api/v1/alerts HTTP/1.1\r\n{host}\r\n").into(), &[405]),
        (format!("POST /api/v1/silences HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 9999999\r\n\r\n{}", "x".repeat(70_000)).into(), &[0, 413]),
        (format!("POST /api/v1/silences HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: -1\r\n\r\n").into(), &[0, 400]),
        (format!("POST /api/v1/silences HTTP/1.1\r\n{host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n").into(), &[400]),
        (format!("POST /api/v1/silences HTTP/1.1\r\n{host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n").into(), &[400]),
    ];
    for (bytes, want) in cases {
        let heard = exchange(address, &bytes).await;
        let told = answer(&heard);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
        assert!(want.contains(&told.status), "{shown:?} gave {}: {heard:.300}", told.status);
        assert!(!heard.contains("root:"), "{shown:?}");
    }
    assert_eq!(house.get("/healthz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_serves_several_requests_in_their_order() {
    let house = House::new().await;
    let first = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let second = "GET /no/such HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let third = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let heard = exchange(house.web.address(), format!("{first}{second}{third}").as_bytes()).await;
    let statuses: Vec<&str> =
        heard.match_indices("HTTP/1.1 ").map(|(at, _)| &heard[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "404", "200"], "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_refused_and_not_ignored() {
    let house = House::new().await;
    for (path, code) in [
        ("/api/v1/alerts?sate=open", "unknown_parameter"),
        ("/api/v1/alerts?state=opened", "bad_parameter"),
        ("/api/v1/alerts?limit=1000", "bad_parameter"),
        ("/api/v1/alerts?limit=1&limit=2", "repeated_parameter"),
        ("/api/v1/alerts?cursor=zz", "bad_parameter"),
        ("/api/v1/search", "missing_parameter"),
        ("/healthz?x=1", "unknown_parameter"),
    ] {
        house.get(path).await.refused(400, code);
    }
    for path in [
        "/api/v1/alerts/A0000000000000000000000",
        "/api/v1/alerts/nonsense",
        "/api/v1/alerts?topic=none",
        "/api/v1/entries?feed=none",
        "/api/v1/stories/S1",
        "/api/v1/deliveries/D1",
        "/api/v1/topics/none",
        "/api/v1/feeds/none",
        "/topics/none.atom",
    ] {
        house.get(path).await.refused(404, "not_found");
    }
    let allowed = house.ask("PUT", "/api/v1/silences", &[], "").await;
    allowed.refused(405, "method_not_allowed");
    assert!(allowed.header("allow").unwrap().contains("POST"));
}
