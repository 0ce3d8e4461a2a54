//! Browser sessions: nobody plants one, and an ended one opens nothing.

use chrono::{Duration, TimeZone as _, Utc};
use freshet::{
    accounts::sessions,
    app::Nature,
    platform::clock::{Clock, Ids},
};
use reqwest::Method;
use serde_json::Value;

use crate::support::{Browser, Database, PASSWORD, TestApp};

async fn sessions_of(browser: &Browser) -> Vec<Value> {
    let body: Value = browser.opens("/api/v1/users/me/sessions").await.json().await.unwrap();
    body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_planted_cookie_is_worth_nothing_after_signing_in() {
    let app = TestApp::start().await;
    Browser::new(&app.base).signs_up("ada@example.org").await;
    // One that the server has never seen, and one that it gave to somebody else.
    let mallory = Browser::new(&app.base);
    mallory.signs_up("mallory@example.org").await;
    let given = mallory.cookie.lock().clone().unwrap();
    for planted in ["freshet=AAAAAAAAAAAAAAAAAAAAAA", &given] {
        let victim = Browser::with_cookie(&app.base, planted);
        victim.signs_in("ada@example.org").await;
        assert_ne!(victim.cookie.lock().as_deref(), Some(planted));
        assert!(victim.is_known().await);
        assert!(!Browser::with_cookie(&app.base, planted).is_known().await);
    }
}

#[tokio::test]
async fn signing_out_kills_the_cookie_everywhere() {
    let app = TestApp::start().await;
    for path in ["/logout", "/api/v1/auth/logout"] {
        let browser = Browser::new(&app.base);
        browser.signs_up(&format!("ada{}@example.org", path.len())).await;
        let cookie = browser.cookie.lock().clone().unwrap();
        let answer = browser.submits(path, &[]).await;
        assert!(answer.status().is_success() || answer.status().is_redirection(), "{path}");
        assert_eq!(*browser.cookie.lock(), None, "the browser was told to forget it");

        let zombie = Browser::with_cookie(&app.base, &cookie);
        assert!(!zombie.is_known().await);
        let page = zombie.opens("/settings").await;
        assert_eq!(
            (page.status().as_u16(), page.headers()["location"].to_str().unwrap()),
            (303, "/login?next=%2Fsettings")
        );
        let stream = zombie.request(Method::GET, "/api/v1/chats/0197b76d-a800-7000-8000-000000000000/events");
        assert_eq!(stream.send().await.unwrap().status(), 401);
    }
}

#[tokio::test]
async fn a_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    let answer = browser.submits("/login", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("freshet="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }

    let https = TestApp::start_with(&[("PUBLIC_URL", "https://chat.example.org")]).await;
    let token = freshet::accounts::setup_token(&https.app);
    let browser = Browser::new(&https.base);
    let fields =
        [("email", "ada@example.org"), ("name", "Ada"), ("password", PASSWORD), ("setup_token", &token)];
    let answer = browser.submits("/register", &fields).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-freshet=") && cookie.contains("Secure"), "{cookie}");
    let removal = browser.submits("/logout", &[]).await;
    let cookies: Vec<_> =
        removal.headers().get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect();
    let taken_back = cookies.iter().find(|it| it.starts_with("__Host-freshet=;")).expect("it is taken back");
    assert!(taken_back.contains("Secure"), "or the browser keeps it: {taken_back}");
}

#[tokio::test]
async fn a_person_sees_and_ends_their_own_sessions_only() {
    let app = TestApp::start().await;
    let (here, there, bob) = (Browser::new(&app.base), Browser::new(&app.base), Browser::new(&app.base));
    here.signs_up("ada@example.org").await;
    there.signs_in("ada@example.org").await;
    bob.signs_up("bob@example.org").await;

    let listed = sessions_of(&here).await;
    assert_eq!(listed.iter().map(|it| it["current"].as_bool().unwrap()).filter(|it| *it).count(), 1);
    assert_eq!((listed.len(), &listed[0]["ip"]), (2, &Value::from("127.0.0.1")));
    let other = listed.iter().find(|it| it["current"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/users/me/sessions/{other}");
    let deletes = |browser: &Browser, path: &str| browser.request(Method::DELETE, path).send();

    assert_eq!(deletes(&bob, &path).await.unwrap().status(), 404, "not Bob's");
    assert!(there.is_known().await);
    assert_eq!(deletes(&here, &path).await.unwrap().status(), 204);
    assert!(!there.is_known().await);
    assert_eq!(deletes(&here, &path).await.unwrap().status(), 404);
    assert_eq!(deletes(&here, "/api/v1/users/me/sessions/no-id").await.unwrap().status(), 404);
}

#[tokio::test]
async fn ending_all_others_leaves_this_one() {
    let app = TestApp::start().await;
    let here = Browser::new(&app.base);
    here.signs_up("ada@example.org").await;
    let others = [Browser::new(&app.base), Browser::new(&app.base)];
    for other in &others {
        other.signs_in("ada@example.org").await;
    }
    assert_eq!(here.submits("/settings/sessions/revoke-others", &[]).await.status(), 303);
    assert!(here.is_known().await);
    for other in &others {
        assert!(!other.is_known().await);
    }
}

#[tokio::test]
async fn a_restart_signs_nobody_out() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    let cookie = browser.cookie.lock().clone().unwrap();
    let bob = app.signed_up("bob").await;
    let app = app.restart().await;
    assert!(Browser::with_cookie(&app.base, &cookie).is_known().await);
    bob.at(&app.base).get("/users/me").await;
}

#[tokio::test]
async fn a_session_lives_as_long_as_it_is_used() {
    let clock = Clock::frozen(Utc.timestamp_opt(1_800_000_000, 0).unwrap());
    let nature = Nature { clock: clock.clone(), ids: Ids::system(), ..Nature::default() };
    let app = TestApp::start_on(Database::new().await, &[], nature).await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    for _ in 0..3 {
        clock.advance(Duration::days(29));
        assert!(browser.is_known().await);
    }
    clock.advance(Duration::minutes(4));
    let before = sessions_of(&browser).await[0]["last_used_at"].clone();
    clock.advance(Duration::minutes(2));
    sessions_of(&browser).await;
    assert_ne!(sessions_of(&browser).await[0]["last_used_at"], before, "noted after five minutes");
    clock.advance(Duration::days(31));
    assert!(!browser.is_known().await);
    assert!(sessions::forget_expired(&app.app).await.unwrap() >= 1);
    assert_eq!(sessions::forget_expired(&app.app).await.unwrap(), 0);
}
