//! The browser behind a session, in words that a person recognises.

use std::net::IpAddr;

/// The longest part of a `User-Agent` that is kept, in characters.
const MAX_AGENT: usize = 256;

/// Where a request comes from, as far as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The `User-Agent` header without control characters, cut to 256 characters; may be empty.
    pub agent: String,
    /// The address, as seen through the trusted proxies.
    pub ip: IpAddr,
}

impl Device {
    /// A device as its request describes it.
    pub fn new(agent: &str, ip: IpAddr) -> Self {
        Self { agent: agent.chars().filter(|c| !c.is_control()).take(MAX_AGENT).collect(), ip }
    }
}

/// Names in the order in which they are looked for: most browsers claim to be several others too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
    ("BSD", "BSD"),
];

/// Browser and system named in `agent`, such as `Some("Firefox"), Some("Linux")`.
pub(super) fn recognise(agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    let find = |list: &[(&str, &'static str)]| {
        list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    (find(BROWSERS), find(SYSTEMS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_from_those_it_claims_to_be() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                (Some("Firefox"), Some("Linux")),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                (Some("Edge"), Some("Windows")),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
                (Some("Safari"), Some("iPhone")),
            ),
            ("curl/8.5.0", (Some("curl"), None)),
            ("", (None, None)),
        ];
        for (agent, expected) in cases {
            assert_eq!(recognise(agent), expected, "{agent}");
        }
    }

    #[test]
    fn an_agent_cannot_bring_control_characters_or_a_flood() {
        let device = Device::new(&format!("a\r\n\u{1b}[31m{}", "x".repeat(1_000_000)), [127, 0, 0, 1].into());
        assert_eq!(device.agent.len(), MAX_AGENT);
        assert!(device.agent.starts_with("a[31mx"), "{}", device.agent);
    }
}
