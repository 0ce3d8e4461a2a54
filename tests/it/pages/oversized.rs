//! Requests that are too much of something (threat S58): refused, and the server goes on.

use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::TestApp;

#[tokio::test]
async fn a_form_with_a_hundred_thousand_fields_is_no_failure() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let many: Vec<(String, String)> = (0..100_000).map(|n| (format!("f{n}"), String::new())).collect();
    let fields: Vec<(&str, &str)> = many.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    for path in ["/c/new", "/login", "/settings/theme"] {
        let page = ada.submits(path, &fields).await;
        assert!(!page.status.is_server_error(), "{path}: {}", page.status);
    }
    let twice = [("content", "a"), ("content", "b")];
    let page = ada.submits("/c/new", &twice).await;
    assert!(page.status.is_client_error(), "a field that comes twice: {}", page.status);
    assert_eq!(ada.opens("/settings").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = TestApp::start().await;
    let address = server.base.trim_start_matches("http://").to_owned();
    let long = "x".repeat(600 << 10);
    let many: String = (0..2_000).map(|n| format!("h{n}: x\r\n")).collect();
    for head in [
        format!("GET /{long} HTTP/1.1\r\n"),
        format!("GET / HTTP/1.1\r\ncookie: {long}\r\n"),
        format!("GET / HTTP/1.1\r\n{many}"),
    ] {
        let mut socket = TcpStream::connect(&address).await.unwrap();
        // The server may hang up before it has everything.
        let _ =
            socket.write_all(format!("{head}host: {address}\r\nconnection: close\r\n\r\n").as_bytes()).await;
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:.100}");
    }
    assert_eq!(server.visitor().opens("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_http_is_hung_up_on() {
    let server = TestApp::start().await;
    let address = server.base.trim_start_matches("http://").to_owned();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut socket = TcpStream::connect(&address).await.unwrap();
        let _ = socket.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{bytes:?}");
    }
    assert_eq!(server.visitor().opens("/").await.status, StatusCode::OK);
}
