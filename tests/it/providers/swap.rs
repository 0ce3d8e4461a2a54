//! One conversation, many providers: each is told exactly what was said.

use freshet::providers::{Message, Request, simulated::history};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, TestApp, simulator};

/// Providers and the last characters of the server's keys at them.
const KEYS: [(&str, &str); 5] = [
    ("openai", "sk-simulated-0001"),
    ("anthropic", "sk-ant-simulated-0002"),
    ("gemini", "AQ.simulated-0003"),
    ("ollama", "simulated-0004"),
    ("xai", "xai-simulated-0005"),
];

/// A server whose providers are all played by one simulator.
async fn with_all() -> (TestApp, String) {
    let upstream = simulator().await;
    let (v1, v1beta) = (format!("{upstream}/v1"), format!("{upstream}/v1beta"));
    let server = TestApp::start_with(&[
        ("OPENAI_API_KEY", KEYS[0].1),
        ("OPENAI_BASE_URL", &v1),
        ("ANTHROPIC_API_KEY", KEYS[1].1),
        ("ANTHROPIC_BASE_URL", &upstream),
        ("GEMINI_API_KEY", KEYS[2].1),
        ("GEMINI_BASE_URL", &v1beta),
        ("OLLAMA_API_KEY", KEYS[3].1),
        ("OLLAMA_BASE_URL", &upstream),
        ("XAI_API_KEY", KEYS[4].1),
        ("XAI_BASE_URL", &v1),
    ])
    .await;
    (server, upstream)
}

/// Says something to a model and waits for its answer; gives the finished reply and its question's id.
async fn says(ada: &Api, path: &str, method: Method, model: &str, text: &str) -> (Value, String) {
    let body = json!({ "content": text, "model": model, "stream": false });
    let answer = ada.request(method, path).json(&body).send().await.unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, 200, "{model}: {body}");
    assert_eq!(body["reply"]["status"], "complete", "{model}: {body}");
    (body["reply"].clone(), body["message"]["id"].as_str().unwrap_or_default().to_owned())
}

/// What the upstream was told, call by call: the key's end and the digest.
async fn heard(upstream: &str) -> Vec<(String, String)> {
    let stats: Value = reqwest::get(format!("{upstream}/_sim/stats")).await.unwrap().json().await.unwrap();
    let heard = stats["heard"].as_array().unwrap().iter();
    heard
        .map(|call| [&call["key"], &call["digest"]].map(|part| part.as_str().unwrap().to_owned()).into())
        .collect()
}

fn digest(said: &[Message]) -> String {
    history::digest(&Request { messages: said.to_vec(), ..Request::default() })
}

#[tokio::test]
async fn a_conversation_that_changes_its_model_is_told_whole_to_each() {
    let (server, upstream) = with_all().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("openai/thinking").await;
    let path = format!("/chats/{chat}/messages");
    let (mut said, mut expected, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    // Each provider twice in a row: the second time it gets its own words back, and refuses what is not as it said it.
    for (provider, key) in KEYS {
        for turn in ["first", "second"] {
            let text = format!("The {turn} question to {provider}, with *marks* and 川.");
            said.push(Message::user(text.as_str()));
            expected.push((key[key.len() - 4..].to_owned(), digest(&said)));
            let (reply, question) =
                says(&ada, &path, Method::POST, &format!("{provider}/thinking"), &text).await;
            assert_ne!(reply["thinking"], "", "{provider} shows what it thinks");
            said.push(Message::assistant(reply["text"].as_str().unwrap()));
            asked.push(question);
        }
    }
    // An edit in the middle: what comes behind it is another branch now. Then back to the first ones.
    said.truncate(4);
    for (at, (provider, key)) in [1, 2, 0, 4].into_iter().map(|index| KEYS[index]).enumerate() {
        let text = format!("Another question to {provider}");
        said.push(Message::user(text.as_str()));
        expected.push((key[key.len() - 4..].to_owned(), digest(&said)));
        let (path, method) = match at {
            0 => (format!("/messages/{}", asked[2]), Method::PATCH),
            _ => (path.clone(), Method::POST),
        };
        let (reply, _) = says(&ada, &path, method, &format!("{provider}/thinking"), &text).await;
        said.push(Message::assistant(reply["text"].as_str().unwrap()));
    }
    assert_eq!(heard(&upstream).await, expected);
}
