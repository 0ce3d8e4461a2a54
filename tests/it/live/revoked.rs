//! What is open by a sign-in ends with it (threats S8 and S9); the answer that it watched goes on.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use eventsource_stream::Eventsource as _;
use freshet::{
    accounts::{standing, tokens},
    app::Nature,
    platform::clock::{Clock, Ids},
};
use futures::{FutureExt as _, StreamExt as _};
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Api, Browser, Database, TestApp};

/// Longer than anything takes on a busy machine: what is still open then stays open.
const PATIENCE: Duration = Duration::from_secs(30);
const LONG: &str = "simulated/tokens:n=100000,ms=10";

/// Everything that a response still says until it ends.
async fn rest(answer: Response) -> String {
    assert_eq!(answer.status(), StatusCode::OK);
    tokio::time::timeout(PATIENCE, answer.text()).await.expect("it stays open").unwrap()
}

/// The last event of a stream that ends.
async fn last_event(answer: Response) -> (String, String) {
    assert_eq!(answer.status(), StatusCode::OK);
    let events = answer.bytes_stream().eventsource().filter_map(|event| async { event.ok() });
    let all: Vec<_> = tokio::time::timeout(PATIENCE, events.collect()).await.expect("it stays open");
    let last = all.into_iter().last().expect("it says goodbye");
    (last.event, last.data)
}

async fn sends(ada: &Api, chat: &str, accept: &str) -> Response {
    let request = ada.request(Method::POST, &format!("/chats/{chat}/messages"));
    request.header(header::ACCEPT, accept).json(&json!({ "content": "go" })).send().await.unwrap()
}

#[tokio::test]
async fn signing_out_of_the_api_ends_all_that_is_open_by_it_and_no_answer() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.signed_up("ada").await, app.signed_up("eve").await);
    let chats = [ada.chats_with(LONG).await, ada.chats_with(LONG).await, eve.chats_with(LONG).await];
    let events = sends(&ada, &chats[0], "text/event-stream").await;
    let text = sends(&ada, &chats[1], "text/plain").await;
    let watch = ada.request(Method::GET, &format!("/chats/{}/events", chats[0])).send().await.unwrap();
    let accepted = eve.says(&chats[2], "go").await;
    let mut other = eve.watches(&chats[2], &accepted.cursor).await;

    let answer = ada.request(Method::POST, "/auth/logout").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let goodbye = ("signed.out".to_owned(), "{}".to_owned());
    assert_eq!(last_event(events).await, goodbye);
    assert_eq!(last_event(watch).await, goodbye);
    assert!(!rest(text).await.contains('['), "the answer did not end, so nothing says that it did");
    assert_eq!(app.upstream().await["active"], 3, "viewers own nothing");
    let seen = other.seen.answer(&accepted.reply).len();
    other.until_bytes(&accepted.reply, seen + 100).await;
}

#[tokio::test]
async fn signing_out_in_the_browser_ends_its_pages() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    let form = [("content", "go"), ("model", LONG), ("key", "a-key-of-our-own")];
    let sent = browser.submits("/c/new", &form).await;
    let chat = sent.headers()["location"].to_str().unwrap().to_owned();
    let events = browser.opens(&format!("{chat}/events")).await;
    let page = browser.opens(&format!("{chat}?stream=html")).await;
    assert_eq!(browser.submits("/logout", &[]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(last_event(events).await, ("fx:bye".to_owned(), "revoked".to_owned()));
    assert!(rest(page).await.contains("go"));
    assert_eq!(app.upstream().await["active"], 1);
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_what_is_open() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    let body =
        json!({ "email": "bob@example.org", "name": "bob", "password": "correct horse battery staple" });
    let path = "/auth/register";
    let pair: Value = ada.request(Method::POST, path).json(&body).send().await.unwrap().json().await.unwrap();
    let mut bob = ada;
    bob.token = pair["access_token"].as_str().unwrap().to_owned();
    let chat = bob.chats_with("simulated/fast").await;
    let watch = bob.request(Method::GET, &format!("/chats/{chat}/events")).send().await.unwrap();
    for expected in [StatusCode::OK, StatusCode::UNAUTHORIZED] {
        let body = json!({ "refresh_token": pair["refresh_token"] });
        let answer = bob.request(Method::POST, "/auth/refresh").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), expected);
    }
    assert_eq!(last_event(watch).await.0, "signed.out");
}

#[tokio::test]
async fn a_stream_outlives_the_access_token_that_opened_it_but_not_its_sign_in() {
    let clock = Clock::frozen(Utc::now());
    let nature = Nature { clock: clock.clone(), ids: Ids::system(), ..Nature::default() };
    let app = TestApp::start_on(Database::new().await, &[], nature).await;
    let ada = app.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let actor = tokens::actor(&app.app, &ada.token).await.unwrap().unwrap();
    let hold = app.app.standing.hold(&actor);
    let path = format!("/chats/{chat}/events");
    let watch = ada.request(Method::GET, &path).send().await.unwrap();
    clock.advance(TimeDelta::hours(2));
    assert_eq!(ada.request(Method::GET, &path).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    standing::look(&app.app).await.unwrap();
    assert!(hold.ended().now_or_never().is_none());
    clock.advance(TimeDelta::days(31));
    assert_eq!(last_event(watch).await.0, "signed.out");
}
