//! A foreign page that lets its name point to this machine (DNS rebinding).

use reqwest::{StatusCode, header::HOST};

use crate::support::{TestApp, client};

async fn asked_as(app: &TestApp, host: &str) -> StatusCode {
    let url = format!("{}/register", app.base);
    client().get(url).header(HOST, host).send().await.unwrap().status()
}

#[tokio::test]
async fn a_server_for_this_machine_has_no_foreign_name() {
    let app = TestApp::start().await;
    for ours in ["localhost", "localhost:3000", "127.0.0.1", "[::1]:8080", "freshet.localhost"] {
        assert_eq!(asked_as(&app, ours).await, StatusCode::OK, "{ours}");
    }
    for foreign in ["evil.example", "evil.example:3000", "localhost.evil.example"] {
        assert_eq!(asked_as(&app, foreign).await, StatusCode::MISDIRECTED_REQUEST, "{foreign}");
    }
}

#[tokio::test]
async fn a_public_url_that_only_this_machine_can_use_is_no_foreign_name() {
    for url in ["http://localhost:3000", "http://127.0.0.1:3000"] {
        let app = TestApp::start_with(&[("PUBLIC_URL", url)]).await;
        assert_eq!(asked_as(&app, "evil.example").await, StatusCode::MISDIRECTED_REQUEST, "{url}");
        for ours in ["localhost:3000", "127.0.0.1:3000"] {
            assert_eq!(asked_as(&app, ours).await, StatusCode::OK, "{ours} with {url}");
        }
    }
}

#[tokio::test]
async fn a_server_that_others_reach_is_called_as_they_like() {
    for setting in [("PUBLIC_URL", "https://chat.example.org"), ("TRUSTED_PROXIES", "127.0.0.1")] {
        let app = TestApp::start_with(&[setting]).await;
        for name in ["chat.example.org", "other.example.org", "localhost"] {
            assert_eq!(asked_as(&app, name).await, StatusCode::OK, "{name} with {setting:?}");
        }
    }
}
