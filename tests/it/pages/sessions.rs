//! Being signed in with a browser: the cookie, its end, and the list of devices (threats S8, S18, S19).

use freshet::{accounts::sessions::LASTS, app::Nature, platform::clock::Clock};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Database, PASSWORD, TestApp, Visitor, client, refusal};

async fn api_status(visitor: &Visitor, path: &str) -> StatusCode {
    visitor.request(Method::GET, path).send().await.unwrap().status()
}

#[tokio::test]
async fn the_cookie_can_only_be_used_by_this_site_and_not_by_scripts() {
    let server = TestApp::start().await;
    let page = server.visitor().signs_up("ada@example.org", "ada").await;
    let cookies = page.cookies();
    let cookie = cookies.iter().find(|line| line.starts_with("freshet=")).expect("a session cookie");
    let parts: Vec<String> = cookie.split(';').map(|part| part.trim().to_lowercase()).collect();
    for part in ["httponly", "samesite=lax", "path=/"] {
        assert!(parts.iter().any(|have| have == part), "{part}: {cookie}");
    }
    assert!(!parts.iter().any(|part| part == "secure" || part.starts_with("domain")), "{cookie}");
}

#[tokio::test]
async fn under_https_the_cookie_is_bound_to_the_host() {
    let server = TestApp::start_with(&[("PUBLIC_URL", "https://localhost")]).await;
    let visitor = server.visitor();
    let page = visitor.signs_up("ada@example.org", "ada").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let cookie = page.cookies().into_iter().find(|line| line.starts_with("__Host-freshet=")).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.split(';').any(|have| have.trim() == part), "{part}: {cookie}");
    }
    assert!(page.header("strict-transport-security").contains("max-age="));
    let out = visitor.submits("/logout", &[]).await;
    for cookie in out.cookies().iter().filter(|cookie| cookie.starts_with("__Host-")) {
        assert!(cookie.contains("Secure") && cookie.contains("Path=/"), "else it stays: {cookie}");
    }
}

