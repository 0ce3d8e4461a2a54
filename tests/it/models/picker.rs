//! The page of all models, without scripts.

use reqwest::StatusCode;

use crate::support::TestApp;

#[tokio::test]
async fn a_model_is_found_marked_and_used_by_links_and_forms() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let page = ada.opens("/c/new").await;
    assert_eq!(page.attribute(".composer__all", "href"), "/models");
    let all = ada.opens("/models").await;
    assert!(all.count(".model") > 4 && all.count(".models__group h2") == 2, "{}", all.text);
    assert!(all.text_of(".models__group:last-child h2").contains("Needs a key"));
    let found = ada.opens("/models?q=ech").await;
    assert_eq!((found.count(".model"), found.text_of(".model__use")), (1, "Echo".to_owned()));
    assert_eq!(found.attribute("[name=q]", "value"), "ech");
    // The star is a form that leads back.
    let fields = [("name", "simulated/echo"), ("favourite", "on"), ("next", "/models?q=ech")];
    let marked = ada.submits("/models/favourites", &fields).await;
    assert_eq!((marked.status, marked.location()), (StatusCode::SEE_OTHER, Some("/models?q=ech")));
    let found = ada.follows(marked).await;
    assert_eq!(found.text_of(".models__group h2"), "Favourites");
    assert_eq!(found.attribute(".star", "aria-pressed"), "true");
    // A foreign address is not followed.
    let fields = [("name", "simulated/slow"), ("favourite", "off"), ("next", "https://example.com/models")];
    assert_eq!(ada.submits("/models/favourites", &fields).await.location(), Some("/models"));
    // And it is used.
    let new = ada.opens(&found.attribute(".model__use", "href")).await;
    assert_eq!(new.attribute("#model option[selected]", "value"), "simulated/echo");
    assert_eq!(new.attribute("#model optgroup", "label"), "Favourites");
}

#[tokio::test]
async fn it_leads_back_to_its_conversation_only_for_its_owner() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let fields = [("content", "hello"), ("model", "simulated/fast"), ("key", "k")];
    let sent = ada.submits("/c/new", &fields).await;
    let chat = sent.location().unwrap().to_owned();
    ada.opens(&format!("{chat}?stream=html")).await;
    let page = ada.opens(&chat).await;
    let models = page.attribute(".composer__all", "href");
    assert_eq!(models, format!("/models?c={}", chat.trim_start_matches("/c/")));
    let found = ada.opens(&format!("{models}&capability=reasoning")).await;
    assert_eq!(found.attribute(".chip[aria-current]", "id"), "filter-reasoning");
    assert_eq!(found.attribute("input[name=capability]", "value"), "reasoning");
    let used = found.attribute(".model__use", "href");
    assert_eq!(used, format!("{chat}?model=simulated%2Fthinking"));
    assert_eq!(ada.opens(&used).await.attribute("#model option[selected]", "value"), "simulated/thinking");
    assert_eq!(ada.opens(&chat).await.attribute("#model option[selected]", "value"), "simulated/fast");
    assert_eq!(
        ada.opens(&models).await.attribute(".model__use[aria-current]", "data-model"),
        "simulated/fast"
    );
    let bob = server.visitor_of("bob").await;
    assert_eq!(bob.opens(&models).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_model_that_is_gone_is_told_before_anybody_sends() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let page = ada.opens("/c/new?model=openai/gone").await;
    assert!(page.text_of(".composer__gone").contains("openai/gone is not available"));
    assert_eq!(page.attribute("#model option[selected]", "value"), "openai/gone");
    // One that no list shows, but that is there.
    assert_eq!(ada.opens("/c/new?model=simulated/tokens:n=3").await.count(".composer__gone"), 0);
}
