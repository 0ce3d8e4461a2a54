//! Budgets that hold, whatever runs at once.

use freshet::app::Nature;
use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{OUTPUT, PRICE, count, nanos, total};
use crate::support::{Api, Database, TestApp};

/// The key of instances that share a database.
const KEY: &str = "8f1d3a5c7b9e02d4f6183a5c7e90b2d4f61b3a5c7e9fb2d4061830557c9eb2d4";
/// What is set aside at most for a short question: 4096 tokens and 256 beside it, at least.
const SET_ASIDE: i64 = 4_096 * OUTPUT;

/// Two instances on one PostgreSQL; on SQLite there is only one.
async fn instances(settings: &[(&str, &str)]) -> Vec<TestApp> {
    let database = Database::new().await;
    let settings: Vec<_> = settings.iter().copied().chain([PRICE, ("ENCRYPTION_KEY", KEY)]).collect();
    let mut all = vec![TestApp::start_on(database.clone(), &settings, Nature::default()).await];
    if Database::is_postgres() {
        all.push(TestApp::start_on(database, &settings, Nature::default()).await);
    }
    all
}

/// Fifty sends at once, each in a conversation of its own, by turns on each instance. Gives the answers.
async fn fifty(instances: &[TestApp], ada: &Api, model: &str) -> Vec<(String, StatusCode, Value)> {
    let chats = join_all((0..50).map(|_| ada.chats_with(model))).await;
    join_all(chats.into_iter().enumerate().map(|(n, chat)| async move {
        let ada = ada.at(&instances[n % instances.len()].base);
        let answer = ada.tries_to_say(&chat, "How do rivers bend?", None).await;
        (chat, answer.status(), answer.json().await.unwrap())
    }))
    .await
}

#[tokio::test]
async fn fifty_sends_at_once_never_exceed_a_budget() {
    for name in
        ["FRESHET_BUDGET_USER_DAY_USD", "FRESHET_BUDGET_USER_MONTH_USD", "FRESHET_BUDGET_TOTAL_MONTH_USD"]
    {
        let instances = instances(&[(name, "0.11")]).await;
        let ada = Api::sign_up(&instances[0].base, "ada").await;
        let answers = fifty(&instances, &ada, "simulated/tokens:n=20000,ms=0").await;
        let (taken, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|(_, status, _)| *status == StatusCode::ACCEPTED);
        // As many as fit: not one more, nor one less.
        assert_eq!(taken.len() as i64, 110_000_000 / SET_ASIDE, "{name}: {refused:?}");
        let left = ada.get("/usage/budget").await;
        assert!(nanos(&left["day_used_usd"]) <= 110_000_000, "{name}: {left}");
        for (chat, status, problem) in &refused {
            assert_eq!(
                (*status, &problem["code"]),
                (StatusCode::PAYMENT_REQUIRED, &json!("budget_exhausted")),
                "{problem}"
            );
            // Nothing of it is stored.
            assert_eq!(ada.get(&format!("/chats/{chat}")).await["title"], "");
        }
        // Each answer ends where its money does, and what it came to is within the budget.
        for (chat, _, body) in &taken {
            let reply = ada.waits_for(chat, &crate::support::Accepted::of(body)).await;
            assert_eq!(reply["finish_reason"], "length", "{reply}");
        }
        let used = total(&ada).await;
        assert!(nanos(&used["cost_usd"]) <= 110_000_000, "{name}: {used}");
        assert_eq!(ada.get("/usage/budget").await["day_used_usd"], used["cost_usd"], "all is settled");
    }
}

#[tokio::test]
async fn fifty_sends_at_once_never_exceed_a_quota() {
    let instances = instances(&[("FRESHET_MESSAGES_PER_DAY", "7")]).await;
    let ada = Api::sign_up(&instances[0].base, "ada").await;
    let answers = fifty(&instances, &ada, "simulated/fast").await;
    let taken = answers.iter().filter(|(_, status, _)| *status == StatusCode::ACCEPTED).count();
    assert_eq!(taken, 7);
    assert_eq!(ada.get("/usage/budget").await["messages_today"], 7);
    // Others have their own.
    let bob = Api::sign_up(&instances[0].base, "bob").await;
    let chat = bob.chats_with("simulated/fast").await;
    assert_eq!(bob.asks(&chat, "Hello.").await["status"], "complete");
}

