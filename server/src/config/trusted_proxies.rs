//! The address that a request comes from, as far as proxies in front can be believed.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, header};
use ipnet::{IpNet, Ipv4Net};

use super::reader::Reader;

/// `CONNECT_TRUSTED_PROXIES`: addresses and networks, separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers that proxies add and browsers do not.
const ADDED_BY_PROXIES: [HeaderName; 6] = [
    FORWARDED_FOR,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
    header::FORWARDED,
    header::VIA,
];

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The client's address; `None` behind a proxy that is not trusted.
    pub address: Option<IpAddr>,
    /// Whether the peer is a trusted proxy.
    pub is_from_trusted_proxy: bool,
    /// A trusted proxy sent an `X-Forwarded-For` element that is no address.
    pub has_unreadable_element: bool,
    /// A trusted proxy named no client: all of its clients count as its own address.
    pub names_no_client: bool,
}

impl TrustedProxies {
    /// Parses the list. `Err` is the rest of an error message that starts with the setting's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let one = |text: &str| {
            let text = text.trim();
            let net = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            net.map(to_canonical)
                .map_err(|_| "must be addresses or networks, such as 10.0.0.1, 10.1.0.0/16.".to_owned())
        };
        text.split(',').map(one).collect::<Result<_, _>>().map(Self)
    }

    /// Returns true if no proxy is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if every address of one family is trusted, so that each client can name any address.
    pub fn trusts_everybody(&self) -> bool {
        self.0.iter().any(|net| net.prefix_len() == 0)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }

    /// Finds the client's address: the last one in `X-Forwarded-For` that no trusted proxy has. A client can write the
    /// ones before it.
    ///
    /// A peer on loopback or a private network that is not trusted and sends a proxy's headers is a proxy that the
    /// settings do not name. Its address is that of no client.
    pub fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Origin {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            let is_proxy =
                is_internal(peer) && ADDED_BY_PROXIES.iter().any(|name| headers.contains_key(name));
            let address = (!is_proxy).then_some(peer);
            return Origin {
                address,
                is_from_trusted_proxy: false,
                has_unreadable_element: false,
                names_no_client: false,
            };
        }
        let mut client = peer;
        let (mut has_unreadable_element, mut names_no_client) = (false, true);
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let elements = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for element in elements.map(<[u8]>::trim_ascii).filter(|element| !element.is_empty()) {
            names_no_client = false;
            if !self.trusts(client) {
                break;
            }
            match forwarded_address(element) {
                Some(address) => client = address,
                None => {
                    has_unreadable_element = true;
                    break;
                }
            }
        }
        Origin { address: Some(client), is_from_trusted_proxy: true, has_unreadable_element, names_no_client }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.or("CONNECT_TRUSTED_PROXIES", Self::default(), Self::parse)
    }
}

/// Writes IPv4 addresses inside IPv6 (`::ffff:10.0.0.1`) as IPv4, as the addresses that they are compared with.
fn to_canonical(net: IpNet) -> IpNet {
    match (net.addr().to_canonical(), net.prefix_len().checked_sub(96)) {
        (IpAddr::V4(v4), Some(prefix)) if net.addr().is_ipv6() => {
            Ipv4Net::new(v4, prefix).map_or(net, IpNet::V4)
        }
        _ => net,
    }
}

/// Parses one element of `X-Forwarded-For` as proxies write it: with or without quotes, brackets, a zone and a port.
fn forwarded_address(element: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(element).ok()?;
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim();
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    let without_port = match text.strip_prefix('[') {
        Some(bracketed) => {
            let (address, rest) = bracketed.split_once(']')?;
            let is_complete = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
            is_complete.then_some(address)?
        }
        None => match text.split_once(':') {
            Some((address, port)) if is_port(port) && !address.is_empty() => address,
            _ => text,
        },
    };
    let without_zone = without_port.split_once('%').map_or(without_port, |(address, _)| address);
    Some(without_zone.parse::<IpAddr>().ok()?.to_canonical())
}

