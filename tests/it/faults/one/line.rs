//! A line between two programs that breaks: not closed in peace, but reset.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Leads to another address and resets each connection after some bytes of what comes back to a request.
pub struct BadLine {
    /// Where it begins, `http://127.0.0.1:<port>`.
    pub base: String,
    after: Arc<AtomicUsize>,
}

impl BadLine {
    /// To `http://127.0.0.1:<port>`.
    pub async fn to(target: &str) -> Self {
        let target: SocketAddr = target.trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let after = Arc::new(AtomicUsize::new(usize::MAX));
        let limit = Arc::clone(&after);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, target, Arc::clone(&limit)));
            }
        });
        Self { base, after }
    }

    /// The answers to requests that are made from now on end after so many bytes.
    pub fn resets_after(&self, bytes: usize) {
        self.after.store(bytes, Ordering::SeqCst);
    }
}

async fn carry(mut near: TcpStream, target: SocketAddr, after: Arc<AtomicUsize>) {
    let mut left = usize::MAX;
    let Ok(mut far) = TcpStream::connect(target).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (mut there, mut back) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    while left > 0 {
        tokio::select! {
            read = near.read(&mut there) => match read {
                Ok(read @ 1..) => {
                    left = after.load(Ordering::SeqCst);
                    if far.write_all(&there[..read]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
            read = far.read(&mut back) => match read {
                Ok(read @ 1..) => {
                    let now = read.min(left);
                    if near.write_all(&back[..now]).await.is_err() {
                        return;
                    }
                    left -= now;
                }
                _ => return,
            },
        }
    }
    // What was written is on its way; closing without lingering sends RST in place of FIN.
    let _ = near.set_zero_linger();
}
