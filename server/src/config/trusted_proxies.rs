//! Whose word counts about where a request comes from.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

use super::reader::Reader;

/// `CONNECT_TRUSTED_PROXIES`: addresses and networks, separated by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads the list. `Err` says how a sentence about it goes on.
    pub fn parse(text: &str) -> Result<Self, String> {
        let one = |text: &str| {
            let text = text.trim();
            let net = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            net.map_err(|_| "must be addresses or networks, such as 10.0.0.1, 10.1.0.0/16.".to_owned())
        };
        text.split(',').map(one).collect::<Result<_, _>>().map(Self)
    }

    /// Where a request comes from: the last address in `X-Forwarded-For` that no trusted proxy has. Anybody can write
    /// the ones before it.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let named = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(','));
        for text in named {
            if !self.0.iter().any(|net| net.contains(&client)) {
                return client;
            }
            let Ok(before) = text.trim().parse::<IpAddr>() else { return client };
            client = before.to_canonical();
        }
        client
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.or("CONNECT_TRUSTED_PROXIES", Self::default(), Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(trusted: &str, peer: &str, forwarded: &[&str], client: &str) {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let found = TrustedProxies::parse(trusted).unwrap().client(peer.parse().unwrap(), &headers);
        assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{forwarded:?}");
    }

    #[test]
    fn only_a_trusted_proxys_word_counts() {
        check("10.0.0.1", "203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("10.0.0.1", "10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", "10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.0/8", "::ffff:10.9.9.9", &["198.51.100.1"], "198.51.100.1");
    }

    #[test]
    fn what_a_client_writes_in_front_does_not_count() {
        check("10.0.0.1", "10.0.0.1", &["1.2.3.4, 198.51.100.1"], "198.51.100.1");
        check("10.0.0.1,10.0.0.2", "10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"], "198.51.100.1");
        check("10.0.0.1", "10.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", "10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["proxy", "10.0.0.0/33", "10.0.0.1,,10.0.0.2"] {
            assert!(TrustedProxies::parse(text).is_err(), "{text}");
        }
    }
}
