//! Who may see what, and how it is written.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{PRICE, count};
use crate::support::{Api, TestApp};

async fn status(of: &Api, path: &str) -> StatusCode {
    of.request(Method::GET, path).send().await.unwrap().status()
}

#[tokio::test]
async fn people_see_their_own_and_administrators_everybodys() {
    let server = TestApp::start_with(&[PRICE]).await;
    let root = server.signed_up("root").await;
    let ada = server.signed_up("ada").await;
    let bob = server.signed_up("bob").await;
    for person in [&ada, &bob] {
        let chat = person.chats_with("simulated/fast").await;
        person.asks(&chat, "Hello.").await;
        assert_eq!(count(&person.get("/usage").await["total"]["calls"]), 1);
        assert_eq!(status(&root, &format!("/chats/{chat}/usage")).await, StatusCode::NOT_FOUND);
    }
    let people = root.get("/admin/usage?by=user").await;
    assert_eq!(
        (people["items"].as_array().unwrap().len(), count(&people["total"]["calls"])),
        (2, 2),
        "{people}"
    );
    for path in ["/admin/usage", "/admin/usage?by=user", "/admin/usage?by=nonsense"] {
        assert_eq!(status(&ada, path).await, StatusCode::FORBIDDEN, "{path}");
    }
    for path in [
        "/usage?by=user",
        "/usage?by=x",
        "/usage?from=yesterday",
        "/usage?from=2026-02-01&to=2026-01-01",
        "/usage?from=2020-01-01&to=2026-01-01",
        "/usage?from=-99999-01-01",
        "/usage?format=xml",
    ] {
        assert_eq!(status(&ada, path).await, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    assert_eq!(status(&root, "/admin/usage?by=conversation").await, StatusCode::UNPROCESSABLE_ENTITY);
    let earlier = ada.get("/usage?from=2020-01-01&to=2020-01-31").await;
    assert_eq!(count(&earlier["total"]["calls"]), 0);
}

#[tokio::test]
async fn a_spreadsheet_gets_no_formulas() {
    let server = TestApp::start_with(&[PRICE]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    ada.asks(&chat, "Hello.").await;
    let title = json!({ "title": "=cmd|' /C calc'!A0, \"quoted\"" });
    ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&title).send().await.unwrap();
    let csv =
        ada.request(Method::GET, "/usage?by=conversation").header("accept", "text/csv").send().await.unwrap();
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(
        csv.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"usage-")
    );
    let text = csv.text().await.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "conversation,id,calls,input,cached,output,reasoning,cost_usd,unpriced,estimated");
    let start = format!("\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\",{chat},1,");
    assert!(lines[1].starts_with(&start), "{}", lines[1]);
    let days = ada.request(Method::GET, "/usage?format=csv").send().await.unwrap().text().await.unwrap();
    assert_eq!(days.lines().count(), 2, "{days}");
}

#[tokio::test]
async fn the_page_says_what_is_used_and_what_is_left() {
    let server = TestApp::start_with(&[
        PRICE,
        ("FRESHET_BUDGET_USER_MONTH_USD", "5"),
        ("FRESHET_MESSAGES_PER_DAY", "3"),
    ])
    .await;
    let root = server.visitor_of("root").await;
    let page = root.opens("/settings/usage").await;
    assert_eq!((page.status, page.count("table")), (StatusCode::OK, 0), "{}", page.text);
    assert_eq!(page.count(".usage__budget"), 2);
    let sent = root.submits("/c/new", &[("content", "Hello."), ("model", "simulated/fast")]).await;
    let chat = sent.location().unwrap().to_owned();
    loop {
        let page = root.opens("/settings/usage").await;
        // By day, by model, and by person, since the first one administers.
        if page.count("table") == 3 {
            assert!(page.text_of("table").contains("UTC") || page.text.contains("UTC"));
            assert!(page.text.contains("1 of 3") && page.text.contains("root@example.org"), "{}", page.text);
            assert!(page.text_of(".usage__sums").contains('$'));
            break;
        }
    }
    let sheet = root.opens(&format!("{chat}/settings")).await;
    assert!(sheet.text.contains("So far one answer with"), "{}", sheet.text);
    let eve = server.visitor_of("eve").await;
    assert!(!eve.opens("/settings/usage").await.text.contains("root@example.org"));
    // The files open with the cookie.
    let csv = root.opens("/api/v1/usage?by=day&format=csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
}
