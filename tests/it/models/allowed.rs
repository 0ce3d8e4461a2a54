//! What the operator keeps from users answers exactly like what does not exist.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    keys::{enters, house},
    support::{Api, Refusal, TestApp, refusal},
};

/// A server on which ordinary users have two models; the first is its administrator's.
async fn server() -> (TestApp, Api) {
    let server = TestApp::start_with(&[("FRESHET_MODELS_USER", "simulated/fast, simulated/ec*")]).await;
    let root = server.signed_up("root").await;
    (server, root)
}

async fn tries(who: &Api, method: Method, path: &str, body: Value) -> Refusal {
    refusal(who.request(method, path).json(&body).send().await.unwrap()).await
}

#[tokio::test]
async fn what_is_kept_from_somebody_is_as_if_it_did_not_exist() {
    let (server, root) = server().await;
    let (bob, chat) = (server.signed_up("bob").await, root.chats_with("simulated/thinking:ms=0").await);
    root.asks(&chat, "administrators may").await;
    let own = bob.chats_with("simulated/fast:ms=0").await;
    bob.asks(&own, "its options are no other model").await;
    let messages = bob.get(&format!("/chats/{own}/messages")).await;
    let answer = messages["items"][1]["id"].as_str().unwrap().to_owned();
    let places = [
        (Method::POST, "/chats".to_owned(), "model"),
        (Method::POST, format!("/chats/{own}/messages"), "model"),
        (Method::POST, format!("/chats/{own}/messages"), "models"),
        (Method::PATCH, format!("/chats/{own}"), "model"),
        (Method::POST, format!("/messages/{answer}/regenerate"), "model"),
        (Method::PATCH, "/users/me".to_owned(), "default_model"),
    ];
    for (method, path, field) in places {
        let mut told = Vec::new();
        for name in ["simulated/thinking", "simulated/nothing", "thinking"] {
            let mut body = match field {
                "models" => json!({ "models": ["simulated/fast", name] }),
                _ => json!({ field: name }),
            };
            if path.ends_with("/messages") {
                body["content"] = json!("Who are you?");
            }
            told.push(tries(&bob, method.clone(), &path, body).await);
        }
        assert_eq!((told[0].status.as_u16(), told[0].code.as_str()), (422, "unknown_model"), "{path}");
        assert_eq!((&told[0].body, &told[1].body), (&told[1].body, &told[2].body), "{path}");
    }
    for name in ["simulated/thinking", "simulated/nothing"] {
        let path = format!("/models/favourites/{name}");
        assert_eq!(tries(&bob, Method::PUT, &path, Value::Null).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn lists_show_what_may_be_used_and_begin_with_it() {
    let (server, root) = server().await;
    let bob = server.signed_up("bob").await;
    let names = |list: &Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    let (his, all) = (bob.get("/models").await, root.get("/models").await);
    assert_eq!(names(&his), ["simulated/fast", "simulated/echo"]);
    assert_eq!(his["default"], "simulated/fast", "the server's own default is not for him");
    assert_eq!(all["default"], "simulated/essay");
    assert!(names(&all).len() > 4);
    let visitor = server.visitor_of("carol").await;
    for path in ["/c/new", "/models", "/settings/models"] {
        let page = visitor.opens(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("simulated/echo") && !page.text.contains("simulated/thinking"), "{path}");
    }
    assert_eq!(visitor.opens("/c/new").await.attribute("#model option[selected]", "value"), "simulated/fast");
}

#[tokio::test]
async fn with_a_key_of_ones_own_everything_is_allowed_that_it_opens() {
    let settings = [("OPENAI_API_KEY", "sk-server-000000000000SRVR"), ("FRESHET_MODELS_USER", "simulated/*")];
    let (server, _) = house(&settings).await;
    server.signed_up("root").await;
    let bob = server.signed_up("bob").await;
    let body = json!({ "model": "openai/fast" });
    assert_eq!(tries(&bob, Method::POST, "/chats", body).await.code, "unknown_model");
    // What is kept from him makes no bare name ambiguous.
    bob.chats_with("fast").await;
    enters(&bob, "openai", "sk-bob-00000000000000BOB1").await;
    let chat = bob.chats_with("openai/fast").await;
    assert_eq!(bob.asks(&chat, "hello").await["status"], "complete");
}
