//! Long conversations: a page at a time, and the page around a message.

use crate::support::{Document, Reader, TestApp, Visitor};

/// A conversation of this many questions with their answers; gives its address and the ids of all messages, oldest first.
async fn talked(visitor: &Visitor, questions: usize) -> (String, Vec<String>) {
    let mut chat = String::new();
    for number in 0..questions {
        let (text, key) = (format!("question {number}"), format!("k{number}"));
        let fields = [("content", text.as_str()), ("model", "simulated/echo:ms=0"), ("key", &key)];
        let to = if number == 0 { "/c/new".to_owned() } else { format!("{chat}/messages") };
        let sent = visitor.submits(&to, &fields).await;
        chat = sent.location().unwrap_or_else(|| panic!("{}", sent.text)).to_owned();
        visitor.opens(&format!("{chat}?stream=html")).await;
    }
    let answer =
        visitor.opens(&format!("/api/v1/chats{}/messages?limit=200", chat.trim_start_matches("/c"))).await;
    let body: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    let ids = body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
    (chat, ids.collect())
}

/// The ids of the messages on a page.
fn shown(page: &Document) -> Vec<String> {
    let page = scraper::Html::parse_document(&page.text);
    let messages = scraper::Selector::parse("#log > .message").unwrap();
    page.select(&messages).map(|it| it.attr("id").unwrap().trim_start_matches("m-").to_owned()).collect()
}

#[tokio::test]
async fn a_page_has_the_newest_thirty_and_leads_to_all_others_without_a_hole() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let (chat, ids) = talked(&ada, 35).await;
    let mut page = ada.opens(&chat).await;
    assert_eq!((shown(&page), page.count("#stream")), (ids[40..].to_vec(), 1));
    let mut all = shown(&page);
    while page.count("#older") == 1 {
        page = ada.opens(&page.attribute("#older", "href")).await;
        assert_eq!(page.count("#stream"), 0, "what arrives now does not belong there");
        all.splice(0..0, shown(&page));
    }
    assert_eq!(all, ids);
    // And back, by the links that lead on.
    while page.count("#stream") == 0 {
        let last = shown(&page).pop().unwrap();
        page = ada.opens(&page.attribute(".log__on a", "href")).await;
        let next = shown(&page);
        assert!(next.contains(&last) && next.last() != Some(&last), "it overlaps and goes on");
    }
    assert_eq!(shown(&page), ids[40..]);
}

#[tokio::test]
async fn a_message_is_found_by_its_address_with_what_stands_around_it() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let (chat, ids) = talked(&ada, 35).await;
    let at = |id: &str| format!("{chat}?at={id}");
    let page = ada.opens(&at(&ids[20])).await;
    assert_eq!((shown(&page), page.count("#stream")), (ids[5..35].to_vec(), 0));
    assert_eq!(page.attribute("#older", "href"), format!("{chat}?before={}", ids[4]));
    assert_eq!(page.attribute(".log__on a", "href"), format!("{chat}?at={0}#m-{0}", ids[34]));
    assert_eq!(shown(&ada.opens(&at(&ids[0])).await), ids[..15]);
    // What the newest page has is shown there, live.
    for known in [&ids[40], &ids[69]] {
        let page = ada.opens(&at(known)).await;
        assert_eq!((shown(&page), page.count("#stream")), (ids[40..].to_vec(), 1));
    }
    assert_eq!(shown(&ada.opens(&at(&ids[39])).await).last(), Some(&ids[53]));
    for unknown in ["00000000-0000-7000-8000-000000000000", "nonsense", ""] {
        assert_eq!(shown(&ada.opens(&at(unknown)).await), ids[40..]);
    }
    // Nobody learns by it whether a message exists elsewhere.
    let bob = server.visitor_of("bob").await;
    let (other, his) = talked(&bob, 1).await;
    assert_eq!(shown(&bob.opens(&format!("{other}?at={}", ids[20])).await), his);
    assert_eq!(bob.opens(&at(&ids[20])).await.status, 404);
}

#[tokio::test]
async fn a_message_of_another_branch_ends_its_page() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/echo:ms=0", "first").await;
    let page = ada.reads(&format!("/c/{chat}?stream=html")).await;
    assert!(page.contains("first"));
    let path = format!("/chats/{chat}/messages");
    let old = ada.json(&path).await["items"][1]["id"].as_str().unwrap().to_owned();
    ada.posts(&format!("/m/{old}/regenerate")).await;
    ada.reads(&format!("/c/{chat}?stream=html")).await;
    let new = ada.json(&path).await["items"][1]["id"].as_str().unwrap().to_owned();
    let page = ada.reads(&format!("/c/{chat}?at={old}")).await;
    assert!(page.contains(&format!("id=\"m-{old}\"")) && !page.contains(&format!("id=\"m-{new}\"")));
    assert!(page.contains(&format!("href=\"/c/{chat}\"")) && !page.contains(&format!("at={old}#m-")));
}
