//! A client without manners: bytes on a socket.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A connection.
pub struct Socket(pub TcpStream);

impl Socket {
    /// Connects to `base`.
    pub async fn to(base: &str) -> Self {
        Self(TcpStream::connect(address(base)).await.unwrap())
    }

    /// Connects with so little room that what it does not read soon has to wait at the server's.
    pub async fn narrow(base: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4 << 10).unwrap();
        Self(socket.connect(address(base)).await.unwrap())
    }

    /// Connects and sends these bytes.
    pub async fn saying(base: &str, bytes: impl AsRef<[u8]>) -> Self {
        let mut socket = Self::to(base).await;
        socket.says(bytes).await;
        socket
    }

    /// Connects and asks for a path.
    pub async fn asking(base: &str, path: &str) -> Self {
        Self::saying(base, format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await
    }

    /// Sends bytes; that the other end hung up is found out by reading.
    pub async fn says(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads until the text holds `end`.
    pub async fn until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        let reading = async {
            let mut buffer = [0; 4096];
            while !String::from_utf8_lossy(&text).contains(end) {
                match self.0.read(&mut buffer).await {
                    Ok(0) | Err(_) => panic!("closed after {:?}", String::from_utf8_lossy(&text)),
                    Ok(read) => text.extend_from_slice(&buffer[..read]),
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("the server says nothing");
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Reads until the server closes; gives what it said.
    pub async fn until_closed(&mut self) -> String {
        let mut text = Vec::new();
        let reading = async {
            let mut buffer = vec![0; 64 << 10];
            // A reset is an end, too.
            while let Ok(read @ 1..) = self.0.read(&mut buffer).await {
                text.extend_from_slice(&buffer[..read]);
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("the server does not hang up");
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn address(base: &str) -> SocketAddr {
    base.strip_prefix("http://").unwrap().parse().unwrap()
}
