//! Settings > Keys without scripts.

use reqwest::StatusCode;

use super::house;
use crate::support::TestApp;

#[tokio::test]
async fn a_key_is_entered_checked_and_removed_by_forms() {
    let (app, _) = house(&[]).await;
    let ada = app.visitor_of("ada").await;
    let page = ada.opens("/settings/keys").await;
    assert!(page.text_of(".panel").contains("Paste your first key"));
    assert_eq!(page.count("li.key input, li.key .badge"), 0);
    // The provider is recognised by the key's beginning.
    let saved =
        ada.submits("/settings/keys", &[("key", "sk-proj-good-00000000ABCD"), ("provider", "")]).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, Some("/settings/keys")));
    let page = ada.follows(saved).await;
    assert_eq!(page.text_of("#key-openai .badge"), "Works");
    assert_eq!(page.text_of("#key-openai .key__last code"), "ABCD");
    assert!(page.text_of("#toasts").contains("Your key is stored and works."));
    assert_eq!(page.attribute("#new-key", "value"), "");
    let page = ada.submits("/settings/keys/openai/check", &[]).await;
    assert_eq!(page.location(), Some("/settings/keys#key-openai"));
    let asked = ada.opens("/settings/keys/openai/remove").await;
    assert!(asked.text_of("h1").contains("OpenAI"));
    let gone = ada.submits("/settings/keys/openai/remove", &[]).await;
    assert_eq!(ada.follows(gone).await.count("#key-openai .badge"), 0);
    assert_eq!(ada.opens("/settings/keys/openai/remove").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_refused_says_what_to_do_and_keeps_all_but_the_key() {
    let (app, _) = house(&[]).await;
    let ada = app.visitor_of("ada").await;
    let address = "http://127.0.0.1:1/v1";
    for (fields, words) in [
        (vec![("key", "sk-bad-000000000000"), ("provider", "openai")], "OpenAI does not know this key"),
        (vec![("key", "nobodys"), ("provider", "")], "Nobody can tell whose key that is"),
        (vec![("key", ""), ("provider", "")], "Please paste a key"),
        (vec![("key", ""), ("provider", "openai"), ("base_url", address)], "Please paste a key"),
        (
            vec![("key", "sk-1"), ("provider", "openai"), ("base_url", "http://10.0.0.1")],
            "no http or https address",
        ),
        (vec![("key", "sk\u{e9}"), ("provider", "openai")], "characters that no key has"),
    ] {
        let page = ada.submits("/settings/keys", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(page.text_of("#key-answer").contains(words), "{}", page.text_of("#key-answer"));
        let typed = fields.iter().find(|(name, _)| *name == "base_url").map_or("", |(_, url)| url);
        assert_eq!(page.attribute("#base-url", "value"), typed);
        assert_eq!(page.attribute("#new-key", "value"), "");
    }
    let fields = [("key", "sk-bad-000000000000"), ("provider", "openai"), ("insist", "on")];
    let page = ada.submits("/settings/keys", &fields).await;
    assert_eq!(ada.follows(page).await.text_of("#key-openai .badge"), "Refused");
    for path in ["/settings/keys/nobody", "/settings/keys/simulated"] {
        assert_eq!(ada.opens(path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn who_has_no_real_provider_is_told_how_to_get_one_and_only_then() {
    let app = TestApp::start().await;
    let ada = app.visitor_of("ada").await;
    for path in ["/", "/c/new"] {
        assert_eq!(ada.opens(path).await.attribute(".simulated a", "href"), "/settings/keys", "{path}");
    }
    let (app, _) = house(&[]).await;
    let bob = app.visitor_of("bob").await;
    bob.submits("/settings/keys", &[("key", "sk-good-00000000ABCD"), ("provider", "openai")]).await;
    let (app, _) = house(&[("OPENAI_API_KEY", "sk-server")]).await;
    let carol = app.visitor_of("carol").await;
    for path in ["/", "/c/new"] {
        assert_eq!(
            bob.opens(path).await.count(".simulated") + carol.opens(path).await.count(".simulated"),
            0,
            "{path}"
        );
    }
}
