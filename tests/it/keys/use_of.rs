//! What a key does for its owner.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ask, counted, enters, house};
use crate::support::TestApp;

#[tokio::test]
async fn ones_own_key_wins_over_the_servers_and_is_nobody_elses() {
    let (app, upstream) = house(&[("OPENAI_API_KEY", "sk-server-000000000000SRVR")]).await;
    let (ada, bob) = (app.signed_up("ada").await, app.signed_up("bob").await);
    let shown = enters(&ada, "openai", "  sk-ada-00000000000000ADA1\n").await;
    assert_eq!(
        (&shown["state"], &shown["last4"], &shown["label"]),
        (&json!("ok"), &json!("ADA1"), &json!("OpenAI"))
    );
    for (api, count) in [(&ada, 1), (&bob, 0)] {
        assert_eq!(api.get("/keys").await["items"].as_array().unwrap().len(), count);
        let chat = api.chats_with("openai/fast").await;
        assert_eq!(api.asks(&chat, "hello").await["status"], "complete");
    }
    let calls = counted(&upstream).await["calls_by_key"].clone();
    assert_eq!(calls, json!({ "ADA1": 1, "SRVR": 1 }));
    let providers = ada.get("/providers").await;
    assert_eq!(providers["items"][0]["key"], "own");
    // Removed, the server's own is used again.
    assert_eq!(ask(&bob, Method::DELETE, "/keys/openai", None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&ada, Method::DELETE, "/keys/openai", None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(ask(&ada, Method::DELETE, "/keys/openai", None).await.0, StatusCode::NOT_FOUND);
    let chat = ada.chats_with("openai/fast").await;
    ada.asks(&chat, "hello").await;
    assert_eq!(counted(&upstream).await["calls_by_key"], json!({ "ADA1": 1, "SRVR": 2 }));
}

#[tokio::test]
async fn every_answer_about_a_key_has_a_state_of_its_own() {
    let (app, _) = house(&[]).await;
    let ada = app.signed_up("ada").await;
    for (key, state, reason) in [
        ("sk-good-000000000000", "ok", Value::Null),
        ("sk-limited-0000000000", "limited", json!("provider_forbidden")),
        ("sk-poor-00000000000", "exhausted", json!("provider_quota")),
        ("sk-slow-000000000000", "unknown", json!("provider_rate_limited")),
        ("sk-broken-0000000000", "unknown", json!("provider_failed")),
    ] {
        let shown = enters(&ada, "openai", key).await;
        assert_eq!((&shown["state"], &shown["reason"]), (&json!(state), &reason), "{key}");
        assert!(shown["checked_at"].is_string());
    }
    // What is surely wrong does not take the place of what was there, unless that is wanted.
    for (body, code) in [
        (json!({ "key": "sk-bad-00000000000000" }), "key_wrong"),
        (json!({ "key": "sk-banned-00000000000" }), "key_banned"),
        (json!({ "key": "sk-wіth-a-cyrillic-letter" }), "key_unsendable"),
        (json!({ "key": "sk-two\nlines" }), "key_unsendable"),
        (json!({ "key": "s".repeat(1_001) }), "key_unsendable"),
        (json!({ "key": " " }), "key_missing"),
        (json!({ "key": "sk-two\nlines", "insist": true }), "key_unsendable"),
    ] {
        let (status, problem) = ask(&ada, Method::PUT, "/keys/openai", Some(body)).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some(code)));
        assert_eq!(problem["errors"][0]["field"], "key");
    }
    assert_eq!(ada.get("/keys").await["items"][0]["reason"], "provider_failed");
    let body = json!({ "key": "sk-bad-00000000000000", "insist": true });
    let (status, shown) = ask(&ada, Method::PUT, "/keys/openai", Some(body)).await;
    assert_eq!((status, &shown["state"]), (StatusCode::OK, &json!("wrong")));
    let (_, again) = ask(&ada, Method::POST, "/keys/openai/check", None).await;
    assert_eq!(again["state"], "wrong");
}

