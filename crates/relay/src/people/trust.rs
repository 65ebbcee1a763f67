//! A proxy in front that has already asked who somebody is (single sign-on), and says so in a header.

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::IpAddr;

/// Longest name taken from the header, in bytes.
const LONGEST_NAME: usize = 128;

/// Whose word is taken, and where it stands.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The header with the person's name, for example `X-Forwarded-User`. `None`: the proxy only says in
    /// `X-Forwarded-For` from which address somebody comes.
    pub header: Option<HeaderName>,
    /// The networks the proxy speaks from. From anywhere else these headers are nobody's word.
    pub from: Vec<IpNet>,
}

impl Trust {
    /// Whether it is asked who people are.
    pub(crate) fn names_people(&self) -> bool {
        self.header.is_some()
    }

    pub(crate) fn covers(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.from.iter().any(|net| net.contains(&peer))
    }

    /// The name the proxy gave, if it is the proxy that speaks and it gave exactly one.
    pub(crate) fn name<'a>(&self, peer: IpAddr, headers: &'a HeaderMap) -> Option<&'a str> {
        let header = self.header.as_ref().filter(|_| self.covers(peer))?;
        let mut values = headers.get_all(header).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            // Two names: one of them may have come from the client through a proxy that only adds its own.
            return None;
        };
        let name = std::str::from_utf8(value.as_bytes()).ok()?.trim();
        let plain = !name.is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
        plain.then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Trust;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    #[test]
    fn only_the_proxys_word_counts_and_only_a_single_one() {
        let trust = Trust {
            header: Some(HeaderName::from_static("x-user")),
            from: vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()],
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-user", HeaderValue::from_bytes(" Анна ".as_bytes()).unwrap());
        for peer in ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1"] {
            assert_eq!(trust.name(peer.parse().unwrap(), &headers), Some("Анна"), "{peer}");
        }
        for peer in ["10.2.0.1", "127.0.0.1", "::1"] {
            assert_eq!(trust.name(peer.parse().unwrap(), &headers), None, "{peer}");
        }
        let proxy = "10.1.2.3".parse().unwrap();
        headers.append("x-user", HeaderValue::from_static("boss"));
        assert_eq!(trust.name(proxy, &headers), None);
        for wrong in [" ", "a\tb", &"x".repeat(129)] {
            headers.insert("x-user", HeaderValue::from_str(wrong).unwrap());
            assert_eq!(trust.name(proxy, &headers), None, "{wrong:?}");
        }
        headers.insert("x-user", HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(trust.name(proxy, &headers), None);
    }
}
