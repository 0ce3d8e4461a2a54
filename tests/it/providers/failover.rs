//! When the model that was asked can't answer, and when nobody else is asked.

use serde_json::{Value, json};

use crate::support::{Api, Reader, TestApp, free_port, simulator};

/// The simulator in the place of OpenAI, and who is asked when it fails.
async fn with_others(others: &str) -> (TestApp, String) {
    let openai = format!("{}/v1", simulator().await);
    let server = TestApp::start_with(&[
        ("OPENAI_API_KEY", "sk-test"),
        ("OPENAI_BASE_URL", &openai),
        ("FRESHET_FAILOVER", others),
    ])
    .await;
    (server, openai)
}

async fn stats(openai: &str) -> Value {
    let url = format!("{}/_sim/stats", openai.trim_end_matches("/v1"));
    reqwest::get(url).await.unwrap().json().await.unwrap()
}

async fn answered(ada: &Api, model: &str, question: &str) -> Value {
    let chat = ada.chats_with(model).await;
    ada.asks(&chat, question).await
}

#[tokio::test]
async fn another_model_answers_when_nobody_is_there() {
    let closed = format!("http://127.0.0.1:{}/v1", free_port());
    let server = TestApp::start_with(&[
        ("OPENAI_API_KEY", "sk-test"),
        ("OPENAI_BASE_URL", &closed),
        ("FRESHET_FAILOVER", "openai/also-gone, simulated/no-such-model, simulated/echo"),
    ])
    .await;
    let ada = server.signed_up("ada").await;
    let reply = answered(&ada, "openai/gpt-6-luna", "Is anybody there?").await;
    assert_eq!((&reply["status"], &reply["model"]), (&json!("complete"), &json!("openai/gpt-6-luna")));
    assert_eq!(reply["stepped_in"], "simulated/echo", "{reply}");
    // And whoever reads it is told.
    let bob = Reader::sign_up(&server.base, "bob").await;
    let chat = bob.begins("openai/gpt-6-luna", "Anybody?").await;
    let told = "simulated/echo answered, since openai/gpt-6-luna could not.";
    while !bob.reads(&format!("/c/{chat}")).await.contains(told) {}
}

#[tokio::test]
async fn a_failure_before_the_first_word_is_another_models_answer() {
    let (server, openai) = with_others("simulated/fast").await;
    let ada = server.signed_up("ada").await;
    for script in
        ["status 500", "empty", "error_chunk after=0 code=server_is_overloaded", "html200", "key", "quota"]
    {
        let reply = answered(&ada, "openai/faults", script).await;
        assert_eq!(
            (&reply["status"], &reply["stepped_in"]),
            (&json!("complete"), &json!("simulated/fast")),
            "{script}: {reply}"
        );
    }
    // Each was asked once: only what no model can have worked on is asked again.
    let stats = stats(&openai).await;
    assert_eq!(stats["calls"], 6, "{stats}");
}

#[tokio::test]
async fn what_was_shown_or_is_the_questions_fault_stays_with_its_model() {
    let (server, _openai) = with_others("simulated/fast").await;
    let ada = server.signed_up("ada").await;
    for (script, code) in [
        ("error_chunk after=50 code=server_is_overloaded", "provider_overloaded"),
        ("cut after=100", "provider_cut"),
        ("context", "context_length"),
        ("status 400", "provider_bad_request"),
    ] {
        let reply = answered(&ada, "openai/faults", script).await;
        assert_eq!(
            (&reply["error"]["code"], &reply["stepped_in"]),
            (&json!(code), &Value::Null),
            "{script}: {reply}"
        );
    }
}

#[tokio::test]
async fn a_provider_that_fails_again_and_again_is_left_alone() {
    let openai = format!("{}/v1", simulator().await);
    let settings = [("OPENAI_API_KEY", "sk-test"), ("OPENAI_BASE_URL", openai.as_str())];
    let server = TestApp::start_with(&settings).await;
    let ada = server.signed_up("ada").await;
    for n in 0..5 {
        let reply = answered(&ada, "openai/faults", &format!("status 500 # {n}")).await;
        assert_eq!(reply["error"]["code"], "provider_failed", "{reply}");
    }
    let reply = answered(&ada, "openai/fast", "hello").await;
    assert_eq!(reply["error"]["code"], "provider_resting", "{reply}");
    assert_eq!(stats(&openai).await["calls"], 5, "nobody was asked");
    let providers = ada.get("/providers").await;
    let health = &providers["items"][0]["health"];
    assert_eq!((&health["calls"], &health["failed"]), (&json!(5), &json!(5)), "{health}");
    assert!(health["rests_seconds"].as_u64().is_some_and(|seconds| seconds <= 16), "{health}");
    assert_eq!(health["last_error"], "provider_failed");
    // Others are not affected.
    assert_eq!(answered(&ada, "simulated/fast", "hello").await["status"], "complete");
}