/// Returns true for loopback, link-local, private and carrier-grade NAT addresses: where a proxy's address is, and that of
/// no client on the internet.
fn is_internal(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_shared
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn origin(trusted: &str, peer: &str, forwarded: &[&[u8]]) -> Origin {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
        }
        let proxies = if trusted.is_empty() { TrustedProxies::default() } else { parsed(trusted) };
        proxies.origin(peer.parse().unwrap(), &headers)
    }

    fn parsed(trusted: &str) -> TrustedProxies {
        TrustedProxies::parse(trusted).unwrap()
    }

    #[track_caller]
    fn check(trusted: &str, peer: &str, forwarded: &[&str], client: &str) {
        let lines: Vec<_> = forwarded.iter().map(|line| line.as_bytes()).collect();
        let found = origin(trusted, peer, &lines);
        assert_eq!(found.address, Some(client.parse::<IpAddr>().unwrap()), "{forwarded:?}");
    }

    #[test]
    fn only_a_trusted_proxys_word_counts() {
        check("10.0.0.1", "203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("10.0.0.1", "10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", "10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.0/8", "::ffff:10.9.9.9", &["198.51.100.1"], "198.51.100.1");
        for trusted in ["::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "::ffff:a00:1/128"] {
            check(trusted, "::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1");
            check(trusted, "10.0.0.1", &["198.51.100.1"], "198.51.100.1");
            check(trusted, "203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        }
    }

    #[test]
    fn what_a_client_writes_in_front_does_not_count() {
        check("10.0.0.1", "10.0.0.1", &["1.2.3.4, 198.51.100.1"], "198.51.100.1");
        check("10.0.0.1,10.0.0.2", "10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"], "198.51.100.1");
        check("10.0.0.1", "10.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", "10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1");
        check("10.0.0.1", "10.0.0.1", &["nonsense, 198.51.100.1"], "198.51.100.1");
    }

    #[test]
    fn an_address_is_read_however_proxies_write_it() {
        for (element, address) in [
            ("203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:51234", "203.0.113.9"),
            ("\"203.0.113.9:51234\"", "203.0.113.9"),
            (" 203.0.113.9 ", "203.0.113.9"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:443", "fe80::1"),
            ("[2001:db8::1%eth0]:443", "2001:db8::1"),
            ("\"[2001:db8::1%eth0]:443\"", "2001:db8::1"),
            ("\t203.0.113.9\t,\t", "203.0.113.9"),
            ("\"\t203.0.113.9:80 \"", "203.0.113.9"),
            ("[203.0.113.9]:80", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
            ("203.0.113.9, ", "203.0.113.9"),
            (", 203.0.113.9:80,,", "203.0.113.9"),
        ] {
            check("10.0.0.1", "10.0.0.1", &[element], address);
        }
    }

    #[test]
    fn an_element_that_is_no_address_leaves_the_proxy_and_is_noted() {
        for element in [
            &b"unknown"[..],
            b"_hidden",
            b"203.0.113.9:port",
            b"203.0.113.9:70000",
            b"[2001:db8::1",
            b"[2001:db8::1]443",
            b"[2001:db8::1]:",
            b":80",
            b"203.0.113",
            b"\"\"",
            b"\"unknown\"",
            b"%eth0",
            b"[]",
            b"[%eth0]:443",
            b"\xff\xfe",
            b"a host",
        ] {
            let found = origin("10.0.0.1", "10.0.0.1", &[element]);
            let proxy = Origin {
                address: Some(IpAddr::from([10, 0, 0, 1])),
                is_from_trusted_proxy: true,
                has_unreadable_element: true,
                names_no_client: false,
            };
            assert_eq!(found, proxy, "{}", String::from_utf8_lossy(element));
        }
        // Elements that no trusted proxy wrote are not read.
        let found = origin("10.0.0.1", "10.0.0.1", &[b"\xff, 198.51.100.1"]);
        assert!(!found.has_unreadable_element && found.is_from_trusted_proxy);
    }

    #[test]
    fn a_trusted_proxy_that_names_nobody_is_noted() {
        for (peer, header, value, is_noted) in [
            ("10.0.0.1", "x-forwarded-for", "198.51.100.1", false),
            ("10.0.0.1", "x-forwarded-for", "10.0.0.1", false),
            ("10.0.0.1", "x-forwarded-for", "unknown", false),
            ("10.0.0.1", "x-forwarded-for", "", true),
            ("10.0.0.1", "x-forwarded-for", " , ", true),
            ("10.0.0.1", "forwarded", "for=198.51.100.1", true),
            ("10.0.0.1", "x-real-ip", "198.51.100.1", true),
            ("10.0.0.1", "accept", "*/*", true),
            ("198.51.100.9", "x-real-ip", "198.51.100.1", false),
            ("10.0.0.2", "x-real-ip", "198.51.100.1", false),
        ] {
            let headers =
                HeaderMap::from_iter([(HeaderName::from_static(header), HeaderValue::from_static(value))]);
            let found = parsed("10.0.0.1").origin(peer.parse().unwrap(), &headers);
            assert_eq!(found.names_no_client, is_noted, "{peer} {header}: {value}");
        }
    }

    #[test]
    fn a_proxy_that_the_settings_do_not_name_is_no_client() {
        for (trusted, peer, is_client) in [
            ("", "127.0.0.1", false),
            ("", "::1", false),
            ("", "10.1.2.3", false),
            ("", "172.17.0.1", false),
            ("", "192.168.1.1", false),
            ("", "::ffff:192.168.1.1", false),
            ("", "169.254.1.1", false),
            ("", "100.64.0.1", false),
            ("", "fd00::1", false),
            ("", "fe80::1", false),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.1", "127.0.0.1", false),
            // Anybody on the internet can send the header, and keeps the limit of their own address.
            ("", "203.0.113.9", true),
            ("", "100.128.0.1", true),
            ("", "2001:db8::1", true),
        ] {
            let address = peer.parse::<IpAddr>().unwrap().to_canonical();
            let found = origin(trusted, peer, &[b"198.51.100.1"]);
            assert_eq!(found.address, is_client.then_some(address), "{peer}");
            assert!(!found.is_from_trusted_proxy, "{peer}");
            assert_eq!(origin(trusted, peer, &[]).address, Some(address), "{peer} without a proxy's header");
        }
        for name in &ADDED_BY_PROXIES {
            let headers = HeaderMap::from_iter([(name.clone(), HeaderValue::from_static("x"))]);
            let found = TrustedProxies::default().origin(IpAddr::from([127, 0, 0, 1]), &headers);
            assert_eq!(found.address, None, "{name}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["proxy", "10.0.0.0/33", "10.0.0.1,,10.0.0.2"] {
            assert!(TrustedProxies::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn trusting_everybody_shows() {
        assert!(parsed("10.0.0.1, 0.0.0.0/0").trusts_everybody() && parsed("::/0").trusts_everybody());
        assert!(!parsed("10.0.0.0/8").trusts_everybody());
        assert!(TrustedProxies::default().is_empty() && !parsed("10.0.0.1").is_empty());
    }
}
