//! How many at once: connections in all and from one address, open streams of one person.
//!
//! Every connection has a [`Seat`]. When all are taken a few reserved ones are left, on which only supervisors are
//! answered; when those are taken too, the connection is told so in a fixed text. Who opens one stream too many is refused,
//! and the older ones go on: a tab that suddenly goes dead is worse than one that does not start.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use axum::{body::Body, response::Response};
use ipnet::IpNet;
use parking_lot::Mutex;

use super::body::Holding;
use crate::{
    accounts::{Actor, UserId},
    config::Config,
    error::{Error, Result},
    platform::{metrics, process},
};

/// Seats on which only supervisors are answered.
pub(super) const RESERVED: usize = 16;
/// The most connections unless a setting says otherwise: at some 16 KiB each about 320 MiB.
const MOST: usize = 20_000;
/// Open files where the system does not say how many there may be.
const USUAL_FILES: usize = 1_024;
/// Files that connections leave alone, at least: databases, providers, the log.
const OTHER_FILES: usize = 64;
/// When somebody with too many streams may try again.
const LATER: Duration = Duration::from_secs(5);

/// By what a stream goes to its viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A response that grows: server-sent events, text, or a page.
    Http,
    /// A WebSocket.
    WebSocket,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Http, Self::WebSocket];

    /// The word in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::WebSocket => "websocket",
        }
    }
}

/// Who is here, and how many may be. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Limits {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    connections: usize,
    per_address: usize,
    streams_per_user: usize,
    trusted: Vec<IpNet>,
    here: Mutex<Here>,
}

#[derive(Debug, Default)]
struct Here {
    seats: usize,
    reserved: usize,
    addresses: HashMap<IpAddr, usize>,
    users: HashMap<UserId, usize>,
    streams: HashMap<Transport, usize>,
}

/// Why a connection gets no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// Everything is taken, the reserved seats too.
    Server,
    /// This address has as many as one may have.
    Address,
}

/// A place for one connection. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Seat {
    inner: Arc<Inner>,
    /// `None` for a reserved one, which counts for no address.
    address: Option<Option<IpAddr>>,
}

/// The right to one open stream. Dropping it gives it back.
#[derive(Debug)]
pub struct StreamGuard {
    inner: Arc<Inner>,
    user: UserId,
    transport: Transport,
}

impl Limits {
    /// As the settings say, or as many as this process may open files.
    pub fn new(config: &Config) -> Self {
        let settings = &config.server;
        let connections = match settings.max_connections {
            0 => connections_within(process::max_files().unwrap_or(USUAL_FILES)),
            connections => connections,
        };
        Self::of(
            connections,
            settings.connections_per_address,
            settings.streams_per_user,
            settings.trusted_proxies.clone(),
        )
    }

    fn of(connections: usize, per_address: usize, streams_per_user: usize, trusted: Vec<IpNet>) -> Self {
        let here = Mutex::default();
        Self { inner: Arc::new(Inner { connections, per_address, streams_per_user, trusted, here }) }
    }

    /// A seat for a connection from `peer`, if need be a reserved one.
    pub(super) fn admit(&self, peer: IpAddr) -> Result<Seat, Full> {
        let address = self.counted(peer);
        let mut here = self.inner.here.lock();
        if here.seats >= self.inner.connections {
            drop(here);
            return self.admit_reserved();
        }
        if let Some(address) = address {
            let most = self.inner.per_address;
            let from_here = here.addresses.entry(address).or_default();
            if most > 0 && *from_here >= most {
                return Err(Full::Address);
            }
            *from_here += 1;
        }
        here.seats += 1;
        Ok(Seat { inner: Arc::clone(&self.inner), address: Some(address) })
    }

    /// A seat on which only supervisors are answered.
    pub(super) fn admit_reserved(&self) -> Result<Seat, Full> {
        let mut here = self.inner.here.lock();
        if here.reserved >= RESERVED {
            return Err(Full::Server);
        }
        here.reserved += 1;
        Ok(Seat { inner: Arc::clone(&self.inner), address: None })
    }

    /// What an address is counted as. Proxies speak for many, and whoever is on this machine has better ways to harm it.
    fn counted(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let exempt = peer.is_loopback() || self.inner.trusted.iter().any(|net| net.contains(&peer));
        (!exempt).then(|| match peer {
            IpAddr::V4(_) => peer,
            // A household has 2^64 of them.
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        })
    }