#[tokio::test]
async fn who_is_refused_is_told_when_it_begins_anew_and_keeps_the_text() {
    let server = TestApp::start_with(&[PRICE, ("FRESHET_BUDGET_USER_DAY_USD", "0")]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let refused = ada.tries_to_say(&chat, "Hello.", Some("once")).await;
    assert_eq!(refused.status(), StatusCode::PAYMENT_REQUIRED);
    let wait: i64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=86_400).contains(&wait), "{wait}");
    let problem: Value = refused.json().await.unwrap();
    assert!(problem["detail"].as_str().unwrap().ends_with("T00:00:00Z"), "{problem}");
    assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"], json!([]));
    assert_eq!(count(&total(&ada).await["calls"]), 0);
    assert_eq!(server.upstream().await["calls"], 0);
    // By a form, without scripts.
    let eve = server.visitor_of("eve").await;
    let page = eve.submits("/c/new", &[("content", "My long text."), ("model", "simulated/fast")]).await;
    assert_eq!(page.status, StatusCode::PAYMENT_REQUIRED);
    assert_eq!(page.text_of("textarea[name=content]"), "My long text.");
    assert!(page.text.contains("budget"), "{}", page.text);
}

#[tokio::test]
async fn an_administrator_gives_a_person_another_budget() {
    let server = TestApp::start_with(&[PRICE, ("FRESHET_MESSAGES_PER_DAY", "1")]).await;
    let root = server.signed_up("root").await;
    let ada = server.signed_up("ada").await;
    let id = ada.get("/users/me").await["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/users/{id}/budget");
    let body = json!({ "messages_per_day": 2, "month_usd": "2.50" });
    let put = |who: &Api, path: &str, body: &Value| who.request(Method::PUT, path).json(body).send();
    assert_eq!(put(&ada, &path, &body).await.unwrap().status(), StatusCode::FORBIDDEN);
    let nobody = "/admin/users/00000000-0000-4000-8000-000000000000/budget";
    assert_eq!(put(&root, nobody, &body).await.unwrap().status(), StatusCode::NOT_FOUND);
    for wrong in [json!({ "day_usd": "-1" }), json!({ "day_usd": "1e3" }), json!({ "messages_per_day": -1 })]
    {
        assert_eq!(
            put(&root, &path, &wrong).await.unwrap().status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong}"
        );
    }
    let chat = ada.chats_with("simulated/fast").await;
    assert_eq!(ada.asks(&chat, "One.").await["status"], "complete");
    assert_eq!(ada.tries_to_say(&chat, "Two.", None).await.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(put(&root, &path, &body).await.unwrap().status(), StatusCode::OK);
    assert_eq!(root.get(&path).await, json!({ "day_usd": null, "month_usd": "2.5", "messages_per_day": 2 }));
    assert_eq!(ada.asks(&chat, "Two.").await["status"], "complete");
    assert_eq!(ada.tries_to_say(&chat, "Three.", None).await.status(), StatusCode::PAYMENT_REQUIRED);
}

#[tokio::test]
async fn an_answer_that_failed_gives_back_what_was_set_aside() {
    let server = TestApp::start_with(&[
        PRICE,
        ("FRESHET_MESSAGES_PER_DAY", "2"),
        ("FRESHET_BUDGET_USER_DAY_USD", "1"),
    ])
    .await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/faults").await;
    assert_eq!(ada.asks(&chat, "status 400").await["status"], "failed");
    let left = ada.get("/usage/budget").await;
    assert_eq!((&left["messages_today"], &left["day_used_usd"]), (&json!(0), &json!("0")), "{left}");
    // The same answer sent twice with one key counts once.
    for _ in 0..2 {
        assert_eq!(ada.tries_to_say(&chat, "no_usage", Some("key")).await.status(), StatusCode::ACCEPTED);
    }
    assert_eq!(ada.get("/usage/budget").await["messages_today"], 1);
}

#[tokio::test]
async fn there_are_no_titles_when_the_budget_is_gone() {
    // Enough for the one answer, not for what would be set aside for a title behind it.
    let settings =
        [PRICE, ("FRESHET_TITLE_MODEL", "simulated/tokens:n=5"), ("FRESHET_BUDGET_USER_DAY_USD", "0.021")];
    let server = TestApp::start_with(&settings).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=20000,ms=0").await;
    let reply = ada.asks(&chat, "How do rivers bend?").await;
    assert_eq!(reply["finish_reason"], "length", "{reply}");
    while !server.app.titles.is_idle() {
        tokio::task::yield_now().await;
    }
    let stats = server.upstream().await;
    assert_eq!((&stats["titles"], &stats["calls"]), (&json!(0), &json!(1)), "{stats}");
}
