//! What to do about each condition and failure, by its code: one sentence, without a label. The one
//! table of all rooms: what failed says the same at once and when it is read from the database.

/// What the user can do; `None` where there is nothing to do.
pub fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "empty" => "open the feed in a browser: its site may have moved its news elsewhere",
        "undated" => "entries count as published when they are seen; nothing to do",
        "stale" => "look at its site: the feed may be abandoned, or replaced by another",
        "moved" => {
            "write the new address into the config, or go back with `wirewatch feeds undo-move`"
        }
        "paused" => "`wirewatch feeds resume` has it fetched again",
        "http_410" => "the feed is gone for good; remove it or find its successor",
        "challenge" => {
            "the site admits browsers only, and wirewatch does not pretend to be one; ask its owner \
             to let feed readers in, or look for another address of the feed"
        }
        "http_401" | "http_407" | "login" => {
            "wirewatch cannot log in; look on the site for a public address of the feed, or for one \
             that carries a key"
        }
        "not_a_feed" | "not_a_feed_json" => {
            "look on the site for the address of its RSS, Atom or JSON feed"
        }
        "not_a_feed_html" => {
            "open the URL in a browser: if it is a normal page, look on it for the address of its \
             feed; if it asks for a login or a check, ask the site's owner"
        }
        "bad_url" => "correct the feed's `url`",
        "private_address" => {
            "if this is a server of your own, name it in `allow_net`; else correct the feed's `url`"
        }
        "redirect_private" => {
            "if this is a server of your own, make its address the feed's `url` and name it in \
             `allow_net`; else the site is broken or hostile"
        }
        "parked" => {
            "the site has lost its domain; look for where it went, and remove the feed if nowhere"
        }
        "robots" => "the site does not want this; leave out `full_text` for the feed",
        "robots_unreachable" => {
            "the server is at fault; it is tried again, or leave out `full_text` for the feed"
        }
        "no_article" => {
            "the feed's own text must do; open the page in a browser to see whether it asks for a \
             login or needs scripts"
        }
        "dns" => "check the host's spelling and this machine's name servers",
        "connect" | "timeout_connect" => {
            "the server may be down or block this machine; it is tried again"
        }
        "tls" => {
            "open the URL in a browser; its certificate may be out of date, or name your own CA \
             with SSL_CERT_FILE"
        }
        "timeout_read" | "timeout_total" => {
            "the server is slow; it is tried again, or raise the timeouts under [fetch]"
        }
        "http_403" | "http_451" => {
            "the server refuses this machine or any feed reader; ask its owner"
        }
        "http_404" => "the feed may have moved; look for its new address on the site",
        "http_429" | "http_503" => "the server asks for fewer requests; the next one waits for it",
        "too_many_redirects" | "redirect_bad_target" => {
            "open the URL in a browser and configure the address it ends at"
        }
        "no_memory" => {
            "too many large feeds are read at once; it is tried again, and `max_concurrent` under \
             [fetch] makes them fewer"
        }
        "no_thread" => {
            "the machine or a limit on this process (memory, address space, threads) leaves no \
             room to read documents in; raise it, the feed is not at fault"
        }
        "too_slow" => "the server is slow and the feed large; it is tried again",
        "too_large" => "look for a shorter feed of this site, or raise `max_body` under [fetch]",
        "malformed" => "tell the feed's owner; it is tried again",
        "too_complex" | "too_deep" | "timeout_parse" => {
            "no honest feed looks like this; look for another feed of the site"
        }
        "parser_crash" | "panic" => {
            "this is a defect of wirewatch; report it with the feed's URL and this version"
        }
        "headers_too_large" | "decode" | "protocol" | "empty_body" => {
            "the server is at fault; it is tried again"
        }
        code if code.starts_with("http_5") => "the server has a fault; it is tried again",
        code if code.starts_with("http_") => {
            "open the URL in a browser to see what the server says"
        }
        _ => return None,
    })
}