    /// Lets `actor` watch one thing more. To be taken before anything is done that a refusal could not undo.
    ///
    /// # Errors
    /// [`Error::TooMany`]: as many are open as one person may have.
    pub fn open_stream(&self, actor: &Actor, transport: Transport) -> Result<StreamGuard> {
        let mut here = self.inner.here.lock();
        let theirs = here.users.entry(actor.user).or_default();
        if *theirs >= self.inner.streams_per_user {
            metrics::stream_refused();
            return Err(Error::TooMany { retry_after: LATER });
        }
        *theirs += 1;
        *here.streams.entry(transport).or_default() += 1;
        Ok(StreamGuard { inner: Arc::clone(&self.inner), user: actor.user, transport })
    }

    /// The most connections, reserved seats aside.
    pub fn most_connections(&self) -> usize {
        self.inner.connections
    }

    /// Connections that are open now, and those among them on reserved seats.
    pub fn connections(&self) -> (usize, usize) {
        let here = self.inner.here.lock();
        (here.seats + here.reserved, here.reserved)
    }

    /// Streams that are open now.
    pub fn streams(&self, transport: Transport) -> usize {
        self.inner.here.lock().streams.get(&transport).copied().unwrap_or_default()
    }
}

impl Seat {
    pub fn is_reserved(&self) -> bool {
        self.address.is_none()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut here = self.inner.here.lock();
        match self.address {
            None => here.reserved -= 1,
            Some(address) => {
                here.seats -= 1;
                if let Some(address) = address {
                    one_less(&mut here.addresses, &address);
                }
            }
        }
    }
}

impl StreamGuard {
    /// Keeps the right for as long as the response is being read.
    pub fn hold(self, response: Response) -> Response {
        response.map(|body| Body::new(Holding::new(body, self)))
    }
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        let mut here = self.inner.here.lock();
        one_less(&mut here.users, &self.user);
        one_less(&mut here.streams, &self.transport);
    }
}

/// Who has none left is forgotten, so that the map is never longer than what is open.
fn one_less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    let Some(count) = counts.get_mut(key) else { return };
    *count -= 1;
    if *count == 0 {
        counts.remove(key);
    }
}

fn connections_within(files: usize) -> usize {
    let others = (files / 4).clamp(OTHER_FILES, 1_024);
    files.saturating_sub(others + RESERVED).clamp(1, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn files_are_left_for_everything_else() {
        assert_eq!(connections_within(256), 176);
        assert_eq!(connections_within(1_024), 752);
        assert_eq!(connections_within(65_536), MOST);
        assert_eq!(connections_within(10), 1);
    }

    #[test]
    fn when_all_seats_are_taken_a_few_reserved_ones_are_left() {
        let limits = Limits::of(2, 0, 1, Vec::new());
        let mut seats: Vec<Seat> =
            (0..2 + RESERVED).map(|_| limits.admit(ip("198.51.100.1")).unwrap()).collect();
        assert_eq!(seats.iter().filter(|seat| seat.is_reserved()).count(), RESERVED);
        assert_eq!(limits.admit(ip("198.51.100.2")).unwrap_err(), Full::Server);
        seats.remove(0);
        assert!(!limits.admit(ip("198.51.100.2")).unwrap().is_reserved());
        drop(seats);
        assert_eq!(limits.connections(), (0, 0));
        assert!(limits.inner.here.lock().addresses.is_empty());
    }

    #[test]
    fn one_address_has_its_share_and_a_proxy_has_none() {
        let limits = Limits::of(100, 1, 1, vec!["10.0.0.0/8".parse().unwrap()]);
        let _seats =
            ["198.51.100.1", "2001:db8::1", "::ffff:198.51.100.7"].map(|a| limits.admit(ip(a)).unwrap());
        for again in ["198.51.100.1", "::ffff:198.51.100.1", "2001:db8::2", "198.51.100.7"] {
            assert_eq!(limits.admit(ip(again)).unwrap_err(), Full::Address, "{again}");
        }
        let _others = ["10.1.2.3", "10.1.2.3", "127.0.0.1", "127.0.0.1", "2001:db8:0:1::1"]
            .map(|a| limits.admit(ip(a)).unwrap());
    }
}
