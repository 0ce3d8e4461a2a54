//! The page's stream: after every cut the page ends as a fresh load would show it (threats R22, R24).

use std::sync::Arc;

use freshet::{
    accounts::{Actor, Role, TokenFamily, UserId, Via},
    markdown::full,
    web::live,
};
use futures::StreamExt as _;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use crate::support::{Page, Reader, TestApp};

/// A text with everything that grows or changes late.
fn nasty() -> String {
    let mut text = String::from("Title\n=====\n\nSee [the docs][d] and a note[^1].\n\n");
    text.push_str("| a | b |\n|---|---|\n");
    (0..40).for_each(|i| text.push_str(&format!("| {i} | **{i}** |\n")));
    text.push_str("\n```rust\n");
    (0..60).for_each(|i| text.push_str(&format!("fn f{i}() -> u32 {{ {i} }} // <script>\n")));
    text.push_str("```\n\n");
    (0..40).for_each(|i| text.push_str(&format!("- item {i}\n  - nested `{i}`\n")));
    text.push_str("\n\n- loose\n\n- list\n\nline\r\nwith crlf 👩‍👩‍👧 <img src=x onerror=alert(1)>\n---\n\n");
    text.push_str("[d]: https://example.org/docs\n\n[^1]: The note.\n");
    text
}

async fn fresh_blocks(browser: &Reader, chat: &str) -> String {
    let html = browser.reads(&format!("/c/{chat}")).await;
    let begin = html.rfind("data-part=\"blocks\"").expect("an answer");
    let begin = begin + html[begin..].find('>').unwrap() + 1;
    let end = begin
        + html[begin..]
            .find("<div class=\"prose\" data-part=\"tail\"")
            .or_else(|| html[begin..].find("data-part=\"tail\""))
            .unwrap();
    html[begin..end].to_owned()
}

#[tokio::test]
async fn a_page_that_watches_ends_as_a_fresh_load() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    for (model, text) in [("simulated/echo:ms=1", nasty()), ("simulated/essay:ms=0", "tell me".to_owned())] {
        let chat = ada.begins(model, &text).await;
        let cursor = first_cursor(&ada, &chat).await;
        let page = ada.watches(&chat, Page { cursor, ..Page::default() }, Page::is_over).await;
        let answer = page.answer();
        let raw = ada.json(&format!("/chats/{chat}/messages")).await["items"][1]["text"]
            .as_str()
            .unwrap()
            .to_owned();
        // An answer that is over before the page watches comes in one piece.
        assert!(answer.blocks.concat() == full::render(&raw).concat(), "{model}: live and full differ");
        assert_eq!((answer.ended.as_deref(), page.resyncs), (Some("done"), 0));
        let fresh = fresh_blocks(&ada, &chat).await;
        assert!(fresh.starts_with(&answer.blocks.concat()), "{model}: a fresh load shows something else");
    }
}

#[tokio::test]
async fn a_page_that_loses_its_line_again_and_again_ends_the_same() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let text = nasty();
    let mut random = StdRng::seed_from_u64(3);
    let chat = ada.begins("simulated/echo:ms=3", &text).await;
    let mut page = Page { cursor: first_cursor(&ada, &chat).await, ..Page::default() };
    let mut connects = 0;
    while !page.is_over() {
        let mut left = random.random_range(1..30);
        page = ada
            .watches(&chat, page, |page| {
                left -= 1;
                left == 0 || page.is_over()
            })
            .await;
        connects += 1;
    }
    assert!(connects > 10, "only {connects} connections: nothing was cut");
    let raw =
        ada.json(&format!("/chats/{chat}/messages")).await["items"][1]["text"].as_str().unwrap().to_owned();
    assert!(page.answer().blocks.concat() == full::render(&raw).concat(), "live and full differ");
    assert_eq!(page.resyncs, 0);
}

#[tokio::test]
async fn two_pages_get_the_same_bytes_and_the_text_is_rendered_once() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/echo:ms=2", &nasty()).await;
    let start = Page { cursor: first_cursor(&ada, &chat).await, ..Page::default() };
    let (one, two) = tokio::join!(
        ada.watches(&chat, start.clone(), Page::is_over),
        ada.watches(&chat, start.clone(), Page::is_over)
    );
    assert_eq!(one.answer(), two.answer());
    assert_eq!(server.app.renderers.count(), 1);
}

