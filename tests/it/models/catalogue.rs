//! The catalogue: what it knows of models, how old that is, and favourites.

use chrono::{TimeZone as _, Utc};
use freshet::{app::Nature, platform::clock::Clock};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, Database, TestApp, free_port, refusal, simulator};

async fn names(who: &Api, query: &str) -> Vec<String> {
    let list = who.get(&format!("/models{query}")).await;
    list["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn favourites_are_ones_own_and_slashes_and_colons_may_stay_as_they_are() {
    let server = TestApp::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let marks = async |who: &Api, method: Method, name: &str| {
        who.request(method, &format!("/models/favourites/{name}")).send().await.unwrap().status()
    };
    let favourites = async |who: &Api| {
        let list = who.get("/models").await;
        let all = list["items"].as_array().unwrap().iter().filter(|it| it["favourite"] == true);
        all.map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for name in ["simulated/fast", "simulated/fast", "echo", "simulated/tokens:n=5,ms=0"] {
        assert_eq!(marks(&ada, Method::PUT, name).await, StatusCode::NO_CONTENT, "{name}");
    }
    let marked = ["simulated/fast", "simulated/echo", "simulated/tokens:n=5,ms=0"];
    assert_eq!(favourites(&ada).await, marked, "also one that no list shows");
    assert_eq!(favourites(&bob).await, [""; 0]);
    assert_eq!(marks(&bob, Method::DELETE, "simulated/fast").await, StatusCode::NO_CONTENT);
    assert_eq!(marks(&ada, Method::DELETE, "simulated/echo").await, StatusCode::NO_CONTENT);
    assert_eq!(marks(&ada, Method::DELETE, "no/such%00model").await, StatusCode::NO_CONTENT);
    assert_eq!(favourites(&ada).await, [marked[0], marked[2]]);
    for name in ["no/such", "simulated/fast%00", "simulated"] {
        assert_eq!(marks(&ada, Method::PUT, name).await, StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn the_list_is_searched_and_filtered() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    assert_eq!(names(&ada, "?q=THINK").await, ["simulated/thinking"]);
    assert_eq!(names(&ada, "?q=simulated%20tour").await, ["simulated/essay"]);
    assert_eq!(names(&ada, "?capability=reasoning").await, ["simulated/thinking"]);
    assert_eq!(names(&ada, "?capability=vision&q=fast").await, [""; 0]);
    assert_eq!(names(&ada, "?provider=openai").await, [""; 0]);
    assert!(names(&ada, "?provider=simulated").await.len() > 4);
    let wrong = ada.request(Method::GET, "/models?capability=telepathy").send().await.unwrap();
    assert_eq!(refusal(wrong).await.code, "invalid_query");
}

#[tokio::test]
async fn a_list_says_how_old_it_is_and_is_fetched_anew_on_demand() {
    let closed = format!("http://127.0.0.1:{}/v1", free_port());
    let server = TestApp::start_with(&[("OPENAI_API_KEY", "sk-test"), ("OPENAI_BASE_URL", &closed)]).await;
    let ada = server.signed_up("ada").await;
    let of = |list: &Value, name: &str| -> Value {
        list["providers"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap().clone()
    };
    let list = ada.get("/models").await;
    let openai = of(&list, "openai");
    assert_eq!(
        (&openai["refreshed_at"], &openai["list_error"]),
        (&Value::Null, &json!("provider_unreachable"))
    );
    let simulated = of(&list, "simulated");
    assert!(simulated["refreshed_at"].is_string() && simulated["list_error"].is_null(), "{simulated}");
    let providers = ada.get("/providers").await;
    assert_eq!(providers["items"][0]["list_error"], "provider_unreachable");
    let renews = async || ada.request(Method::POST, "/models/refresh").send().await.unwrap();
    let renewed = renews().await;
    assert_eq!(renewed.status(), StatusCode::OK);
    let again = of(&renewed.json().await.unwrap(), "simulated");
    assert!(again["refreshed_at"].as_str() > simulated["refreshed_at"].as_str(), "{again}");
    let mut last = renews().await;
    for _ in 0..9 {
        if last.status() != StatusCode::OK {
            break;
        }
        last = renews().await;
    }
    assert_eq!(refusal(last).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_model_that_was_switched_off_is_not_offered() {
    let closed = format!("http://127.0.0.1:{}/v1", free_port());
    let settings = [("OPENAI_API_KEY", "sk-test"), ("OPENAI_BASE_URL", closed.as_str())];
    let clock = Clock::frozen(Utc.with_ymd_and_hms(2027, 1, 13, 12, 0, 0).unwrap());
    let nature = Nature { clock: clock.clone(), ..Nature::default() };
    let server = TestApp::start_on(Database::new().await, &settings, nature).await;
    let visitor = server.visitor_of("ada").await;
    let offered = async || {
        let list: Value =
            serde_json::from_str(&visitor.opens("/api/v1/models?q=4o-mini").await.text).unwrap();
        list["items"].as_array().unwrap().first().map(|it| it["retires"].clone())
    };
    assert_eq!(offered().await, Some(json!("2027-01-14")));
    let row = visitor.opens("/models?q=4o-mini").await;
    assert_eq!(row.text_of(".model .badge--late"), "Until January 14, 2027");
    clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(offered().await, None);
    assert_eq!(visitor.opens("/models?q=4o-mini").await.count(".model"), 0);
}

#[tokio::test]
async fn the_page_of_providers_says_how_they_do() {
    let openai = format!("{}/v1", simulator().await);
    let server = TestApp::start_with(&[("OPENAI_API_KEY", "sk-secret"), ("OPENAI_BASE_URL", &openai)]).await;
    server.signed_up("root").await;
    let visitor = server.visitor_of("bob").await;
    let page = visitor.opens("/settings/providers").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("None in the last five minutes") && page.text.contains("List fetched"),
        "{}",
        page.text
    );
    let fields = [("content", "status 500"), ("model", "openai/faults"), ("key", "k")];
    let sent = visitor.submits("/c/new", &fields).await;
    visitor.opens(&format!("{}?stream=html", sent.location().unwrap())).await;
    let page = visitor.opens("/settings/providers").await;
    assert!(page.text.contains("It failed.") && page.text.contains("1, of which 1 failed"), "{}", page.text);
    assert!(page.text.contains("Has trouble") && page.text.contains("In a private network"));
    assert!(!page.text.contains("sk-secret") && !page.text.contains("127.0.0.1"));
    let done = visitor.submits("/settings/providers/refresh", &[]).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, Some("/settings/providers")));
    assert!(visitor.follows(done).await.text.contains("The lists of models were fetched."));
}
