//! Everybody reads in their own language, also what comes by the stream, and shares the work with whoever reads alike.

use eventsource_stream::Eventsource as _;
use futures::StreamExt as _;
use reqwest::{Method, StatusCode};

use crate::support::{TestApp, Visitor};

/// The data of every event up to the reply's end, as somebody with these cookies and this header gets them.
async fn frames(visitor: &Visitor, chat: &str, language: &str) -> Vec<String> {
    let request = visitor.request(Method::GET, &format!("{chat}/events?after=0.0"));
    let answer = request.header("accept-language", language).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let mut events = answer.bytes_stream().eventsource();
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        let event = event.unwrap();
        let over = event.event == "fx:done";
        seen.push(event.data);
        if over {
            break;
        }
    }
    seen
}

/// Another browser of the same person: the same session, other cookies beside it.
fn beside(visitor: &Visitor, cookies: &[(&str, &str)]) -> Visitor {
    let other = Visitor::new(&visitor.base);
    other.has_cookie("freshet", &visitor.cookie("freshet").unwrap());
    cookies.iter().for_each(|(name, value)| other.has_cookie(name, value));
    other
}

#[tokio::test]
async fn a_stranger_is_answered_in_the_language_that_the_browser_asks_for() {
    let server = TestApp::start().await;
    let stranger = server.visitor();
    let german =
        stranger.request(Method::GET, "/login").header("accept-language", "fr, de-CH;q=0.8, en;q=0.3");
    let german = stranger.takes(german.send().await.unwrap()).await;
    assert_eq!(german.attribute("html", "lang"), "de");
    assert_eq!(german.text_of("h1"), "Anmelden");
    assert_eq!(stranger.opens("/login").await.attribute("html", "lang"), "en");
    // Also where nothing is, and in a toast.
    stranger.has_cookie("lang", "de");
    let nothing = stranger.opens("/nothing-here").await;
    assert_eq!((nothing.status, nothing.text_of("h1")), (StatusCode::NOT_FOUND, "Hier ist nichts".into()));
    stranger.has_cookie("lang", "xx");
    assert_eq!(stranger.opens("/login").await.attribute("html", "lang"), "en");
}

#[tokio::test]
async fn who_was_away_hears_how_the_conversation_stands_now() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let sent = ada.submits("/c/new", &[("content", "hm"), ("model", "simulated/slow"), ("key", "k")]).await;
    let chat = sent.location().unwrap().to_owned();
    let api = chat.replace("/c/", "/api/v1/chats/");
    let request = ada.request(Method::PATCH, &api).header("origin", &ada.base);
    let change = serde_json::json!({ "pinned": true, "title": "Another name" });
    assert_eq!(request.json(&change).send().await.unwrap().status(), StatusCode::OK);
    let path = format!("{chat}/events?after=0.0");
    let whole =
        ada.request(Method::GET, &api).send().await.unwrap().json::<serde_json::Value>().await.unwrap();
    let epoch = whole["cursor"].as_str().unwrap().split('.').next().unwrap().to_owned();
    let path = path.replace("0.0", &format!("{epoch}.0"));
    let mut events = ada.request(Method::GET, &path).send().await.unwrap().bytes_stream().eventsource();
    let mut seen = String::new();
    loop {
        let event = events.next().await.unwrap().unwrap();
        seen.push_str(&event.data);
        if event.event == "fx:chats" {
            break;
        }
    }
    assert!(seen.contains("id=\"options\"") && seen.contains("Another name"), "{seen}");
    let line = seen.rsplit("#chats-pinned").next().unwrap();
    assert!(line.contains("sidebar__live"), "the reply still runs: {line}");
    assert_eq!(server.app.replies.count(), 1, "the reply still runs");
}

#[tokio::test]
async fn readers_of_very_many_zones_are_not_rendered_for_as_long_as_the_reply_runs() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let slow = [("content", "hm"), ("model", "simulated/slow:ms=400"), ("key", "k")];
    let chat = ada.submits("/c/new", &slow).await.location().unwrap().to_owned();
    let renderers = &server.app.renderers;
    for zone in chrono_tz::TZ_VARIANTS.iter().take(40) {
        let there = beside(&ada, &[("tz", zone.name())]);
        let path = format!("{chat}/events?after=0.0");
        let mut events = there.request(Method::GET, &path).send().await.unwrap().bytes_stream().eventsource();
        while events.next().await.unwrap().unwrap().event != "fx:resync" {}
    }
    assert!((2..=10).contains(&renderers.count()), "{}", renderers.count());
    // Now nobody watches, and the reply goes on.
    renderers.keep_for(std::time::Duration::from_millis(200));
    while renderers.count() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.app.replies.count(), 1, "the reply still runs");
}

#[tokio::test]
async fn two_languages_watch_one_answer_and_each_reads_its_own() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let berlin = beside(&ada, &[("lang", "de"), ("tz", "Asia/Kathmandu")]);
    let sent =
        ada.submits("/c/new", &[("content", "hm"), ("model", "simulated/thinking"), ("key", "k")]).await;
    let chat = sent.location().unwrap().to_owned();
    let (english, german, twin) =
        tokio::join!(frames(&ada, &chat, "en"), frames(&berlin, &chat, "en"), frames(&ada, &chat, "en"));
    assert_eq!(server.app.renderers.count(), 2, "readers who read alike share");
    assert_eq!(english.last(), twin.last());
    assert!(english.last().unwrap().contains("Answer ready"), "{english:?}");
    assert!(german.last().unwrap().contains("Antwort fertig"), "{german:?}");
    // What came live is what a page of the same reader shows.
    for (visitor, foot) in [(&ada, &english), (&berlin, &german)] {
        let page = visitor.opens(&chat).await;
        let time = page.attribute(".message--assistant time", "title");
        let words = page.text_of(".message--assistant summary");
        assert!(foot.iter().any(|data| data.contains(&format!("title=\"{time}\""))), "{time} in {foot:?}");
        assert!(foot.iter().any(|data| data.contains(words.trim())), "{words} in {foot:?}");
    }
    let page = berlin.opens(&chat).await;
    assert!(page.attribute(".message--user time", "datetime").contains("+00:00"));
    let at: chrono::DateTime<chrono::Utc> =
        page.attribute(".message--user time", "datetime").parse().unwrap();
    let there = at.with_timezone(&chrono_tz::Asia::Kathmandu);
    assert_eq!(page.text_of(".message--user time"), there.format("%H:%M").to_string());
    assert_eq!(page.text_of(".sidebar__group:nth-of-type(2) .sidebar__label"), "Heute");
}