#[tokio::test]
async fn a_page_that_comes_back_after_the_end_gets_it_whole() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/thinking", "hm").await;
    let start = Page { cursor: first_cursor(&ada, &chat).await, ..Page::default() };
    let live = ada.watches(&chat, start.clone(), Page::is_over).await;
    let late = ada.watches(&chat, start, Page::is_over).await;
    assert_eq!(late.answer().blocks.concat(), live.answer().blocks.concat());
    assert_eq!(late.answer().thinking, live.answer().thinking);
    assert!(!late.answer().thinking.is_empty());
}

#[tokio::test]
async fn a_cursor_that_cannot_be_continued_makes_the_page_load_itself_again() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/fast", "hi").await;
    for cursor in ["", "1.1", "garbage", "9.9999999"] {
        let page = Page { cursor: cursor.to_owned(), ..Page::default() };
        let page = ada.watches(&chat, page, |page| page.resyncs > 0).await;
        assert_eq!(page.resyncs, 1, "{cursor:?}");
    }
}

/// Just before the first entry: what a page has that was loaded empty.
async fn first_cursor(browser: &Reader, chat: &str) -> String {
    let cursor = browser.json(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    let (epoch, _) = cursor.split_once('.').unwrap();
    format!("{epoch}.0")
}

#[tokio::test]
async fn a_list_that_grew_while_nobody_rendered_is_whole_for_a_page_that_comes_back() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let text: String = (0..400).map(|i| format!("- item {i}\n")).collect();
    let chat = ada.begins("simulated/echo:ms=3", &text).await;
    let start = Page { cursor: first_cursor(&ada, &chat).await, ..Page::default() };
    // In the middle of the list, with some units closed.
    let page = ada
        .watches(&chat, start, |page| page.messages.values().any(|m| m.blocks.concat().contains("item 20<")))
        .await;
    assert!(!page.is_over());
    // Items are written that nobody renders for this page.
    let path = format!("/chats/{chat}/messages");
    while !ada.json(&path).await["items"][1]["text"].as_str().unwrap().contains("item 90\n") {}
    // The renderer starts afresh from a later snapshot, as after a silence without viewers.
    server.app.renderers.forget_all();
    let page = ada.watches(&chat, page, Page::is_over).await;
    assert!(page.answer().blocks.concat() == full::render(&text).concat(), "items are missing");
    assert_eq!(page.resyncs, 0);
}

#[tokio::test]
async fn a_block_that_was_cut_elsewhere_by_a_renderer_before_is_whole_for_a_page_that_comes_back() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    // Long enough to be cut when it comes in small pieces, short enough not to be when it comes at once.
    let quote: String = (0..140).map(|i| format!("> quoted {i}\n")).collect();
    let text = format!("{quote}\nA paragraph behind it, which goes on for a while.\n\n").repeat(3);
    let chat = ada.begins("simulated/echo:ms=2", &text).await;
    let start = Page { cursor: first_cursor(&ada, &chat).await, ..Page::default() };
    let page = ada.watches(&chat, start, |page| page.messages.values().any(|m| !m.blocks.is_empty())).await;
    assert!(!page.is_over());
    let path = format!("/chats/{chat}/messages");
    while ada.json(&path).await["items"][1]["text"].as_str().unwrap().len() < 2 * quote.len() {}
    server.app.renderers.forget_all();
    let page = ada.watches(&chat, page, Page::is_over).await;
    assert!(page.answer().blocks.concat() == full::render(&text).concat(), "words are missing");
    assert_eq!(page.resyncs, 0);
}

#[tokio::test]
async fn while_the_database_is_away_a_page_hears_that_its_line_lives_and_that_the_server_goes() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let actor = Actor {
        user: UserId(Uuid::from_u128(1)),
        email: "ada@example.org".into(),
        name: "Ada".into(),
        role: Role::User,
        via: Via::Token(TokenFamily(Uuid::from_u128(2))),
        preferences: Arc::default(),
    };
    server.app.db.close().await;
    let page = live::html_stream(server.app.clone(), actor, chat.parse().unwrap(), Default::default(), None);
    let mut frames = page.into_body().into_data_stream();
    let mut next =
        async || frames.next().await.map(|frame| String::from_utf8(frame.unwrap().into()).unwrap());
    assert!(next().await.unwrap().starts_with("event: fx:hello\n"));
    assert!(next().await.unwrap().starts_with("event: fx:ping\n"));
    server.app.draining.cancel();
    assert_eq!(next().await.as_deref(), Some("retry: 1000\n\n"));
    assert_eq!(next().await, None);
}
