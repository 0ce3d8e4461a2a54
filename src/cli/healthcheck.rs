//! `freshet healthcheck`: one plain request to the server on this machine. Container images without a shell or curl
//! have nothing else to ask with.

use anyhow::{Context, bail};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// Longer than a ready server ever takes, shorter than any supervisor's patience.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the server that listens on `listen` says it is ready.
///
/// # Errors
/// When nobody answers within five seconds, or the answer is not 200.
pub fn ask(listen: SocketAddr) -> anyhow::Result<()> {
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    if address.port() == 0 {
        bail!("PORT=0 picks a port that only the server knows: set PORT to ask it");
    }
    let status = status_line(address).with_context(|| format!("no answer from http://{address}"))?;
    match status.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => bail!("http://{address} is not ready: {status}"),
    }
}

/// A wildcard address is listened on but can't be connected to everywhere.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(v4) if v4.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

fn status_line(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = Vec::new();
    BufReader::new(stream.take(256)).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::TcpListener, thread};

    fn answering(head: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let read = stream.read(&mut request).unwrap();
            assert!(request[..read].starts_with(b"GET /health/ready HTTP/1.1\r\n"));
            stream.write_all(head.as_bytes()).unwrap();
        });
        address
    }

    #[test]
    fn a_server_that_says_200_is_ready() {
        assert!(ask(answering("HTTP/1.1 200 OK\r\n\r\n")).is_ok());
    }

    #[test]
    fn any_other_answer_is_told() {
        let error = ask(answering("HTTP/1.1 503 Service Unavailable\r\n\r\n")).unwrap_err();
        assert!(error.to_string().ends_with("is not ready: HTTP/1.1 503 Service Unavailable"), "{error}");
    }

    #[test]
    fn silence_and_an_unknown_port_are_told() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert!(ask(address).unwrap_err().to_string().starts_with("no answer from http://127.0.0.1:"));
        assert!(ask("127.0.0.1:0".parse().unwrap()).is_err());
    }

    #[test]
    fn a_wildcard_is_asked_on_loopback() {
        assert_eq!(reachable("0.0.0.0".parse().unwrap()).to_string(), "127.0.0.1");
        assert_eq!(reachable("::".parse().unwrap()).to_string(), "::1");
    }
}
