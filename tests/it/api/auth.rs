//! Tokens: what opens, what ends.

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::support::{Browser, PASSWORD, TestApp, client};

struct Auth {
    base: String,
    http: Client,
}

impl Auth {
    fn new(app: &TestApp) -> Self {
        Self { base: app.base.clone(), http: client() }
    }

    async fn post(&self, path: &str, body: Value) -> Response {
        self.http.post(format!("{}/api/v1/auth/{path}", self.base)).json(&body).send().await.unwrap()
    }

    /// A sign-up under this address; gives the tokens.
    async fn registers(&self, email: &str) -> Value {
        let body = json!({ "email": email, "name": "Ada", "password": PASSWORD });
        let answer = self.post("register", body).await;
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    async fn refreshes(&self, pair: &Value) -> Response {
        self.post("refresh", json!({ "refresh_token": pair["refresh_token"] })).await
    }

    async fn opens(&self, pair: &Value) -> u16 {
        let token = pair["access_token"].as_str().unwrap();
        let request = self.http.get(format!("{}/api/v1/users/me", self.base)).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn signing_in_gives_what_the_contract_says() {
    let app = TestApp::start().await;
    let auth = Auth::new(&app);
    auth.registers("Ada@Example.org").await;
    let answer = auth.post("login", json!({ "email": " ADA@example.org", "password": PASSWORD })).await;
    assert_eq!(answer.status(), 200);
    let pair: Value = answer.json().await.unwrap();
    assert_eq!((&pair["token_type"], &pair["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert_eq!(pair["user"]["email"], "ada@example.org");
    assert!(pair["access_token"].as_str().unwrap().starts_with("fa_"));
    assert!(pair["refresh_token"].as_str().unwrap().starts_with("fr_"));
    assert_eq!(auth.opens(&pair).await, 200);
    assert!(!pair.to_string().contains("argon2"), "{pair}");
}

#[tokio::test]
async fn a_refresh_token_buys_one_pair() {
    let app = TestApp::start().await;
    let auth = Auth::new(&app);
    let first = auth.registers("ada@example.org").await;
    let answer = auth.refreshes(&first).await;
    assert_eq!(answer.status(), 200);
    let second: Value = answer.json().await.unwrap();
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(auth.opens(&second).await, 200);
    let as_access = json!({ "access_token": second["refresh_token"] });
    assert_eq!(auth.opens(&as_access).await, 401, "a refresh token opens nothing itself");
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_sign_in_and_no_other() {
    let app = TestApp::start().await;
    let auth = Auth::new(&app);
    let stolen = auth.registers("ada@example.org").await;
    let other: Value = auth
        .post("login", json!({ "email": "ada@example.org", "password": PASSWORD }))
        .await
        .json()
        .await
        .unwrap();
    let thief: Value = auth.refreshes(&stolen).await.json().await.unwrap();

    assert_eq!(auth.refreshes(&stolen).await.status(), 401);
    assert_eq!(auth.opens(&stolen).await, 401);
    assert_eq!(auth.opens(&thief).await, 401);
    assert_eq!(auth.refreshes(&thief).await.status(), 401);
    assert_eq!(auth.opens(&other).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_refreshes_at_once_at_most_one_succeeds() {
    let app = TestApp::start().await;
    let auth = Auth::new(&app);
    let pair = auth.registers("ada@example.org").await;
    let answers = futures::future::join_all((0..20).map(|_| auth.refreshes(&pair))).await;
    let won: Vec<_> = answers.into_iter().filter(|answer| answer.status() == 200).collect();
    assert!(won.len() <= 1, "{}", won.len());
    for answer in won {
        let pair: Value = answer.json().await.unwrap();
        assert_eq!(auth.opens(&pair).await, 401, "the others were reuse: the sign-in has ended");
    }
}

#[tokio::test]
async fn signing_out_ends_both_tokens() {
    let app = TestApp::start().await;
    let auth = Auth::new(&app);
    let pair = auth.registers("ada@example.org").await;
    let token = pair["access_token"].as_str().unwrap();
    let logout = || auth.http.post(format!("{}/api/v1/auth/logout", app.base)).bearer_auth(token).send();
    assert_eq!(logout().await.unwrap().status(), 204);
    assert_eq!(auth.opens(&pair).await, 401);
    assert_eq!(auth.refreshes(&pair).await.status(), 401);
    assert_eq!(logout().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_token_that_is_no_good_is_not_made_good_by_a_cookie() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    for garbage in ["Bearer", "Bearer ", "Bearer x", "bearer fa_nothing", "Bearer fa_'; DROP TABLE users"] {
        let request =
            browser.request(reqwest::Method::GET, "/api/v1/users/me").header("authorization", garbage);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401, "{garbage:?}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    }
    let request =
        browser.request(reqwest::Method::GET, "/api/v1/users/me").header("authorization", "Basic eDp5");
    assert_eq!(request.send().await.unwrap().status(), 200, "a proxy's own password is none of ours");
}
