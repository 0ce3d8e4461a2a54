//! Where a client may go that follows an address somebody typed: the public internet, and what the operator allows.
//!
//! The rule is kept where connections are made. Names are looked up by [`Guard`] itself, which hands out only addresses
//! that may be dialled, so a name that changes its mind between a check and the connection gains nothing. An address that
//! stands in the URL is looked at by [`Guard::admits`], with the parser that the client uses, before each request.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    sync::Arc,
};

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Ports below 1024 that are for the web. The others belong to services that nobody should be made to talk to.
const WEB_PORTS: [u16; 2] = [80, 443];

/// A host or network that may be reached although it is nobody's but the operator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrivateHost {
    /// These addresses.
    Net(IpNet),
    /// This name, whatever its addresses.
    Name(String),
}

impl FromStr for PrivateHost {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Ok(net) = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            return Ok(Self::Net(net));
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) => Ok(Self::Name(bare(&name))),
            _ => Err(()),
        }
    }
}

impl fmt::Display for PrivateHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Self::Net(net) => net.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// What may be reached. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Guard(Arc<Vec<PrivateHost>>);

impl Guard {
    /// The public internet, and these.
    pub fn new(private: Vec<PrivateHost>) -> Self {
        Self(Arc::new(private))
    }

    /// Whether a URL may be asked. Of a name only its form is known yet; its addresses are looked at when it is dialled.
    pub fn admits(&self, url: &Url) -> bool {
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let (host, listed) = match url.host() {
            Some(Host::Ipv4(ip)) => (self.may_dial(ip.into()), self.lists(ip.into())),
            Some(Host::Ipv6(ip)) => (self.may_dial(ip.into()), self.lists(ip.into())),
            Some(Host::Domain(name)) => (!name.is_empty(), self.names(name)),
            None => return false,
        };
        let port = url.port_or_known_default().unwrap_or_default();
        plain && host && (listed || port >= 1_024 || WEB_PORTS.contains(&port))
    }

    fn may_dial(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.lists(ip)
    }

    fn lists(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|host| matches!(host, PrivateHost::Net(net) if net.contains(&ip)))
    }

    fn names(&self, name: &str) -> bool {
        let name = bare(name);
        self.0.iter().any(|host| matches!(host, PrivateHost::Name(known) if *known == name))
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let any = guard.names(name.as_str());
            let fit: Vec<SocketAddr> = found.filter(|found| any || guard.may_dial(found.ip())).collect();
            if fit.is_empty() {
                return Err("no address of this name may be reached".into());
            }
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}

fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether an address is on the public internet, also the IPv4 one inside of an IPv6 address.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let reserved = match a {
        // This network, private, loopback, multicast and what lies above.
        0 | 10 | 127 | 224..=255 => true,
        // Behind a carrier's NAT.
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        // Private, protocol assignments, documentation, the 6to4 relay.
        192 => b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        // Benchmarks, documentation.
        198 => b == 18 || b == 19 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !reserved
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let inner =
        |high: u16, low: u16| is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match parts {
        // Mapped, and what was "compatible" once (loopback and unspecified are among them).
        [0, 0, 0, 0, 0, 0xffff, high, low] => inner(high, low),
        [0, 0, 0, 0, 0 | 0xffff, _, _, _] => false,
        // NAT64: of the well-known prefix; local ones are somebody's own network.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x64, 0xff9b, ..] => false,
        [0x2002, high, low, ..] => inner(high, low),
        // Teredo, ORCHID, documentation, discard, segment routing.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Only this eighth of all addresses is given to the public.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(private: &str) -> Guard {
        let hosts = private.split(' ').filter(|host| !host.is_empty()).map(|host| host.parse().unwrap());
        Guard::new(hosts.collect())
    }

    fn admits(guard: &Guard, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| guard.admits(&url))
    }

    #[test]
    fn s46_no_spelling_of_an_inner_address_is_admitted() {
        let guard = guard("");
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "①②⑦.0.0.1",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:7f00:1]",
            "[::ffff:a9fe:a9fe]",
            "[::7f00:1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[fd00::1]",
            "[fe80::1]",
            "[fe80::1%lo]",
            "[ff02::1]",
            "[fec0::1]",
            "[2001:db8::1]",
        ] {
            assert!(!admits(&guard, &format!("http://{host}:8080/v1")), "{host}");
        }
        for host in
            ["93.184.216.34", "[2606:4700::1111]", "[64:ff9b::5db8:d822]", "api.example.com", "172.32.0.1"]
        {
            assert!(admits(&guard, &format!("https://{host}/v1")), "{host}");
        }
    }

    #[test]
    fn s47_only_plain_web_addresses_are_admitted() {
        let guard = guard("");
        for url in [
            "http://ok@127.0.0.1/",
            "http://127.0.0.1\\@ok.example/",
            "http://ok.example#@127.0.0.1/",
            "http://u:p@ok.example/",
            "http://ok.example/?a=1",
            "http://ok.example/#a",
            "file:///etc/passwd",
            "gopher://ok.example/",
            "ftp://ok.example/",
            "ws://ok.example/",
            "data:text/plain,x",
            "http://ok.example:25/",
            "http://ok.example:22/",
            "unix:/run/x",
            "//ok.example/",
            "",
        ] {
            assert!(!admits(&guard, url), "{url}");
        }
        assert!(admits(&guard, "http://ok.example:8443/v1") && admits(&guard, "https://ok.example/v1"));
    }

    #[test]
    fn what_the_operator_lists_is_admitted_and_nothing_beside_it() {
        let guard = guard("127.0.0.1 10.1.0.0/16 Ollama.internal fd00::/8");
        for url in [
            "http://127.1:11434/",
            "http://[::ffff:127.0.0.1]:99/",
            "http://10.1.2.3:22/",
            "http://[fd00::7]/",
        ] {
            assert!(admits(&guard, url), "{url}");
        }
        for url in ["http://127.0.0.2/", "http://10.2.0.1/", "http://[::1]/"] {
            assert!(!admits(&guard, url), "{url}");
        }
        assert!("not a host/".parse::<PrivateHost>().is_err() && "".parse::<PrivateHost>().is_err());
    }

    #[tokio::test]
    async fn s48_a_name_is_judged_by_the_addresses_that_are_dialled() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(guard("").resolve(name()).await.is_err());
        assert!(guard("elsewhere").resolve(name()).await.is_err());
        for listed in ["localhost", "LOCALHOST.", "127.0.0.0/8 ::1"] {
            let found: Vec<_> = guard(listed).resolve(name()).await.unwrap().collect();
            assert!(found.iter().all(|found| found.ip().is_loopback()) && !found.is_empty(), "{listed}");
        }
    }
}
