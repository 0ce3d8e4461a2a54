//! Asked here, watched there.

use super::pair::Pair;
use crate::support::{Browser, Page, Reader};

#[tokio::test]
async fn an_answer_of_one_instance_is_watched_on_another_byte_for_byte() {
    let pair = Pair::start().await;
    let ada = pair.a.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=400,ms=3,first=300").await;
    let (sent, heard) = (pair.a.app.bus.traffic(), pair.b.app.bus.traffic());
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.at(&pair.b.base).watches(&chat, &accepted.cursor).await;
    watch.until_end_of(&accepted.reply).await;
    let text = ada.reply(&accepted.reply).await["text"].as_str().unwrap().to_owned();
    assert_eq!(watch.seen.answer(&accepted.reply), text);
    assert_eq!(watch.seen.resets, 0);
    let batches = watch.seen.log.iter().filter(|(_, name, _)| name == "delta").count() as u64;
    let (sent_after, heard_after) = (pair.a.app.bus.traffic(), pair.b.app.bus.traffic());
    let (messages, bytes) = (sent_after.messages - sent.messages, sent_after.bytes - sent.bytes);
    // Not by looking: what B had of it came by Redis, one message for each batch of tokens and a few around them.
    assert!(heard_after.heard - heard.heard >= batches / 2, "{heard_after:?}");
    assert!(messages <= batches + 8, "{messages} messages for {batches} batches");
    assert_eq!(sent_after.lost, 0);
    println!("cost: {batches} batches, {messages} messages, {} bytes each", bytes / messages.max(1));
}

#[tokio::test]
async fn a_page_of_another_instance_ends_as_a_fresh_load_shows_it() {
    let pair = Pair::start().await;
    let here = Reader::sign_up(&pair.a.base, "ada").await;
    let there = here.at(&pair.b.base);
    let chat = here.begins("simulated/essay:ms=1,first=300", "go").await;
    let page = Page { cursor: String::new(), ..Page::default() };
    let start = there.json(&format!("/chats/{chat}")).await;
    let page = Page { cursor: start["cursor"].as_str().unwrap().to_owned(), ..page };
    let page = there.watches(&chat, page, Page::is_over).await;
    assert_eq!(page.resyncs, 0);
    let html = here.reads(&format!("/c/{chat}")).await;
    for block in page.answer().blocks {
        assert!(html.contains(&block), "{block}");
    }
}

#[tokio::test]
async fn who_signs_in_on_one_instance_is_known_on_the_other() {
    let pair = Pair::start().await;
    let here = Browser::new(&pair.a.base);
    here.signs_up("ada@example.org").await;
    let there = Browser::with_cookie(&pair.b.base, here.cookie.lock().as_deref().unwrap());
    assert!(there.is_known().await);
    there.submits("/logout", &[]).await;
    assert!(!here.is_known().await);
}
