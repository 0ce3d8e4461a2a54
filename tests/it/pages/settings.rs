//! Settings by form and by the API: saved, shown, refused at the field, and nobody else's.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Document, PASSWORD, TestApp, Visitor};

const NEW: &str = "seventeen slow purple tractors";

async fn me(visitor: &Visitor) -> Value {
    let answer = visitor.request(Method::GET, "/api/v1/users/me").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

async fn asks(visitor: &Visitor, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = visitor.request(method, &format!("/api/v1/users/me{path}")).header("origin", &visitor.base);
    let answer = request.json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// Sends a form that works; the page with its toast.
async fn saves(visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> Document {
    let answer = visitor.submits(path, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = visitor.follows(answer).await;
    assert_eq!(page.count(".toast--info"), 1, "{path} says that it was saved");
    page
}

#[tokio::test]
async fn a_name_is_changed_and_a_bad_one_is_refused_at_the_field() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let page = saves(&ada, "/settings/profile", &[("name", "  Ada <b>L</b> ")]).await;
    assert_eq!(page.attribute("#name", "value"), "Ada <b>L</b>");
    for (name, words) in [(" ", "call you"), (&*"x".repeat(81), "shorter")] {
        let page = ada.submits("/settings/profile", &[("name", name)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            (page.attribute("#name", "value"), page.attribute("#name", "aria-invalid")),
            (name.into(), "true".into())
        );
        assert!(page.text_of("#name-error").contains(words), "{}", page.text_of("#name-error"));
    }
    assert_eq!(me(&ada).await["name"], "Ada <b>L</b>");
    assert_eq!(asks(&ada, Method::PATCH, "", json!({ "name": "Countess" })).await.1["name"], "Countess");
    let (status, problem) = asks(&ada, Method::PATCH, "", json!({ "name": "" })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("name")));
    assert!(ada.opens("/settings").await.attribute("#name", "value") == "Countess");
    let stranger = server.visitor();
    assert_eq!(stranger.submits("/settings/profile", &[("name", "M")]).await.location(), Some("/login"));
}

#[tokio::test]
async fn how_pages_look_follows_the_person_to_another_device() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let fields = [("theme", "dark"), ("accent", "clay"), ("code", "ember")];
    let page = saves(&ada, "/settings/appearance", &fields).await;
    let look =
        |page: &Document| ["data-theme", "data-accent", "data-code"].map(|name| page.attribute("html", name));
    assert_eq!(look(&page), ["dark", "clay", "ember"]);
    assert_eq!(page.count("input[name=accent][value=clay][checked]"), 1);
    let phone = server.visitor();
    phone.has_cookie("theme", "light");
    phone.signs_in("ada@example.org", PASSWORD).await;
    assert_eq!(look(&phone.opens("/c/new").await), ["dark", "clay", "ember"]);
    assert_eq!(look(&phone.opens("/nowhere").await), ["dark", "clay", "ember"], "also where nobody is known");
    // The switch of every page is the same setting.
    phone.submits("/settings/theme", &[("theme", "light"), ("next", "/")]).await;
    assert_eq!(look(&ada.opens("/c/new").await)[0], "light");
    for field in ["theme", "accent", "code"] {
        let page = ada.submits("/settings/appearance", &[(field, "\"><script>")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
    for field in ["theme", "accent", "code_theme"] {
        let (status, problem) = asks(&ada, Method::PATCH, "", json!({ field: "pink" })).await;
        assert_eq!((status, &problem["code"]), (422, &json!("unknown_choice")), "{field}");
        let (_, user) = asks(&ada, Method::PATCH, "", json!({ field: null })).await;
        assert_eq!(user.get(field), None, "{user}");
    }
    let bob = server.visitor_of("bob").await;
    assert_eq!(look(&bob.opens("/c/new").await), ["system", "", "auto"], "somebody else's is their own");
}

#[tokio::test]
async fn language_and_time_zone_are_the_persons_wherever_they_are() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let page = ada.opens("/settings/language").await;
    assert!(page.count("#time_zone option") > 300 && page.count("#time_zone optgroup") == 10);
    assert_eq!(page.attribute("body", "data-zone"), "", "the browser may say where it is");
    let page = saves(&ada, "/settings/language", &[("locale", "de"), ("time_zone", "Asia/Kathmandu")]).await;
    assert_eq!((page.attribute("html", "lang"), page.text_of("h1")), ("de".into(), "Einstellungen".into()));
    assert!(page.text_of(".toast").contains("Gespeichert."));
    assert_eq!(page.count("body[data-zone]"), 0);
    assert_eq!(page.attribute("#time_zone option[selected]", "value"), "Asia/Kathmandu");
    let phone = server.visitor();
    phone.has_cookie("lang", "en");
    phone.signs_in("ada@example.org", PASSWORD).await;
    assert_eq!(phone.opens("/settings").await.attribute("html", "lang"), "de");
    assert_eq!(phone.opens("/nowhere").await.attribute("html", "lang"), "de");
    for (field, fields) in [
        ("locale", [("locale", "xx"), ("time_zone", "")]),
        ("time_zone", [("locale", "de"), ("time_zone", "Mars/X")]),
    ] {
        let page = ada.submits("/settings/language", &fields).await;
        let place = format!("#{field}-error");
        assert_eq!((page.status, page.count(&place)), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{field}");
        let (status, problem) = asks(&ada, Method::PATCH, "", json!({ field: "Mars/X" })).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)));
    }
    assert_eq!(
        (&me(&ada).await["locale"], &me(&ada).await["time_zone"]),
        (&json!("de"), &json!("Asia/Kathmandu"))
    );
    let page = saves(&ada, "/settings/language", &[("locale", ""), ("time_zone", "")]).await;
    assert_eq!(page.attribute("html", "lang"), "en", "automatic again");
    assert_eq!(me(&ada).await.get("time_zone"), None);
}

#[tokio::test]
async fn new_conversations_begin_with_the_chosen_model() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let page = saves(&ada, "/settings/models", &[("default_model", "simulated/fast")]).await;
    assert_eq!(page.attribute("#default_model option[selected]", "value"), "simulated/fast");
    let page = ada.opens("/c/new").await;
    assert_eq!(page.attribute("select[name=model] option[selected]", "value"), "simulated/fast");
    let answer = ada.request(Method::POST, "/api/v1/chats").header("origin", &ada.base).json(&json!({}));
    let chat: Value = answer.send().await.unwrap().json().await.unwrap();
    assert_eq!(chat["model"], "simulated/fast");
    let page = ada.submits("/settings/models", &[("default_model", "no/such")]).await;
    assert_eq!((page.status, page.count("#default_model-error")), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    let (status, problem) = asks(&ada, Method::PATCH, "", json!({ "default_model": "no/such" })).await;
    assert_eq!((status, &problem["code"]), (422, &json!("unknown_model")));
    // Somebody else begins with the server's; so does whoever takes the choice back.
    let server_choice = server.visitor_of("bob").await.opens("/c/new").await;
    let server_choice = server_choice.attribute("select[name=model] option[selected]", "value");
    assert_ne!(server_choice, "simulated/fast");
    saves(&ada, "/settings/models", &[("default_model", "")]).await;
    let page = ada.opens("/c/new").await;
    assert_eq!(page.attribute("select[name=model] option[selected]", "value"), server_choice);
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_all_other_sign_ins() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let phone = server.visitor();
    phone.signs_in("ada@example.org", PASSWORD).await;
    let program = phone.request(Method::POST, "/api/v1/auth/login").header("origin", &phone.base);
    let program =
        program.json(&json!({ "email": "ada@example.org", "password": PASSWORD })).send().await.unwrap();
    let token = program.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
    for (current, new, place) in [
        ("wrong", NEW, "#current_password-error"),
        (PASSWORD, "short", "#new_password-error"),
        (PASSWORD, "password1", "#new_password-error"),
    ] {
        let page =
            ada.submits("/settings/password", &[("current_password", current), ("new_password", new)]).await;
        assert_eq!((page.status, page.count(place)), (StatusCode::UNPROCESSABLE_ENTITY, 1), "{place}");
        assert_eq!(page.attribute("#new_password", "value"), "", "a password is never sent back");
        let body = json!({ "current_password": current, "new_password": new });
        let (status, problem) = asks(&ada, Method::POST, "/password", body).await;
        assert_eq!(
            (status, problem["errors"][0]["field"].as_str().unwrap()),
            (422, &place[1..place.len() - 6])
        );
    }
    saves(&ada, "/settings/password", &[("current_password", PASSWORD), ("new_password", NEW)]).await;
    assert_eq!(phone.opens("/settings").await.status, StatusCode::SEE_OTHER, "signed out");
    let answer =
        server.visitor().request(Method::GET, "/api/v1/users/me").bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(phone.signs_in("ada@example.org", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(phone.signs_in("ada@example.org", NEW).await.status, StatusCode::SEE_OTHER);
    let body = json!({ "current_password": NEW, "new_password": PASSWORD });
    assert_eq!(asks(&phone, Method::POST, "/password", body).await.0, 204);
    assert_eq!(ada.opens("/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_guesses_at_an_open_browser_gets_few_tries() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let mut last = StatusCode::OK;
    for _ in 0..40 {
        let page = ada.submits("/settings/account/deletion", &[("password", "guess")]).await;
        last = page.status;
        if last != StatusCode::UNPROCESSABLE_ENTITY {
            assert_eq!(page.count("[role=alert]"), 1);
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn who_leaves_leaves_nothing_behind() {
    let server = TestApp::start().await;
    let boss = server.visitor_of("boss").await;
    let ada = server.visitor_of("ada").await;
    let said = [("content", "my secret"), ("model", "simulated/tokens:n=5000,ms=20"), ("key", "k")];
    let chat = ada.submits("/c/new", &said).await.location().unwrap().to_owned();
    let other = boss.submits("/c/new", &[("content", "hi"), ("model", "simulated/fast"), ("key", "k")]).await;
    let page = ada.submits("/settings/account/deletion", &[("password", "wrong")]).await;
    assert_eq!((page.status, page.count("#password-error")), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    let gone = ada.submits("/settings/account/deletion", &[("password", PASSWORD)]).await;
    assert_eq!((gone.status, gone.location()), (StatusCode::SEE_OTHER, Some("/login")));
    assert_eq!(ada.cookie("freshet"), None);
    assert!(ada.follows(gone).await.text_of(".toast").contains("deleted"));
    assert_eq!(ada.signs_in("ada@example.org", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The address is free again, and what was there is not.
    assert_eq!(ada.signs_up("ada@example.org", "Ada").await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.opens(&chat).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ada.opens("/c/new").await.count("#chats a[href^='/c/']"), 0);
    let others = boss.opens(other.location().unwrap()).await;
    assert_eq!(others.status, StatusCode::OK, "somebody else's stays");
    assert_eq!(asks(&ada, Method::DELETE, "", json!({ "password": "no" })).await.0, 422);
    assert_eq!(asks(&ada, Method::DELETE, "", json!({ "password": PASSWORD })).await.0, 204);
    assert_eq!(ada.opens("/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_only_administrator_stays_with_everything() {
    let server = TestApp::start().await;
    let boss = server.visitor_of("boss").await;
    let chat = boss.submits("/c/new", &[("content", "hi"), ("model", "simulated/fast"), ("key", "k")]).await;
    let page = boss.submits("/settings/account/deletion", &[("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text_of("[role=alert]").contains("only administrator"));
    let (status, problem) = asks(&boss, Method::DELETE, "", json!({ "password": PASSWORD })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("last_admin")));
    assert_eq!(boss.opens(chat.location().unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn strangers_switch_the_language_too() {
    let server = TestApp::start().await;
    let stranger = server.visitor();
    for path in ["/", "/login", "/register"] {
        let page = stranger.opens(path).await;
        assert_eq!(page.attribute("form[action='/language'] button", "value"), "de", "{path}");
    }
    let done = stranger.submits("/language", &[("locale", "de"), ("next", "/login?next=%2Fc%2Fnew")]).await;
    assert_eq!(done.location(), Some("/login?next=%2Fc%2Fnew"));
    let page = stranger.follows(done).await;
    assert_eq!(page.attribute("html", "lang"), "de");
    let away = stranger.submits("/language", &[("locale", "en"), ("next", "https://evil.example")]).await;
    assert_eq!(away.location(), Some("/"));
    stranger.submits("/language", &[("locale", "tlh"), ("next", "/")]).await;
    assert_eq!(stranger.cookie("lang"), None);
}

#[tokio::test]
async fn the_app_can_be_installed_and_shared_to() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let page = ada.opens("/c/new").await;
    let path = page.attribute("link[rel=manifest]", "href");
    let manifest = ada.opens(&path).await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    let manifest: Value = serde_json::from_str(&manifest.text).unwrap();
    for icon in manifest["icons"].as_array().unwrap() {
        let picture = ada.opens(icon["src"].as_str().unwrap()).await;
        assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/png"));
    }
    let share = format!(
        "{}?title=A%20page&text=%3Cb%3E%26&url=https%3A%2F%2Fexample.org",
        manifest["share_target"]["action"].as_str().unwrap()
    );
    let shared = ada.opens(&share).await;
    assert_eq!(ada.follows(shared).await.text_of("#content"), "A page\n<b>&\nhttps://example.org");
    let stranger = server.visitor();
    let shared = stranger.opens(&share).await;
    assert!(
        shared.location().unwrap().starts_with("/login?next=%2Fshare%3Ftitle%3D"),
        "{:?}",
        shared.location()
    );
    // The worker keeps a page that says nothing about anybody; it is another worker when that page is another one.
    let worker = ada.opens("/sw.js").await;
    assert_eq!(
        (worker.header("content-type"), worker.header("cache-control")),
        ("text/javascript; charset=utf-8", "no-cache")
    );
    assert_eq!(worker.text, stranger.opens("/sw.js").await.text);
    assert!(!ada.opens("/offline").await.text.contains("ada"));
    ada.has_cookie("lang", "de");
    assert_ne!(worker.text, ada.opens("/sw.js").await.text);
    assert_eq!(ada.opens("/offline").await.text_of("h1"), "Keine Verbindung");
}
