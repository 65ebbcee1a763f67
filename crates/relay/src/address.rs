//! Where a request comes from.

use crate::people::Trust;
use axum::extract::Request;
use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who is at the other end of the connection: the client, or a proxy that speaks for it. The server puts it into every
/// request's extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl Peer {
    pub(crate) fn of(request: &Request) -> Self {
        // Every connection has one; a request without is nobody's neighbour.
        request.extensions().get().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }

    /// The client's address as far as it can be believed: the nearest one that is no trusted proxy's.
    pub(crate) fn client(self, headers: &HeaderMap, trust: Option<&Trust>) -> IpAddr {
        let Some(trust) = trust.filter(|trust| trust.covers(self.0)) else { return self.0.to_canonical() };
        let mut lines: Vec<&str> = Vec::new();
        for value in headers.get_all("x-forwarded-for") {
            lines.push(value.to_str().unwrap_or_default());
        }
        let hops = lines.iter().flat_map(|line| line.split(',')).rev();
        let mut nearest = self.0.to_canonical();
        for hop in hops {
            // From a word that is no address on, everything may have been made up.
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
            nearest = hop.to_canonical();
            if !trust.covers(nearest) {
                break;
            }
        }
        nearest
    }
}

/// What counts as one address for a limit: a single IPv4 address, or the /64 that one IPv6 customer has all of.
pub(crate) fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::{Peer, household};
    use crate::people::Trust;
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn a_trusted_proxy_is_asked_for_whom_it_speaks_and_nobody_else_is() {
        let trust = Trust { header: None, from: vec!["10.0.0.0/8".parse().unwrap()] };
        for (peer, forwarded, client) in [
            ("10.0.0.1", &[][..], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", &["198.51.100.1, 192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", &["198.51.100.1", "192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", &["198.51.100.1, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("203.0.113.5", &["192.0.2.7"], "203.0.113.5"),
        ] {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
            }
            let found = Peer(peer.parse().unwrap()).client(&headers, Some(&trust));
            assert_eq!(found.to_string(), client, "{peer} {forwarded:?}");
            assert_eq!(Peer(peer.parse().unwrap()).client(&headers, None).to_string(), peer);
        }
    }

    #[test]
    fn all_addresses_of_one_ipv6_customer_are_one() {
        let one = household("2001:db8:1:2:3:4:5:6".parse().unwrap());
        assert_eq!(one, household("2001:db8:1:2:ffff::".parse().unwrap()));
        assert_ne!(one, household("2001:db8:1:3::".parse().unwrap()));
        assert_eq!(household("::ffff:192.0.2.1".parse().unwrap()).to_string(), "192.0.2.1");
    }
}
