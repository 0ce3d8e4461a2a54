//! No link or header leads somebody away from this server (threat S17).

use crate::support::{PASSWORD, TestApp};

const AWAY: &[&str] = &[
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "https:evil.example",
    "https://evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    "evil.example",
    "",
    "/\r\nlocation: https://evil.example",
];

fn is_local(to: &str) -> bool {
    let base = url::Url::parse("http://here.example/").unwrap();
    base.join(to).is_ok_and(|url| url.origin() == base.origin())
}

#[tokio::test]
async fn signing_in_leads_to_this_server_only() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    for next in AWAY {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let signed_in = ada.opens(&format!("/login?{query}")).await;
        assert!(is_local(signed_in.location().unwrap()), "{next:?}: {:?}", signed_in.location());
        let form = server.visitor().opens(&format!("/login?{query}")).await;
        let kept = form.attribute("input[name=next]", "value");
        assert!(kept.is_empty() || is_local(&kept), "{next:?}: {kept}");
        let fields = [("email", "ada@example.org"), ("password", PASSWORD), ("next", *next)];
        let page = server.visitor().submits("/login", &fields).await;
        assert!(is_local(page.location().unwrap()), "{next:?}: {:?}", page.location());
        assert_eq!(page.headers.get_all("location").iter().count(), 1);
    }
    let fields = [("email", "ada@example.org"), ("password", PASSWORD), ("next", "/settings?x=1")];
    assert_eq!(server.visitor().submits("/login", &fields).await.location(), Some("/settings?x=1"));
}

#[tokio::test]
async fn the_theme_leads_back_to_this_server_only() {
    let server = TestApp::start().await;
    for next in AWAY {
        let page = server.visitor().submits("/settings/theme", &[("theme", "dark"), ("next", next)]).await;
        assert!(is_local(page.location().unwrap()), "{next:?}: {:?}", page.location());
    }
}

#[tokio::test]
async fn no_header_says_where_this_server_is() {
    let server = TestApp::start().await;
    let headers = ["x-forwarded-host", "x-host", "x-original-url", "x-rewrite-url", "forwarded", "referer"];
    for path in ["/c/new", "/", "/login", "/nothing"] {
        let mut request = server.visitor().request(reqwest::Method::GET, path);
        for name in headers {
            request = request.header(name, "https://evil.example/x");
        }
        let page = server.visitor().takes(request.send().await.unwrap()).await;
        assert!(!page.text.contains("evil.example") && !page.header("location").contains("evil"), "{path}");
    }
}

#[tokio::test]
async fn after_signing_in_one_is_where_one_wanted_to_be() {
    let server = TestApp::start().await;
    server.visitor_of("ada").await;
    let visitor = server.visitor();
    let page = visitor.opens("/c/new?q=why%20%26%20how&model=simulated/fast").await;
    let login = visitor.follows(page).await;
    let next = login.attribute("input[name=next]", "value");
    assert_eq!(next, "/c/new?q=why%20%26%20how&model=simulated/fast");
    let fields = [("email", "ada@example.org"), ("password", PASSWORD), ("next", &next)];
    let page = visitor.submits("/login", &fields).await;
    let page = visitor.follows(page).await;
    assert_eq!(page.text_of("#content"), "why & how");
}
