//! Settings of a conversation, from the form or the API to the provider's socket.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, TestApp, simulator};

async fn change(ada: &Api, chat: &str, settings: Value) -> (StatusCode, Value) {
    let request = ada.request(Method::PATCH, &format!("/chats/{chat}"));
    let answer = request.json(&json!({ "settings": settings })).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn settings_reach_the_provider_from_the_next_message_on() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/thinking:ms=0").await;
    ada.asks(&chat, "plain").await;
    let nothing =
        json!({ "system": null, "temperature": null, "max_tokens": null, "reasoning_effort": null });
    assert_eq!(server.upstream().await["last"], nothing);
    let all = json!({ "system_prompt": "Be brief.", "temperature": 0.7, "max_tokens": 20, "reasoning_effort": "high" });
    let (status, body) = change(&ada, &chat, all.clone()).await;
    assert_eq!((status, &body["settings"]), (StatusCode::OK, &all), "{body}");
    assert_eq!(ada.get(&format!("/chats/{chat}")).await["settings"], all);
    let reply = ada.asks(&chat, "tuned").await;
    assert_eq!(reply["finish_reason"], "length");
    let sent =
        json!({ "system": "Be brief.", "temperature": 0.7, "max_tokens": 20, "reasoning_effort": "high" });
    assert_eq!(server.upstream().await["last"], sent);
    // Null clears, absent stays.
    let (_, body) = change(&ada, &chat, json!({ "max_tokens": null, "temperature": 2 })).await;
    assert_eq!(
        (&body["settings"]["max_tokens"], &body["settings"]["temperature"]),
        (&Value::Null, &json!(2.0))
    );
    assert_eq!(body["settings"]["system_prompt"], "Be brief.");
}

#[tokio::test]
async fn a_new_conversation_may_begin_with_settings() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let body = json!({ "model": "simulated/echo:ms=0", "settings": { "system_prompt": "Sei kurz." } });
    let made = ada.request(Method::POST, "/chats").json(&body).send().await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let chat = made.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    ada.asks(&chat, "los").await;
    assert_eq!(server.upstream().await["last"]["system"], "Sei kurz.");
}

