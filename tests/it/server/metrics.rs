//! `/metrics`: for those who run the server, and not there for anybody else (S28).

use freshet::platform::metrics;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};

use crate::support::{TestApp, client};

/// What can be told apart: status, headers without what every answer has of its own, body without its id.
async fn looks(request: RequestBuilder, path: &str) -> (StatusCode, Vec<(String, String)>, String) {
    let answer: Response = request.send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let own = ["x-request-id", "date"];
    let headers = answer.headers().iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    let status = answer.status();
    (status, headers, answer.text().await.unwrap().replace(&id, "ID").replace(path, "PATH"))
}

#[tokio::test]
async fn for_strangers_and_for_users_there_is_no_such_page() {
    let app = TestApp::start_with(&[("METRICS_TOKEN", "let-me-see")]).await;
    // The first account is the administrator's.
    let (_admin, bob) = (app.signed_up("ada").await, app.signed_up("bob").await);
    for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS, Method::DELETE] {
        for (name, value) in [
            ("x-nothing", String::new()),
            ("authorization", format!("Bearer {}", bob.token)),
            ("authorization", "Bearer let-me-se".to_owned()),
            ("authorization", "Bearer let-me-see-more".to_owned()),
            ("authorization", "Bearer ".to_owned()),
            ("authorization", "Basic bGV0LW1lLXNlZTo=".to_owned()),
            ("cookie", "freshet=nonsense".to_owned()),
            ("cookie", "freshet=AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ] {
            let ask = |path: &str| {
                client().request(method.clone(), format!("{}{path}", app.base)).header(name, &value)
            };
            let (there, nowhere) =
                (looks(ask("/metrics"), "/metrics").await, looks(ask("/metricz"), "/metricz").await);
            assert_eq!(there, nowhere, "{method} with {name}: {value}");
            assert_eq!(there.0, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn the_token_and_administrators_see_numbers_and_nothing_else() {
    let app = TestApp::start_with(&[("METRICS_TOKEN", "let-me-see")]).await;
    let ada = app.signed_up("canary-ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let _watch = ada.watches(&chat, "0.0").await;
    ada.asks(&chat, "canary-question").await;
    let url = format!("{}/metrics", app.base);
    let by_token = client().get(&url).bearer_auth("let-me-see").send().await.unwrap();
    assert_eq!(by_token.status(), StatusCode::OK);
    assert!(
        by_token.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/plain; version=0.0.4")
    );
    let text = by_token.text().await.unwrap();
    for line in ["freshet_streams{transport=\"http\"} 1", "freshet_replies_running 0", "freshet_bus_topics 1"]
    {
        assert!(text.lines().any(|it| it == line), "{line} in {text}");
    }
    assert!(text.contains("freshet_journal_commit_seconds_bucket"), "{text}");
    // Every name is there; those with labels when they have happened.
    for (name, _, about) in metrics::ALL
        .iter()
        .filter(|(_, kind, about)| !matches!(kind, metrics::Kind::Counter) || !about.contains(", by "))
    {
        assert!(text.contains(name), "{name} ({about})");
    }
    let ids = [chat.as_str(), "canary", "example.org", &ada.token];
    assert!(ids.iter().all(|id| !text.contains(id)), "{text}");
    let by_admin = client().get(&url).bearer_auth(&ada.token).send().await.unwrap();
    assert_eq!(by_admin.status(), StatusCode::OK);
}

#[tokio::test]
async fn without_a_token_in_the_settings_none_is_right() {
    let app = TestApp::start().await;
    let url = format!("{}/metrics", app.base);
    let answer = client().get(&url).header("authorization", "Bearer ").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}