#[tokio::test]
async fn real_use_says_how_a_key_does() {
    let (app, upstream) = house(&[]).await;
    let ada = app.signed_up("ada").await;
    let body = json!({ "key": "sk-poor-00000000000", "insist": true });
    ask(&ada, Method::PUT, "/keys/openai", Some(body)).await;
    // As if the account had had money when it was entered.
    set_state(&app, "ok").await;
    let chat = ada.chats_with("openai/fast").await;
    assert_eq!(ada.asks(&chat, "hello").await["error"]["code"], "provider_quota");
    assert_eq!(ada.get("/keys").await["items"][0]["state"], "exhausted");
    // A good one that was doubted is found good by use.
    enters(&ada, "openai", "sk-good-000000000000").await;
    set_state(&app, "exhausted").await;
    assert_eq!(ada.asks(&chat, "again").await["status"], "complete");
    assert_eq!(ada.get("/keys").await["items"][0]["state"], "ok");
    assert_eq!(counted(&upstream).await["calls"], 2);
}

#[tokio::test]
async fn a_key_tells_its_provider_by_its_shape() {
    let (app, _) = house(&[]).await;
    let ada = app.signed_up("ada").await;
    for (key, provider) in [
        ("sk-proj-1234567890abcdef", json!("openai")),
        ("sk-ant-api03-1234567890", json!("anthropic")),
        ("AIza1234567890", json!("gemini")),
        ("who knows", Value::Null),
    ] {
        let (status, body) = ask(&ada, Method::POST, "/keys/detect", Some(json!({ "key": key }))).await;
        assert_eq!((status, &body["provider"]), (StatusCode::OK, &provider), "{key}");
    }
}

#[tokio::test]
async fn only_real_providers_take_keys() {
    let (app, _) = house(&[]).await;
    let ada = app.signed_up("ada").await;
    for provider in ["simulated", "nobody", "OpenAI", "open%2Fai"] {
        let path = format!("/keys/{provider}");
        for (method, body) in [
            (Method::PUT, Some(json!({ "key": "sk-1" }))),
            (Method::PATCH, Some(json!({ "base_url": null }))),
            (Method::DELETE, None),
        ] {
            assert_eq!(ask(&ada, method, &path, body).await.0, StatusCode::NOT_FOUND, "{provider}");
        }
    }
    assert_eq!(ask(&ada, Method::POST, "/keys/openai/check", None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_server_without_peoples_keys_says_so_and_still_removes_them() {
    let (app, _) = house(&[("FRESHET_OWN_KEYS", "off")]).await;
    let ada = app.signed_up("ada").await;
    for (method, path, body) in [
        (Method::GET, "/keys", None),
        (Method::PUT, "/keys/openai", Some(json!({ "key": "sk-1" }))),
        (Method::PATCH, "/keys/openai", Some(json!({ "base_url": null }))),
        (Method::POST, "/keys/openai/check", None),
        (Method::POST, "/keys/detect", Some(json!({ "key": "sk-1" }))),
    ] {
        let (status, problem) = ask(&ada, method, path, body).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (StatusCode::FORBIDDEN, Some("own_keys_off")),
            "{path}"
        );
    }
    assert_eq!(ask(&ada, Method::DELETE, "/keys/openai", None).await.0, StatusCode::NOT_FOUND);
    let page = app.visitor_of("bob").await.opens("/settings/keys").await;
    assert_eq!((page.status, page.count("input[name=key]")), (StatusCode::OK, 0));
    assert!(page.text_of(".panel").contains("does not use keys"));
}

#[tokio::test]
async fn who_leaves_takes_the_keys_along() {
    let (app, _) = house(&[]).await;
    let (_first, bob) = (app.signed_up("ada").await, app.signed_up("bob").await);
    enters(&bob, "openai", "sk-good-000000000000").await;
    assert_eq!(super::sealed::rows(&app).await.len(), 1);
    let body = json!({ "password": "correct horse battery staple" });
    let (status, _) = ask(&bob, Method::DELETE, "/users/me", Some(body)).await;
    assert!(status.is_success(), "{status}");
    assert_eq!(super::sealed::rows(&app).await.len(), 0);
}

async fn set_state(app: &TestApp, state: &str) {
    super::sealed::run(app, &format!("UPDATE provider_keys SET state = '{state}'")).await;
}
