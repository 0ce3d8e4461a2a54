//! Whatever somebody writes comes out as text, wherever it is shown (threat S42).

use futures::StreamExt as _;
use reqwest::Method;
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::support::{Document, PASSWORD, TestApp};

const PAYLOADS: &[&str] = &[
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "<hx-partial hx-target=\"body\">x</hx-partial>",
    "x\" hx-get=\"/logout\" y=\"",
    "{{constructor.constructor('alert(1)')()}}",
];

/// Nothing on the page that our own templates don't write.
fn is_clean(page: &Document, place: &str) {
    let html = Html::parse_document(&page.text);
    for element in html.select(&Selector::parse("*").unwrap()) {
        let name = element.value().name();
        assert!(!["img", "hx-partial", "iframe", "object", "base"].contains(&name), "{place}: <{name}>");
        assert!(name != "script" || element.value().attr("src").is_some(), "{place}: an inline script");
        assert!(name != "svg" || element.value().attr("onload").is_none(), "{place}");
        for (attribute, value) in element.value().attrs() {
            assert!(!attribute.starts_with("on"), "{place}: {attribute}={value}");
            assert!(!(attribute == "hx-get" && value == "/logout"), "{place}: {attribute}={value}");
            let link = ["href", "src", "action", "formaction"].contains(&attribute);
            assert!(!(link && value.starts_with("javascript:")), "{place}: {attribute}={value}");
        }
    }
}

fn query(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

#[tokio::test]
async fn what_is_typed_into_forms_and_addresses_comes_out_as_text() {
    let server = TestApp::start().await;
    for payload in PAYLOADS {
        let visitor = server.visitor();
        let pages = [
            visitor.signs_up(payload, payload).await,
            visitor.signs_in(payload, "x").await,
            visitor.opens(&format!("/login?{}", query("next", payload))).await,
            visitor.opens(&format!("/login?{}", query("next", &format!("/{payload}")))).await,
            visitor.opens(&format!("/register?{}", query("setup_token", payload))).await,
            visitor.opens(&format!("/nothing?{}", query("q", payload))).await,
            visitor.opens(&format!("/{}", query("", payload))).await,
        ];
        for page in pages {
            assert!(page.text.starts_with("<!DOCTYPE html>"), "{payload}: {}", page.text);
            is_clean(&page, payload);
        }
    }
}

#[tokio::test]
async fn what_people_and_models_say_comes_out_as_text() {
    let server = TestApp::start().await;
    for (number, payload) in PAYLOADS.iter().enumerate() {
        let visitor = server.visitor();
        let fields =
            [("email", &format!("u{number}@example.org")[..]), ("name", payload), ("password", PASSWORD)];
        assert_eq!(visitor.submits("/register", &fields).await.location(), Some("/c/new"), "{payload}");
        let fields = [("content", *payload), ("model", "simulated/echo:ms=0")];
        let chat = visitor.submits("/c/new", &fields).await.location().unwrap().to_owned();
        let streamed = visitor.opens(&format!("{chat}?stream=html")).await;
        let id = chat.trim_start_matches("/c/");
        let path = format!("/api/v1/chats/{id}");
        let rename = visitor.request(Method::PATCH, &path).json(&json!({ "title": payload }));
        assert!(rename.send().await.unwrap().status().is_success());
        let page = visitor.opens(&chat).await;
        assert_eq!(page.text_of("#title"), *payload);
        assert_eq!(page.text_of(".message__text"), *payload);
        assert!(page.text_of("title").starts_with(payload));
        let draft =
            visitor.opens(&format!("/c/new?{}&{}", query("q", payload), query("model", payload))).await;
        assert_eq!(draft.text_of("#content"), *payload);
        let refused = visitor.submits("/c/new", &[("content", payload), ("model", payload)]).await;
        assert_eq!(refused.text_of("#content"), *payload);
        let settings = visitor.opens("/settings").await;
        assert_eq!(settings.attribute("#name", "value"), *payload);
        for page in [streamed, page, draft, refused, settings] {
            is_clean(&page, payload);
        }
    }
}

#[tokio::test]
async fn a_browser_that_calls_itself_markup_is_listed_as_text() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let form = [("email", "ada@example.org"), ("password", PASSWORD)];
    let request =
        server.visitor().request(Method::POST, "/login").header("user-agent", PAYLOADS[0]).form(&form);
    assert_eq!(request.send().await.unwrap().status(), 303);
    let settings = ada.opens("/settings/security").await;
    assert_eq!(settings.count(".session"), 2);
    is_clean(&settings, "user agent");
}

#[tokio::test]
async fn a_title_goes_through_the_live_stream_as_text() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let sent = ada.submits("/c/new", &[("content", "hi"), ("model", "simulated/fast")]).await;
    let chat = sent.location().unwrap().to_owned();
    ada.opens(&format!("{chat}?stream=html")).await;
    let api = format!("/api/v1/chats/{}", chat.trim_start_matches("/c/"));
    let now: Value = serde_json::from_str(&ada.opens(&api).await.text).unwrap();
    let events = format!("{chat}/events?after={}", now["cursor"].as_str().unwrap());
    let mut stream = ada.request(Method::GET, &events).send().await.unwrap().bytes_stream();
    let body = json!({ "title": PAYLOADS[0] });
    ada.request(Method::PATCH, &api).json(&body).send().await.unwrap();
    let mut frames = String::new();
    while !frames.contains("onerror") {
        frames.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
    }
    assert!(frames.contains("&lt;img src=x onerror") && !frames.contains("<img"), "{frames}");
}
