//! What may be reached and what may not, without a network.

use std::net::{IpAddr, SocketAddr};

use url::Url;

use crate::config::EgressConfig;

use super::allow::AllowList;
use super::{Egress, EgressError, address, resolver};

fn egress(allow: &[&str]) -> Egress {
    Egress::new(&EgressConfig {
        contact: None,
        allow_net: allow.iter().map(|entry| (*entry).to_owned()).collect(),
    })
    .unwrap()
}

fn check(allow: &[&str], url: &str) -> Result<(), &'static str> {
    egress(allow).check(&Url::parse(url).unwrap()).map_err(|error| error.code())
}

#[test]
fn private_addresses_are_refused_in_every_spelling() {
    for url in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://192.0.2.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::1]/",
        "http://[2001::1]/",
        "http://[2001:db8::1]/",
        "http://[2002:7f00:1::]/",
        "http://[3fff::1]/",
        "http://[fc00::1]/",
        "http://[fd12::1]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://[5f00::1]/",
    ] {
        assert_eq!(check(&[], url), Err("private_address"), "{url}");
    }
}

#[test]
fn public_addresses_and_names_pass() {
    for url in [
        "http://1.1.1.1/",
        "https://172.32.0.1/",
        "http://100.128.0.1/",
        "http://[2606:4700::1111]/",
        "https://feeds.example/a.rss",
    ] {
        assert_eq!(check(&[], url), Ok(()), "{url}");
    }
}

#[test]
fn only_http_and_https_pass() {
    for url in ["file:///etc/passwd", "ftp://example.org/", "data:,x", "gopher://example.org/"] {
        assert_eq!(check(&[], url), Err("bad_url"), "{url}");
    }
}

#[test]
fn an_address_with_a_port_opens_that_port_only() {
    let allow = &["127.0.0.1:8080", "[::1]:8080"];
    assert_eq!(check(allow, "http://127.0.0.1:8080/"), Ok(()));
    assert_eq!(check(allow, "http://[::1]:8080/"), Ok(()));
    assert_eq!(check(allow, "http://127.0.0.1:8081/"), Err("private_address"));
    assert_eq!(check(allow, "http://[::ffff:127.0.0.1]:8080/"), Err("private_address"));
}

#[test]
fn exceptions_can_be_left_out() {
    let public = egress(&["127.0.0.1:8080", "intranet.example:8080"]).public_only();
    let check = |url: &str| public.check(&Url::parse(url).unwrap()).map_err(|error| error.code());
    assert_eq!(check("http://127.0.0.1:8080/"), Err("private_address"));
    assert_eq!(check("http://1.1.1.1/"), Ok(()));
}

#[test]
fn a_network_opens_all_its_addresses() {
    let allow = &["10.1.0.0/16"];
    assert_eq!(check(allow, "http://10.1.200.3:99/"), Ok(()));
    assert_eq!(check(allow, "http://10.2.0.1/"), Err("private_address"));
    assert_eq!(check(&["0.0.0.0/0"], "http://10.2.0.1/"), Ok(()));
}

#[test]
fn a_host_listed_with_a_port_is_reachable_at_that_port_only() {
    let allow = &["intranet.example:8080"];
    assert_eq!(check(allow, "http://intranet.example:8080/"), Ok(()));
    assert_eq!(check(allow, "http://INTRANET.example.:8080/"), Ok(()));
    assert_eq!(check(allow, "http://intranet.example/"), Err("private_address"));
    assert_eq!(check(&["intranet.example"], "http://intranet.example:9/"), Ok(()));
}

