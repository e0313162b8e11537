//! Which addresses are not the public internet. The registries are IANA's special-purpose
//! address registries (RFC 6890 and its updates); tunnels that embed an IPv4 address (mapped,
//! 6to4, NAT64, Teredo) count as private, since they can lead anywhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that no public feed is served from: address, prefix length, what it is.
const PRIVATE_V4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "an unspecified address"),
    ([10, 0, 0, 0], 8, "a private address"),
    ([100, 64, 0, 0], 10, "a carrier's private address"),
    ([127, 0, 0, 0], 8, "a loopback address"),
    ([169, 254, 0, 0], 16, "a link-local address"),
    ([172, 16, 0, 0], 12, "a private address"),
    ([192, 0, 0, 0], 24, "a reserved address"),
    ([192, 0, 2, 0], 24, "a documentation address"),
    ([192, 88, 99, 0], 24, "a 6to4 relay address"),
    ([192, 168, 0, 0], 16, "a private address"),
    ([198, 18, 0, 0], 15, "a benchmarking address"),
    ([198, 51, 100, 0], 24, "a documentation address"),
    ([203, 0, 113, 0], 24, "a documentation address"),
    ([224, 0, 0, 0], 4, "a multicast address"),
    ([240, 0, 0, 0], 4, "a reserved or broadcast address"),
];

/// IPv6 networks, likewise. What is not in here must lie in [`GLOBAL_UNICAST_V6`].
const PRIVATE_V6: &[(Ipv6Addr, u32, &str)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "an unspecified address"),
    (Ipv6Addr::LOCALHOST, 128, "a loopback address"),
    (v6(0, 0, 0xffff), 96, "an IPv4-mapped address"),
    (v6(0x64, 0xff9b, 0), 32, "a NAT64 address"),
    (v6(0x2001, 0, 0), 23, "a Teredo or reserved address"),
    (v6(0x2001, 0xdb8, 0), 32, "a documentation address"),
    (v6(0x2002, 0, 0), 16, "a 6to4 address"),
    (v6(0x3fff, 0, 0), 20, "a documentation address"),
    (v6(0xfc00, 0, 0), 7, "a unique local address"),
    (v6(0xfe80, 0, 0), 10, "a link-local address"),
    (v6(0xff00, 0, 0), 8, "a multicast address"),
];

/// All public IPv6 addresses handed out so far (RFC 4291, section 2.4).
const GLOBAL_UNICAST_V6: (Ipv6Addr, u32) = (v6(0x2000, 0, 0), 3);

/// What makes `ip` private, or `None` for an address of the public internet.
pub fn private_kind(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => PRIVATE_V4
            .iter()
            .find(|(net, prefix, _)| within_v4(ip, Ipv4Addr::from(*net), *prefix))
            .map(|(.., kind)| *kind),
        IpAddr::V6(ip) => PRIVATE_V6
            .iter()
            .find(|(net, prefix, _)| within_v6(ip, *net, *prefix))
            .map(|(.., kind)| *kind)
            .or_else(|| {
                let (net, prefix) = GLOBAL_UNICAST_V6;
                (!within_v6(ip, net, prefix)).then_some("a reserved address")
            }),
    }
}

/// Whether `ip` lies in the network `net/prefix`; never across address families.
pub fn within(ip: IpAddr, net: IpAddr, prefix: u32) -> bool {
    match (ip, net) {
        (IpAddr::V4(ip), IpAddr::V4(net)) => within_v4(ip, net, prefix),
        (IpAddr::V6(ip), IpAddr::V6(net)) => within_v6(ip, net, prefix),
        _ => false,
    }
}

fn within_v4(ip: Ipv4Addr, net: Ipv4Addr, prefix: u32) -> bool {
    let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
    ip.to_bits() & mask == net.to_bits() & mask
}

fn within_v6(ip: Ipv6Addr, net: Ipv6Addr, prefix: u32) -> bool {
    let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
    ip.to_bits() & mask == net.to_bits() & mask
}

/// `a:b::` for the tunnel prefixes; a third group other than 0 stands where `::ffff:0:0` has it.
const fn v6(a: u16, b: u16, mapped: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, 0, 0, 0, mapped, 0, 0)
}
