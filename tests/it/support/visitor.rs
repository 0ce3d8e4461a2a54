//! Somebody with a browser that runs no scripts: it keeps cookies, fills in forms, and follows nothing by itself.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    header::{COOKIE, HeaderMap, SET_COOKIE},
};
use scraper::{Html, Selector};

use super::api::client;

/// The password of everybody in this suite.
pub const PASSWORD: &str = "correct horse battery staple";

/// One person with one browser. Clones share its cookies.
#[derive(Clone)]
pub struct Visitor {
    /// The server.
    pub base: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    http: Client,
}

/// What a browser was answered.
#[derive(Debug)]
pub struct Document {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Visitor {
    /// A browser without cookies.
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), cookies: Arc::default(), http: client() }
    }

    /// A browser whose owner, called `name`, has just signed up.
    pub async fn signed_up(base: &str, name: &str) -> Self {
        let browser = Self::new(base);
        let page = browser.signs_up(&format!("{name}@example.org"), name).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, Some("/c/new")), "{}", page.text);
        browser
    }

    /// Fills in the form of `/register`.
    pub async fn signs_up(&self, email: &str, name: &str) -> Document {
        self.submits("/register", &[("email", email), ("name", name), ("password", PASSWORD)]).await
    }

    /// Fills in the form of `/login`.
    pub async fn signs_in(&self, email: &str, password: &str) -> Document {
        self.submits("/login", &[("email", email), ("password", password)]).await
    }

    /// A request with this browser's cookies, as a script or another page might make it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.lock().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, format!("{}{path}", self.base));
        if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) }
    }

    /// Opens an address.
    pub async fn opens(&self, path: &str) -> Document {
        self.takes(self.request(Method::GET, path).header("sec-fetch-site", "none").send().await.unwrap())
            .await
    }

    /// Submits a form of the server's own pages.
    pub async fn submits(&self, path: &str, fields: &[(&str, &str)]) -> Document {
        let request = self.request(Method::POST, path).header("sec-fetch-site", "same-origin");
        self.takes(request.header("origin", &self.base).form(fields).send().await.unwrap()).await
    }

    /// Goes where a page points to, until it points nowhere.
    pub async fn follows(&self, mut page: Document) -> Document {
        for _ in 0..5 {
            let Some(to) = page.location().map(str::to_owned) else { return page };
            page = self.opens(&to).await;
        }
        panic!("the server leads in circles")
    }

    /// Reads an answer and keeps its cookies.
    pub async fn takes(&self, answer: Response) -> Document {
        self.keeps_cookies(answer.headers());
        let (status, headers) = (answer.status(), answer.headers().clone());
        Document { status, headers, text: answer.text().await.unwrap() }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().get(name).cloned()
    }

    /// Plants a cookie.
    pub fn has_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().insert(name.to_owned(), value.to_owned());
    }

    fn keeps_cookies(&self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let gone = line.split(';').any(|part| part.trim().eq_ignore_ascii_case("max-age=0"));
            if gone {
                self.cookies.lock().remove(name);
            } else {
                self.has_cookie(name, value);
            }
        }
    }
}

impl Document {
    /// Where it points to.
    pub fn location(&self) -> Option<&str> {
        self.headers.get("location").map(|to| to.to_str().unwrap())
    }

    /// A header, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `Set-Cookie` lines.
    pub fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    /// How many elements a selector finds.
    pub fn count(&self, selector: &str) -> usize {
        Html::parse_document(&self.text).select(&Selector::parse(selector).unwrap()).count()
    }

    /// The text of the first element that a selector finds.
    pub fn text_of(&self, selector: &str) -> String {
        let page = Html::parse_document(&self.text);
        let found = page.select(&Selector::parse(selector).unwrap()).next();
        found.unwrap_or_else(|| panic!("no {selector} in {}", self.text)).text().collect()
    }

    /// An attribute of the first element that a selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let page = Html::parse_document(&self.text);
        let found = page.select(&Selector::parse(selector).unwrap()).next();
        let found = found.unwrap_or_else(|| panic!("no {selector} in {}", self.text));
        found.attr(name).unwrap_or_default().to_owned()
    }
}
