//! A page whose frames come by WebSocket, for a while or for good.

use freshet::markdown::full;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Method;
use serde_json::json;

use crate::support::{Page, Reader, Socket, TestApp};

const TEXT: &str = "# One\n\nlone \r return, \u{2028} and \u{85}\n\n\nevent: done\ndata: {}\nid: 9.9\n\n| a | b |\n|---|---|\n| 1 | <b> |\n\n```rust\nfn main() {}\n\n// x\n```\n\n- a\n- b\n\n1. c\n";

async fn raw(ada: &Reader, chat: &str) -> String {
    let items = ada.json(&format!("/chats/{chat}/messages")).await;
    items["items"][1]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_that_changes_its_transport_again_and_again_ends_as_a_fresh_load() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/echo:ms=1", &TEXT.repeat(8)).await;
    let mut page = Page { cursor: first_cursor(&ada, &chat).await, ..Page::default() };
    let mut random = StdRng::seed_from_u64(28);
    let mut turns = 0;
    while !page.is_over() {
        let enough = page.bytes + random.random_range(1..6_000);
        let stop = |page: &Page| page.bytes >= enough || page.is_over();
        page = match turns % 2 {
            0 => ada.watches_by_socket(&chat, page, stop).await.0,
            _ => ada.watches(&chat, page, stop).await,
        };
        turns += 1;
    }
    let answer = page.answer();
    assert!(turns > 3, "{turns}");
    assert_eq!(answer.blocks.concat(), full::render(&raw(&ada, &chat).await).concat());
    assert_eq!((answer.ended.as_deref(), page.resyncs), (Some("done"), 0));
}

#[tokio::test]
async fn a_page_learns_why_its_socket_ends() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/fast", "hi").await;
    let headers = |cookie: &str| [("cookie", cookie.to_owned()), ("origin", server.base.clone())];
    let opens = async |chat: &str| {
        let headers = headers(ada.cookie());
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut socket = Socket::opens(&server.base, &format!("/c/{chat}/ws"), &headers).await.ok().unwrap();
        assert_eq!(socket.next().await.unwrap()[0]["event"], "fx:hello");
        socket
    };
    let bye = |reason| json!([{ "event": "fx:bye", "data": reason }]);
    let mut deleted = opens(&chat).await;
    let http = crate::support::client();
    let url = format!("{}/api/v1/chats/{chat}", server.base);
    let request = http.request(Method::DELETE, url).header("cookie", ada.cookie());
    assert!(request.header("origin", &server.base).send().await.unwrap().status().is_success());
    deleted.waits_for(|message| *message == bye("deleted")).await;
    assert_eq!(deleted.ends().await, 1000);

    let chat = ada.begins("simulated/fast", "hi").await;
    let mut revoked = opens(&chat).await;
    let out = http.post(format!("{}/logout", server.base)).header("cookie", ada.cookie());
    out.header("origin", &server.base).send().await.unwrap();
    revoked.waits_for(|message| *message == bye("revoked")).await;
    assert_eq!(revoked.ends().await, 1008);
}

#[tokio::test]
async fn a_server_that_goes_down_asks_pages_to_come_back() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/fast", "hi").await;
    let app = server.app.clone();
    let mut seen = 0;
    let stop = |_: &Page| {
        seen += 1;
        if seen == 2 {
            app.draining.cancel();
        }
        false
    };
    let (_, code) = ada.watches_by_socket(&chat, Page::default(), stop).await;
    assert_eq!(code, Some(1012));
}

/// Just before everything.
async fn first_cursor(ada: &Reader, chat: &str) -> String {
    let cursor = ada.json(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    format!("{}.0", cursor.split('.').next().unwrap())
}
