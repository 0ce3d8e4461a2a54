//! Base URLs of people's own: what may be given, where it leads, and what happens to the key (threats S34, S46-S49).

use freshet::app::Nature;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{ask, counted, enters, house};
use crate::support::{Database, TestApp, simulator};

#[tokio::test]
async fn s34_a_key_does_not_go_to_a_new_server() {
    let (app, upstream) = house(&[("OPENAI_API_KEY", "sk-server-000000000000SRVR")]).await;
    let other = simulator().await;
    let ada = app.signed_up("ada").await;
    enters(&ada, "openai", "sk-ada-00000000000000ADA1").await;
    // Another path of the same server keeps it …
    let same = json!({ "base_url": format!("{upstream}/v1/") });
    let (status, shown) = ask(&ada, Method::PATCH, "/keys/openai", Some(same)).await;
    assert_eq!((status, &shown["state"], &shown["last4"]), (StatusCode::OK, &json!("ok"), &json!("ADA1")));
    let chat = ada.chats_with("openai/fast").await;
    assert_eq!(ada.asks(&chat, "hello").await["status"], "complete");
    // … another server doesn't.
    let (status, shown) =
        ask(&ada, Method::PATCH, "/keys/openai", Some(json!({ "base_url": format!("{other}/v1") }))).await;
    assert_eq!((status, &shown["state"], &shown["last4"]), (StatusCode::OK, &json!("missing"), &json!("")));
    ask(&ada, Method::POST, "/keys/openai/check", None).await;
    let answer = ada.tries_to_say(&chat, "hello", None).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    // Back again it is still gone.
    let (_, shown) = ask(&ada, Method::PATCH, "/keys/openai", Some(json!({ "base_url": null }))).await;
    assert_eq!(shown["state"], "missing");
    let stats = counted(&other).await;
    assert_eq!((&stats["calls"], &stats["lists_by_key"]), (&json!(0), &json!({})), "nobody came by");
    assert_eq!(
        counted(&upstream).await["calls_by_key"],
        json!({ "ADA1": 1 }),
        "nor was the server's key taken"
    );
    // Entered for the new address it goes there, and only there.
    let body = json!({ "key": "sk-new-00000000000000NEW1", "base_url": format!("{other}/v1") });
    assert_eq!(ask(&ada, Method::PUT, "/keys/openai", Some(body)).await.0, StatusCode::OK);
    ada.asks(&chat, "hello").await;
    assert_eq!(counted(&other).await["calls_by_key"], json!({ "NEW1": 1 }));
    assert_eq!(counted(&upstream).await["lists_by_key"]["NEW1"], Value::Null);
}

#[tokio::test]
async fn s46_addresses_of_the_house_are_refused_and_nobody_hears_of_it() {
    let upstream = simulator().await;
    let base = format!("{upstream}/v1");
    let app = TestApp::start_with(&[("OPENAI_BASE_URL", &base)]).await;
    let ada = app.signed_up("ada").await;
    let port = upstream.rsplit(':').next().unwrap();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "0.0.0.0",
        "①②⑦.0.0.1",
        "ok@127.0.0.1",
        "127.0.0.1\\@ok",
        "169.254.169.254",
        "[fd00::1]",
        "[fe80::1%25lo]",
    ] {
        let body = json!({ "key": "sk-1", "base_url": format!("http://{host}:{port}/v1") });
        let (status, problem) = ask(&ada, Method::PUT, "/keys/openai", Some(body)).await;
        let found = (status, problem["code"].as_str(), problem["detail"].as_str());
        let wanted = "this is no http or https address on the public internet";
        assert_eq!(
            found,
            (StatusCode::UNPROCESSABLE_ENTITY, Some("base_url_invalid"), Some(wanted)),
            "{host}"
        );
    }
    for url in [
        "file:///etc/passwd",
        "gopher://x/",
        "ftp://x/",
        "javascript:1",
        "http://",
        "http://x/?q",
        "http://x/#f",
        "ht\ttp://x/",
    ] {
        let (status, _) =
            ask(&ada, Method::PUT, "/keys/openai", Some(json!({ "key": "sk-1", "base_url": url }))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
    }
    // A name is only known when it is dialled: open and closed ports sound the same.
    let mut said = Vec::new();
    for port in [port, "9"] {
        for name in ["localhost", "localhost.", "LOCALHOST"] {
            let port = if port == "9" { "59999" } else { port };
            let body = json!({ "key": "sk-1", "base_url": format!("http://{name}:{port}/v1") });
            let (status, shown) = ask(&ada, Method::PUT, "/keys/openai", Some(body)).await;
            said.push((status, shown["state"].clone(), shown["reason"].clone()));
        }
    }
    assert!(
        said.iter().all(|it| *it == (StatusCode::OK, json!("unknown"), json!("provider_unreachable"))),
        "{said:?}"
    );
    let stats = counted(&upstream).await;
    assert_eq!((&stats["calls"], &stats["lists_by_key"]), (&json!(0), &json!({})));
}

#[tokio::test]
async fn s46_a_provider_without_a_key_is_not_the_machine_that_the_server_runs_on() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    for provider in ["ollama", "compatible"] {
        let body = json!({ "key": "" });
        let (status, problem) = ask(&ada, Method::PUT, &format!("/keys/{provider}"), Some(body)).await;
        let found = (status, problem["code"].as_str());
        assert_eq!(found, (StatusCode::UNPROCESSABLE_ENTITY, Some("base_url_missing")), "{provider}");
    }
}

#[tokio::test]
async fn s48_an_address_that_was_allowed_once_is_looked_at_again() {
    let (database, far) = (Database::new().await, simulator().await);
    let key = ("ENCRYPTION_KEY", super::rotation::FIRST);
    let open = [key, ("FRESHET_PRIVATE_HOSTS", "127.0.0.1")];
    let app = TestApp::start_on(database.clone(), &open, Nature::default()).await;
    let ada = app.signed_up("ada").await;
    let body = json!({ "key": "sk-far-00000000000000FAR1", "base_url": format!("{far}/v1") });
    ask(&ada, Method::PUT, "/keys/openai", Some(body)).await;
    let chat = ada.chats_with("openai/fast").await;
    assert_eq!(ada.asks(&chat, "hello").await["status"], "complete");
    app.stops().await;
    // The operator has taken the permission back; the row is as it was.
    let app = TestApp::start_on(database, &[key], Nature::default()).await;
    let (ada, before) = (ada.at(&app.base), counted(&far).await);
    let (_, shown) = ask(&ada, Method::POST, "/keys/openai/check", None).await;
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("unknown"), &json!("provider_unreachable")));
    let answer = ada.tries_to_say(&chat, "hello", None).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(counted(&far).await, before);
}

#[tokio::test]
async fn s48_redirects_are_not_followed() {
    let (app, upstream) = house(&[]).await;
    let ada = app.signed_up("ada").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let target = format!("{upstream}/v1/models");
    tokio::spawn(async move {
        for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut seen = vec![0; 4_096];
            let _ = socket.read(&mut seen).await;
            let head = format!(
                "HTTP/1.1 {status}\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            socket.write_all(head.as_bytes()).await.unwrap();
        }
    });
    for _ in 0..4 {
        let body = json!({ "key": "sk-1", "base_url": format!("http://{address}/v1") });
        let (status, shown) = ask(&ada, Method::PUT, "/keys/openai", Some(body)).await;
        assert_eq!((status, &shown["state"]), (StatusCode::OK, &json!("unknown")), "{shown}");
    }
    assert_eq!(counted(&upstream).await["lists_by_key"], json!({}));
}
