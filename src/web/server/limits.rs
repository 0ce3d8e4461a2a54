//! How many at once: connections in all and from one address, open streams of one person.
//!
//! Every connection has a [`Seat`]. When all are taken a few reserved ones are left, on which only supervisors are
//! answered; when those are taken too, the connection is told so in a fixed text. An address has its share of both; behind a
//! proxy, which speaks for many, it is the client's requests that are counted. Who opens one stream too many is refused,
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
/// Of those, the most that one address may have, so that one that takes all can't hide from supervisors how we are.
const RESERVED_EACH: usize = 4;
/// The share of one address unless a setting says otherwise; with less than four times as many seats a quarter of them.
const USUAL_SHARE: usize = 1_000;
/// The most connections unless a setting says otherwise: at some 16 KiB each about 320 MiB.
const MOST: usize = 20_000;
/// Open files where the system does not say how many there may be.
const USUAL_FILES: usize = 1_024;
/// Files that connections leave alone, at least: databases, providers, the log.
const OTHER_FILES: usize = 64;
/// When somebody with too many streams or requests may try again.
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
    /// Reserved seats, by address.
    reserved_of: HashMap<IpAddr, usize>,
    /// Requests that proxies brought, by client.
    requests: HashMap<IpAddr, usize>,
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
    reserved: bool,
    /// What it counts for.
    address: Option<IpAddr>,
}

/// The right to one request in progress. Dropping it gives it back.
#[derive(Debug)]
pub(in crate::web) struct Share {
    inner: Arc<Inner>,
    client: IpAddr,
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
            share_of(settings.connections_per_address, connections),
            settings.streams_per_user,
            settings.trusted_proxies.clone(),
        )
    }

    pub(super) fn of(
        connections: usize,
        per_address: usize,
        streams_per_user: usize,
        trusted: Vec<IpNet>,
    ) -> Self {
        let here = Mutex::default();
        Self { inner: Arc::new(Inner { connections, per_address, streams_per_user, trusted, here }) }
    }

    /// A seat for a connection from `peer`, if need be a reserved one.
    pub(super) fn admit(&self, peer: IpAddr) -> Result<Seat, Full> {
        self.seat(peer, false)
    }

    /// A seat on which only supervisors are answered.
    pub(super) fn admit_reserved(&self, peer: IpAddr) -> Result<Seat, Full> {
        self.seat(peer, true)
    }

    fn seat(&self, peer: IpAddr, reserved: bool) -> Result<Seat, Full> {
        let address = self.counted(peer);
        let mut here = self.inner.here.lock();
        let has = |counts: &HashMap<IpAddr, usize>| {
            address.and_then(|address| counts.get(&address).copied()).unwrap_or_default()
        };
        // First: whoever has too many must not get a reserved seat either.
        let most = self.inner.per_address;
        if most > 0 && has(&here.addresses) >= most {
            return Err(Full::Address);
        }
        let reserved = reserved || here.seats >= self.inner.connections;
        if reserved {
            if here.reserved >= RESERVED || has(&here.reserved_of) >= RESERVED_EACH {
                return Err(Full::Server);
            }
            here.reserved += 1;
        } else {
            here.seats += 1;
        }
        if let Some(address) = address {
            *here.addresses.entry(address).or_default() += 1;
            if reserved {
                *here.reserved_of.entry(address).or_default() += 1;
            }
        }
        Ok(Seat { inner: Arc::clone(&self.inner), reserved, address })
    }

    /// Lets a client whom a proxy speaks for ask one thing more at once. `None` for those who are not limited.
    ///
    /// # Errors
    /// [`Error::TooMany`]: it has as many requests in progress as one address may have connections.
    pub(in crate::web) fn one_request(&self, client: IpAddr) -> Result<Option<Share>> {
        let most = self.inner.per_address;
        let Some(client) = self.counted(client).filter(|_| most > 0) else { return Ok(None) };
        let mut here = self.inner.here.lock();
        let theirs = here.requests.entry(client).or_default();
        if *theirs >= most {
            metrics::request_refused();
            return Err(Error::TooMany { retry_after: LATER });
        }
        *theirs += 1;
        Ok(Some(Share { inner: Arc::clone(&self.inner), client }))
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
        self.reserved
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut here = self.inner.here.lock();
        if self.reserved {
            here.reserved -= 1;
        } else {
            here.seats -= 1;
        }
        if let Some(address) = self.address {
            one_less(&mut here.addresses, &address);
            if self.reserved {
                one_less(&mut here.reserved_of, &address);
            }
        }
    }
}

impl Share {
    /// Keeps the right for as long as the response is being read.
    pub fn hold(self, response: Response) -> Response {
        response.map(|body| Body::new(Holding::new(body, self)))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        one_less(&mut self.inner.here.lock().requests, &self.client);
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

fn share_of(per_address: usize, connections: usize) -> usize {
    if per_address == USUAL_SHARE { per_address.min(connections / 4).max(1) } else { per_address }
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
    fn of_few_connections_one_address_has_a_quarter_unless_a_setting_says_otherwise() {
        assert_eq!(Config::default().server.connections_per_address, USUAL_SHARE);
        assert_eq!(share_of(USUAL_SHARE, connections_within(1_024)), 188);
        assert_eq!(share_of(USUAL_SHARE, MOST), USUAL_SHARE);
        assert_eq!(share_of(USUAL_SHARE, 1), 1);
        assert_eq!((share_of(0, 752), share_of(700, 752)), (0, 700));
    }

    #[test]
    fn when_all_seats_are_taken_a_few_reserved_ones_are_left() {
        let limits = Limits::of(2, 0, 1, Vec::new());
        let address = |n: usize| IpAddr::from([198, 51, 100, u8::try_from(n / RESERVED_EACH).unwrap()]);
        let mut seats: Vec<Seat> = (0..2).map(|_| limits.admit(ip("203.0.113.1")).unwrap()).collect();
        seats.extend((0..RESERVED).map(|n| limits.admit(address(n)).unwrap()));
        assert_eq!(seats.iter().filter(|seat| seat.is_reserved()).count(), RESERVED);
        assert_eq!(limits.admit(ip("203.0.113.2")).unwrap_err(), Full::Server);
        seats.remove(0);
        assert!(!limits.admit(ip("203.0.113.2")).unwrap().is_reserved());
        drop(seats);
        assert_eq!(limits.connections(), (0, 0));
        let here = limits.inner.here.lock();
        assert!(here.addresses.is_empty() && here.reserved_of.is_empty());
    }

    #[test]
    fn who_has_too_many_gets_no_reserved_seat_and_nobody_gets_all_of_those() {
        let limits = Limits::of(2, 2, 1, Vec::new());
        let _all = [0, 1].map(|_| limits.admit(ip("198.51.100.1")).unwrap());
        assert_eq!(limits.admit(ip("198.51.100.1")).unwrap_err(), Full::Address);
        assert_eq!(limits.admit_reserved(ip("198.51.100.1")).unwrap_err(), Full::Address);
        assert!(limits.admit(ip("198.51.100.2")).unwrap().is_reserved());
        let limits = Limits::of(0, 0, 1, Vec::new());
        let _some = [0; RESERVED_EACH].map(|_| limits.admit(ip("198.51.100.1")).unwrap());
        assert_eq!(limits.admit(ip("198.51.100.1")).unwrap_err(), Full::Server);
        // Supervisors on this machine may come as often as they like.
        let _watching = [0; RESERVED - RESERVED_EACH].map(|_| limits.admit(ip("127.0.0.1")).unwrap());
        assert_eq!(limits.admit(ip("127.0.0.1")).unwrap_err(), Full::Server);
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
