//! Input without end (S58).

use super::socket::Socket;
use crate::support::TestApp;

#[tokio::test]
async fn a_giant_head_is_refused() {
    let app = TestApp::start().await;
    for head in [
        format!("x-giant: {}\r\n", "a".repeat(1 << 20)),
        "x-many: 1\r\n".repeat(1_000),
        format!("cookie: {}\r\n", "a=b; ".repeat(20_000)),
    ] {
        let mut socket =
            Socket::saying(&app.base, format!("GET /login HTTP/1.1\r\nhost: localhost\r\n{head}\r\n")).await;
        let said = socket.until_closed().await;
        // A reset may overtake the answer when more is on its way; it is refused all the same.
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 431 "), "{said}");
    }
    let long = Socket::asking(&app.base, &format!("/{}", "a".repeat(20_000))).await.until("\r\n").await;
    assert!(long.starts_with("HTTP/1.1 404"), "what fits is looked up: {long}");
}

#[tokio::test]
async fn a_body_without_end_is_refused_when_it_is_too_long() {
    let app = TestApp::start().await;
    let mut socket = Socket::saying(
        &app.base,
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n",
    )
    .await;
    let chunk = format!("{:x}\r\n{}\r\n", 64 << 10, " ".repeat(64 << 10));
    let (mut reading, mut writing) = socket.0.split();
    let endless = async {
        use tokio::io::AsyncWriteExt as _;
        while writing.write_all(chunk.as_bytes()).await.is_ok() {}
        std::future::pending::<()>().await;
    };
    let answer = async {
        use tokio::io::AsyncReadExt as _;
        let mut start = [0; 12];
        reading.read_exact(&mut start).await.unwrap();
        String::from_utf8_lossy(&start).into_owned()
    };
    tokio::select! {
        () = endless => {}
        said = tokio::time::timeout(super::socket::PATIENCE, answer) => assert_eq!(said.unwrap(), "HTTP/1.1 413"),
    }
}

#[tokio::test]
async fn a_form_with_a_hundred_thousand_fields_is_refused() {
    let app = TestApp::start().await;
    let body = "a=b&".repeat(100_000);
    let url = format!("{}/login", app.base);
    let kind = "application/x-www-form-urlencoded";
    let answer = crate::support::client().post(url).header("content-type", kind).body(body).send().await;
    assert!(answer.unwrap().status().is_client_error());
}
