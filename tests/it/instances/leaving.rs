//! Watching an answer of another instance by one that goes down: nobody may take a part for the whole.

use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use super::pair::Pair;
use crate::support::{Accepted, Api, Reader};

const ENDLESS: &str = "simulated/tokens:n=100000,ms=20";

/// Sends once more what was sent with this key, for an answer of this type.
async fn repeats(ada: &Api, chat: &str, accept: &str, stream: bool) -> Response {
    let request = ada.request(Method::POST, &format!("/chats/{chat}/messages"));
    let request = request.header("idempotency-key", "once").header("accept", accept);
    request.json(&json!({ "content": "go", "stream": stream })).send().await.unwrap()
}

#[tokio::test]
async fn who_watches_by_an_instance_that_goes_down_is_told_to_look_again() {
    let Pair { a, b, redis: _redis } = Pair::start().await;
    let reader = Reader::sign_up(&a.base, "eve").await;
    let page = reader.begins(ENDLESS, "go").await;
    let ada = a.signed_up("ada").await;
    let chat = ada.chats_with(ENDLESS).await;
    let sent = ada.tries_to_say(&chat, "go", Some("once")).await;
    assert_eq!(sent.status(), StatusCode::ACCEPTED);
    let accepted = Accepted::of(&sent.json().await.unwrap());
    let (there, reader) = (ada.at(&b.base), reader.at(&b.base));
    let events = repeats(&there, &chat, "text/event-stream", true).await;
    let text = repeats(&there, &chat, "text/plain", true).await;
    assert_eq!((events.status(), text.status()), (StatusCode::OK, StatusCode::OK));
    let limits = b.app.limits.clone();
    let stops = async {
        // The page, both streams, and the one who waits for the end.
        while limits.streams(freshet::web::server::Transport::Http) < 4 {
            tokio::task::yield_now().await;
        }
        b.stops().await;
    };
    let path = format!("/c/{page}?stream=html");
    let (html, events, text, finished, ()) = tokio::join!(
        reader.reads(&path),
        events.text(),
        text.text(),
        repeats(&there, &chat, "application/json", false),
        stops
    );
    assert!(html.ends_with("</html>"), "{}", &html[html.len().saturating_sub(300)..]);
    assert!(html.contains(&format!("http-equiv=\"refresh\" content=\"2; url={path}\"")));
    let events = events.unwrap();
    assert!(events.ends_with("retry: 1000\n\n") && !events.contains("reply.ended"), "{events}");
    assert!(text.is_err(), "a part of the text looks like the whole");
    assert_eq!(finished.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ada.reply(&accepted.reply).await["status"], "running");
}
