//! Somebody who uses the pages: a cookie, forms, and no script.

use parking_lot::Mutex;
use reqwest::{Client, Method, RequestBuilder, Response, header};

use super::api::client;

/// The password of everybody in the suite.
pub const PASSWORD: &str = "correct horse battery staple";

/// A browser with a jar for the session's cookie.
pub struct Browser {
    base: String,
    http: Client,
    /// The session cookie as `name=value`, if there is one.
    pub cookie: Mutex<Option<String>>,
}

impl Browser {
    /// A fresh one.
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), http: client(), cookie: Mutex::default() }
    }

    /// One that shows a cookie that somebody else has, or has planted.
    pub fn with_cookie(base: &str, cookie: &str) -> Self {
        let browser = Self::new(base);
        *browser.cookie.lock() = Some(cookie.to_owned());
        browser
    }

    /// A request as this browser makes it to its own site. `path` begins with `/`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request =
            self.http.request(method, format!("{}{path}", self.base)).header("origin", &self.base);
        if let Some(cookie) = &*self.cookie.lock() {
            request = request.header(header::COOKIE, cookie);
        }
        request
    }

    /// Opens a page; follows no redirect.
    pub async fn opens(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// Sends a form and keeps the cookie of the answer.
    pub async fn submits(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        for value in answer.headers().get_all(header::SET_COOKIE) {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            if let Some((name, content)) = pair.split_once('=').filter(|(name, _)| name.ends_with("freshet"))
            {
                *self.cookie.lock() = (!content.is_empty()).then(|| format!("{name}={content}"));
            }
        }
        answer
    }

    /// Makes an account with [`PASSWORD`] and is signed in.
    pub async fn signs_up(&self, email: &str) {
        let answer =
            self.submits("/register", &[("email", email), ("name", "Ada"), ("password", PASSWORD)]).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    }

    /// Signs in with [`PASSWORD`].
    pub async fn signs_in(&self, email: &str) {
        let answer = self.submits("/login", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    }

    /// The status of "who am I".
    pub async fn is_known(&self) -> bool {
        match self.opens("/api/v1/users/me").await.status().as_u16() {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    }
}