#[tokio::test]
async fn nobody_can_plant_a_session() {
    let server = TestApp::start().await;
    server.visitor_of("ada").await;
    for planted in ["AAAAAAAAAAAAAAAAAAAAAA", "x", "", "%00"] {
        let visitor = server.visitor();
        visitor.has_cookie("freshet", planted);
        visitor.signs_in("ada@example.org", PASSWORD).await;
        assert_ne!(visitor.cookie("freshet").unwrap(), planted);
        assert_eq!(api_status(&visitor, "/api/v1/users/me").await, StatusCode::OK);
        let planter = server.visitor();
        planter.has_cookie("freshet", planted);
        assert_eq!(api_status(&planter, "/api/v1/users/me").await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let server = TestApp::start().await;
    let visitor = server.visitor_of("ada").await;
    let before = server.visitor();
    before.has_cookie("freshet", &visitor.cookie("freshet").unwrap());
    let bob = server.visitor_of("bob").await;
    bob.submits("/logout", &[]).await;
    visitor.signs_in("bob@example.org", PASSWORD).await;
    assert_eq!(api_status(&before, "/api/v1/users/me").await, StatusCode::UNAUTHORIZED);
    let me = visitor.opens("/api/v1/users/me").await;
    assert_eq!(serde_json::from_str::<Value>(&me.text).unwrap()["email"], "bob@example.org");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_every_face() {
    let server = TestApp::start().await;
    let visitor = server.visitor_of("ada").await;
    let page = visitor.submits("/c/new", &[("content", "hi"), ("model", "simulated/fast")]).await;
    let chat = page.location().unwrap().to_owned();
    let thief = server.visitor();
    thief.has_cookie("freshet", &visitor.cookie("freshet").unwrap());
    let json_events = format!("/api/v1/chats/{}/events", chat.trim_start_matches("/c/"));
    for path in [&json_events[..], "/api/v1/users/me", &chat] {
        assert_eq!(api_status(&thief, path).await, StatusCode::OK, "{path}");
    }
    let out = visitor.submits("/logout", &[]).await;
    assert_eq!((out.status, out.location()), (StatusCode::SEE_OTHER, Some("/login")));
    assert!(out.header("clear-site-data").contains("\"storage\""));
    assert_eq!(visitor.cookie("freshet"), None, "{:?}", out.cookies());
    for path in ["/c/new", "/settings", &chat] {
        let page = thief.opens(path).await;
        let login = format!("/login?next={}", path.replace('/', "%2F"));
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, Some(&login[..])), "{path}");
    }
    for path in ["/api/v1/users/me", "/api/v1/chats", &json_events] {
        let answer = thief.request(Method::GET, path).send().await.unwrap();
        assert_eq!(refusal(answer).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    // A stream asks as an event stream; it must not be led to a page.
    let events = thief.request(Method::GET, &format!("{chat}/events")).header("accept", "text/event-stream");
    assert_eq!(events.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let form = thief.submits(&format!("{chat}/messages"), &[("content", "hi")]).await;
    assert_eq!((form.status, form.location()), (StatusCode::SEE_OTHER, Some("/login")));
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let clock = Clock::frozen("2026-11-20T12:00:00Z".parse().unwrap());
    let nature = Nature { clock: clock.clone(), ..Nature::default() };
    let server = TestApp::start_on(Database::new().await, &[], nature).await;
    let visitor = server.visitor_of("ada").await;
    let almost = chrono::Duration::from_std(LASTS).unwrap() - chrono::Duration::seconds(1);
    for _ in 0..3 {
        clock.advance(almost);
        assert_eq!(api_status(&visitor, "/api/v1/users/me").await, StatusCode::OK, "use prolongs it");
    }
    clock.advance(almost + chrono::Duration::seconds(1));
    assert_eq!(api_status(&visitor, "/api/v1/users/me").await, StatusCode::UNAUTHORIZED);
}

async fn devices(visitor: &Visitor) -> Vec<Value> {
    let answer = visitor.opens("/api/v1/users/me/sessions").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    serde_json::from_str::<Value>(&answer.text).unwrap()["items"].as_array().unwrap().clone()
}

async fn own_id(visitor: &Visitor) -> String {
    let devices = devices(visitor).await;
    let own = devices.iter().find(|device| device["current"] == true).unwrap();
    own["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn another_device_can_be_signed_out() {
    let server = TestApp::start().await;
    let here = server.visitor_of("ada").await;
    let (phone, tablet) = (server.visitor(), server.visitor());
    for there in [&phone, &tablet] {
        there.signs_in("ada@example.org", PASSWORD).await;
    }
    let eve = server.visitor_of("eve").await;
    let listed = devices(&here).await;
    assert_eq!(listed.len(), 3);
    assert_eq!(listed.iter().filter(|device| device["current"] == true).count(), 1);
    let phone_id = own_id(&phone).await;
    let tablet_id = own_id(&tablet).await;
    let page = here.opens("/settings").await;
    assert_eq!(page.count("form[action$='/revoke']"), 2);
    // Somebody else's device is not there.
    let foreign = eve.submits(&format!("/settings/sessions/{phone_id}/revoke"), &[]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let foreign = eve.request(Method::DELETE, &format!("/api/v1/users/me/sessions/{phone_id}"));
    assert_eq!(refusal(foreign.send().await.unwrap()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api_status(&phone, "/api/v1/users/me").await, StatusCode::OK);
    // By the page, and by the API.
    let done = here.submits(&format!("/settings/sessions/{phone_id}/revoke"), &[]).await;
    let page = here.follows(done).await;
    assert_eq!((page.status, page.count("form[action$='/revoke']")), (StatusCode::OK, 1));
    assert_eq!(api_status(&phone, "/api/v1/users/me").await, StatusCode::UNAUTHORIZED);
    let path = format!("/api/v1/users/me/sessions/{tablet_id}");
    let status = here.request(Method::DELETE, &path).send().await.unwrap().status();
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(api_status(&tablet, "/api/v1/users/me").await, StatusCode::UNAUTHORIZED);
    let again = here.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(refusal(again).await.status, StatusCode::NOT_FOUND);
    assert_eq!(devices(&here).await.len(), 1);
}

#[tokio::test]
async fn all_other_devices_and_tokens_can_be_signed_out_at_once() {
    let server = TestApp::start().await;
    let here = server.visitor_of("ada").await;
    let there = server.visitor();
    there.signs_in("ada@example.org", PASSWORD).await;
    let login = format!("{}/api/v1/auth/login", server.base);
    let body = serde_json::json!({ "email": "ada@example.org", "password": PASSWORD });
    let pair: Value = client().post(login).json(&body).send().await.unwrap().json().await.unwrap();
    let token = pair["access_token"].as_str().unwrap();
    let eve = server.visitor_of("eve").await;
    here.submits("/settings/sessions/revoke-others", &[]).await;
    assert_eq!(api_status(&there, "/api/v1/users/me").await, StatusCode::UNAUTHORIZED);
    let me = client().get(format!("{}/api/v1/users/me", server.base)).bearer_auth(token);
    assert_eq!(me.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    for visitor in [&here, &eve] {
        assert_eq!(api_status(visitor, "/api/v1/users/me").await, StatusCode::OK);
    }
}
