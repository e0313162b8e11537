//! What behaviours say, put together: answers and documents.

/// An answer with this head (`\r\n` between lines, none at its end) and body.
pub fn raw(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    [head.as_bytes(), b"\r\n\r\n", body.as_ref()].concat()
}

/// A good answer with these further header lines, each with its end.
pub fn with(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    status("200 OK", headers, body)
}

/// A good answer.
pub fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    with("Content-Type: application/rss+xml\r\n", body)
}

pub fn status(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let length = body.as_ref().len();
    raw(
        &format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close"),
        body,
    )
}

/// A redirect to there.
pub fn to(location: impl AsRef<[u8]>) -> Vec<u8> {
    moved("302 Found", location)
}

pub fn moved(status: &str, location: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\nLocation: ");
    [head.as_bytes(), location.as_ref(), b"\r\n\r\n"].concat()
}

/// An RSS document of these items.
pub fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Hostile</title>\
         <link>https://hostile.example/</link><description>d</description>{items}</channel></rss>"
    )
}

/// One item with this title.
pub fn item(title: &str) -> String {
    format!(
        "<item><title>{title}</title><guid isPermaLink=\"false\">{title}</guid>\
         <description>Nothing to see here.</description></item>"
    )
}

/// A feed of two ordinary items.
pub fn feed() -> String {
    rss(&(item("Ferry timetable changes on Monday") + &item("Library opens a reading room")))
}

/// A JSON feed of these items.
pub fn json(items: &str) -> Vec<u8> {
    with(
        "Content-Type: application/feed+json\r\n",
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"H\",\"items\":[{items}]}}"
        ),
    )
}

/// An Atom document of these entries.
pub fn atom(entries: &str) -> Vec<u8> {
    with(
        "Content-Type: application/atom+xml\r\n",
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>H</title><id>urn:h</id>\
             <updated>2026-06-03T12:00:00Z</updated>{entries}</feed>"
        ),
    )
}
