//! Lists say what is being answered, and in whose words, to whom it belongs.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::TestApp;

const SLOW: [(&str, &str); 3] = [("content", "hm"), ("model", "simulated/slow:ms=400"), ("key", "k")];

#[tokio::test]
async fn a_list_that_is_loaded_says_what_is_being_answered_until_it_is_not() {
    let server = TestApp::start().await;
    let (ada, eve) = (server.visitor_of("ada").await, server.visitor_of("eve").await);
    let chat = ada.submits("/c/new", &SLOW).await.location().unwrap().to_owned();
    let id = chat.replace("/c/", "");
    for page in ["/chats", "/c/new", "/chats/list?current="] {
        let page = ada.opens(page).await;
        assert_eq!(page.count(&format!("#chat-{id} .sidebar__live")), 1, "{}", page.text);
        assert_eq!(page.attribute(".sidebar__watch", "hx-get"), format!("/chats/answering?ids={id}"));
    }
    // The page's own stream tells of its own conversation.
    assert_eq!(ada.opens(&chat).await.count(".sidebar__watch"), 0);
    let asked = format!("/chats/answering?ids={id},nonsense,00000000-0000-7000-8000-000000000000");
    let going_on = ada.opens(&asked).await;
    assert_eq!(going_on.attribute(".sidebar__watch", "hx-get"), format!("/chats/answering?ids={id}"));
    assert_eq!((going_on.count(".sidebar__line"), going_on.status), (0, StatusCode::OK));
    // Nobody else hears of it.
    let nothing = eve.opens(&asked).await;
    assert!(!nothing.text.contains(&id), "{}", nothing.text);
    let stop = ada.request(Method::PUT, &format!("/api/v1/chats/{id}/cancellation"));
    assert_eq!(stop.header("origin", &ada.base).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let over = ada.opens(&asked).await.text;
    assert!(over.contains(&format!("#chat-{id}")) && !over.contains("sidebar__live"), "{over}");
    assert!(!over.contains("sidebar__watch"), "nothing is left to ask for: {over}");
    assert!(!eve.opens(&asked).await.text.contains(&id));
}

#[tokio::test]
async fn days_and_times_are_written_as_where_the_browser_says_one_is() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    for (language, months, hours) in [
        ("en-US", "first", 12),
        ("en-AU", "second", 12),
        ("en-GB,en;q=0.8", "second", 24),
        ("de-DE", "second", 24),
    ] {
        let page = ada.request(Method::GET, "/settings/security").header("accept-language", language);
        let page = ada.takes(page.send().await.unwrap()).await;
        let words = page.text_of(".session__meta time");
        let begins_with_a_digit = words.starts_with(|c: char| c.is_ascii_digit());
        assert_eq!(begins_with_a_digit, months == "second", "{language}: {words}");
        assert_eq!(words.ends_with(" AM") || words.ends_with(" PM"), hours == 12, "{language}: {words}");
    }
}

#[tokio::test]
async fn what_a_script_asks_for_in_vain_is_told_in_words_of_its_kind() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let nothing = ada.request(Method::POST, "/c/00000000-0000-7000-8000-000000000000/pin");
    let nothing = nothing.header("origin", &ada.base).header("hx-request", "true");
    let toast = ada.takes(nothing.form(&json!({})).send().await.unwrap()).await;
    assert_eq!(toast.status, StatusCode::NOT_FOUND);
    assert_eq!(toast.text_of(".toast__text"), "What you look for does not exist, or it is not yours to see.");
}