#[test]
fn a_name_that_resolves_to_a_private_address_is_refused() {
    let allow = AllowList::parse(&["10.0.0.0/8".to_owned(), "127.0.0.1:80".to_owned()]).unwrap();
    let addresses = |list: &[&str]| -> Vec<SocketAddr> {
        list.iter().map(|ip| SocketAddr::new(ip.parse::<IpAddr>().unwrap(), 0)).collect()
    };
    let refused = resolver::permitted("rebind.example", addresses(&["127.0.0.1"]), &allow);
    assert!(matches!(refused, Err(EgressError::PrivateAddress { .. })));
    // A mixed answer keeps what is public, and what an entry for every port opens.
    let mixed = addresses(&["192.168.0.1", "1.1.1.1", "10.9.8.7"]);
    assert_eq!(
        resolver::permitted("mixed.example", mixed, &allow).unwrap(),
        addresses(&["1.1.1.1", "10.9.8.7"])
    );
    // All that are tried share the time there is: what is beyond the first few is left out, and what
    // may not be reached takes nobody's place.
    let thousand = (1..=1_000_u32).flat_map(|n| {
        let private = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
        let v4 = IpAddr::from((0x0101_0000 + n).to_be_bytes());
        let v6 = IpAddr::from(((0x2606_4700_u128 << 96) + u128::from(n)).to_be_bytes());
        [private, v4, v6]
    });
    let thousand: Vec<SocketAddr> = thousand.map(|ip| SocketAddr::new(ip, 0)).collect();
    let none = AllowList::parse(&[]).unwrap();
    let tried = resolver::permitted("thousand.example", thousand.clone(), &none).unwrap();
    let reachable = thousand.iter().filter(|socket| address::private_kind(socket.ip()).is_none());
    let first: Vec<SocketAddr> = reachable.take(8).copied().collect();
    assert_eq!(tried, first, "four of each family");
}

#[test]
fn malformed_exceptions_are_refused_not_ignored() {
    for entry in ["10.0.0.0/33", "10.0.0/8", "host:port", "a b", "", "10.0.0.0/8:80"] {
        let parsed = AllowList::parse(&[entry.to_owned()]);
        assert!(matches!(parsed, Err(EgressError::AllowEntry { .. })), "{entry}");
    }
}

#[test]
fn the_last_address_of_a_network_is_inside_and_the_next_is_not() {
    let net: IpAddr = "172.16.0.0".parse().unwrap();
    assert!(address::within("172.31.255.255".parse().unwrap(), net, 12));
    assert!(!address::within("172.32.0.0".parse().unwrap(), net, 12));
}

#[test]
fn the_contact_cannot_smuggle_a_header() {
    let config =
        EgressConfig { contact: Some("me\r\nX-Evil: 1".to_owned()), allow_net: Vec::new() };
    assert!(matches!(Egress::new(&config), Err(EgressError::Contact)));
}

#[test]
fn a_server_of_another_protocol_is_judged_by_its_host_and_port() {
    let check = |allow: &[&str], host: &str, port| {
        egress(allow).check_server(host, port).map_err(|error| error.code())
    };
    assert_eq!(check(&[], "mail.example.org", 587), Ok(()));
    for host in ["127.0.0.1", "::1", "10.0.0.1", "localhost", "mail.localhost"] {
        assert_eq!(check(&[], host, 25), Err("private_address"), "{host}");
    }
    assert_eq!(check(&["127.0.0.1:25"], "127.0.0.1", 25), Ok(()));
    assert_eq!(check(&["127.0.0.1:25"], "127.0.0.1", 587), Err("private_address"));
    assert_eq!(check(&["localhost:25"], "localhost", 25), Ok(()));
    assert_eq!(check(&["mail.lan:25"], "mail.lan", 587), Err("private_address"));
    assert_eq!(check(&[], "two words", 25), Err("bad_url"));
}

#[tokio::test]
async fn only_addresses_that_may_be_reached_are_given() {
    let named = egress(&["127.0.0.1:2525", "localhost"]);
    let address = SocketAddr::from(([127, 0, 0, 1], 2525));
    assert_eq!(named.addresses("127.0.0.1", 2525).await.unwrap(), [address]);
    assert!(named.is_named("127.0.0.1", address));
    assert!(!named.is_named("127.0.0.1", SocketAddr::from(([127, 0, 0, 1], 25))));
    // A name leads where its addresses lead, unless the name itself was allowed.
    assert!(
        named
            .addresses("localhost", 25)
            .await
            .unwrap()
            .contains(&SocketAddr::from(([127, 0, 0, 1], 25)))
    );
    assert!(named.is_named("localhost", address));
    let refused = egress(&[]).addresses("10.1.2.3", 25).await.unwrap_err();
    assert_eq!(refused.code(), "private_address");
}