#[tokio::test]
async fn the_openai_wire_says_settings_as_the_model_takes_them() {
    let behind = simulator().await;
    let settings = [("OPENAI_API_KEY", "sk-good"), ("OPENAI_BASE_URL", &format!("{behind}/v1"))];
    let server = TestApp::start_with(&settings).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("openai/echo").await;
    let wanted =
        json!({ "system_prompt": "S", "temperature": 1.5, "max_tokens": 9, "reasoning_effort": "low" });
    change(&ada, &chat, wanted).await;
    ada.asks(&chat, "hi").await;
    let stats: Value = reqwest::get(format!("{behind}/_sim/stats")).await.unwrap().json().await.unwrap();
    // It does not reason, so effort is not said to it.
    let sent = json!({ "system": "S", "temperature": 1.5, "max_tokens": 9, "reasoning_effort": null });
    assert_eq!(stats["last"], sent);
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_by_their_field() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let long = "x".repeat((32 << 10) + 1);
    for (settings, code, field) in [
        (json!({ "temperature": 2.1 }), "temperature_out_of_range", "settings.temperature"),
        (json!({ "temperature": -1 }), "temperature_out_of_range", "settings.temperature"),
        (json!({ "max_tokens": 0 }), "max_tokens_out_of_range", "settings.max_tokens"),
        (json!({ "max_tokens": 1_000_001 }), "max_tokens_out_of_range", "settings.max_tokens"),
        (json!({ "system_prompt": long }), "system_prompt_too_long", "settings.system_prompt"),
        (json!({ "reasoning_effort": "extreme" }), "unknown_reasoning_effort", "settings.reasoning_effort"),
    ] {
        let (status, body) = change(&ada, &chat, settings).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(body["code"], code, "{body}");
        assert!(body.to_string().contains(field), "{body}");
    }
    for settings in
        [json!({ "top_p": 1 }), json!({ "temperature": "hot" }), json!({ "max_tokens": 1.5 }), json!(7)]
    {
        assert_eq!(change(&ada, &chat, settings).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // A wrong value takes the rest of its request with it.
    let both = json!({ "title": "Never", "settings": { "temperature": 9 } });
    let answer = ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&both).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let chat = ada.get(&format!("/chats/{chat}")).await;
    assert_eq!((&chat["title"], &chat["settings"]["temperature"]), (&json!(""), &Value::Null));
}

#[tokio::test]
async fn watchers_hear_that_settings_changed_and_nothing_of_what_they_are() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let cursor = ada.get(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    change(&ada, &chat, json!({ "system_prompt": "secret ways" })).await;
    change(&ada, &chat, json!({ "system_prompt": "secret ways" })).await;
    change(&ada, &chat, json!({ "system_prompt": null })).await;
    let mut watch = ada.watches(&chat, &cursor).await;
    for set in [true, false] {
        let (name, data) = watch.next().await.unwrap();
        assert_eq!((name.as_str(), data), ("chat.updated", json!({ "settings": { "system_prompt": set } })));
    }
}

#[tokio::test]
async fn settings_of_others_are_not_there() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let bob = server.signed_up("bob").await;
    let chat = ada.chats_with("simulated/fast").await;
    assert_eq!(change(&bob, &chat, json!({ "temperature": 1 })).await.0, StatusCode::NOT_FOUND);
    let (visitor, path) = (server.visitor_of("eve").await, format!("/c/{chat}/settings"));
    assert_eq!(visitor.opens(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.submits(&path, &[("system_prompt", "mine now")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.get(&format!("/chats/{chat}")).await["settings"]["system_prompt"], Value::Null);
}

#[tokio::test]
async fn a_page_without_scripts_changes_settings() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let fresh = ada.opens("/c/new").await;
    assert_eq!(fresh.attribute("textarea[name=system_prompt]", "form"), "compose");
    let fields = [
        ("content", "hi"),
        ("model", "simulated/thinking:ms=0"),
        ("key", "k"),
        ("system_prompt", "Be\r\nkind."),
    ];
    let chat = ada.submits("/c/new", &fields).await.location().unwrap().to_owned();
    let page = ada.opens(&chat).await;
    assert_eq!(page.count("#tune.chat__tune--set"), 1, "the head says that there is a system prompt");
    let path = page.attribute("#tune", "href");
    assert_eq!(path, format!("{chat}/settings"));
    let sheet = ada.opens(&path).await;
    assert_eq!(sheet.text_of("textarea[name=system_prompt]"), "Be\nkind.");
    assert_eq!(sheet.count("[name=reasoning_effort]"), 1, "it thinks");

    let wrong = [("system_prompt", "S"), ("temperature", "9"), ("max_tokens", "many")];
    let refused = ada.submits(&path, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((refused.count("[aria-invalid=true]"), refused.text_of("textarea")), (2, "S".to_owned()));
    assert_eq!(refused.attribute("[name=max_tokens]", "value"), "many");

    let right =
        [("system_prompt", " "), ("temperature", "0,7"), ("max_tokens", "500"), ("reasoning_effort", "low")];
    let done = ada.submits(&path, &right).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, Some(&chat[..])));
    assert_eq!(ada.opens(&chat).await.count("#tune.chat__tune--set"), 0);
    let sheet = ada.opens(&path).await;
    assert_eq!(sheet.attribute("[name=temperature]", "value"), "0.7");
    assert_eq!(sheet.attribute("[name=reasoning_effort] [selected]", "value"), "low");
}

#[tokio::test]
async fn a_refused_first_message_keeps_its_system_prompt() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let fields = [("content", " "), ("model", "simulated/fast"), ("key", "k"), ("system_prompt", "Be kind.")];
    let refused = ada.submits("/c/new", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.text_of("textarea[name=system_prompt]"), "Be kind.");
    let long = "x".repeat((32 << 10) + 1);
    let fields = [("content", "hi"), ("model", "simulated/fast"), ("key", "k"), ("system_prompt", &long)];
    let refused = ada.submits("/c/new", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.text_of("textarea[name=content]"), "hi");
}
