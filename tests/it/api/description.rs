//! The description of the API: kept in the repository, complete, and true.

use std::{collections::BTreeSet, fs};

use freshet::web::api::openapi_json;
use reqwest::Method;
use serde_json::Value;

use crate::support::TestApp;

const KEPT: &str = "docs/openapi.json";

fn description() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

#[test]
fn the_kept_description_is_the_programs_own() {
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::write(KEPT, openapi_json()).unwrap();
    }
    let kept = fs::read_to_string(KEPT).unwrap_or_default();
    assert!(kept == openapi_json(), "{KEPT} is stale: run UPDATE=1 cargo test --test it description");
}

#[tokio::test]
async fn the_server_gives_out_the_same_description() {
    let server = TestApp::start().await;
    let page = server.visitor().opens("/api/openapi.json").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "application/json"));
    assert_eq!(page.text, openapi_json());
}

/// Every path below `/api/v1` that a file of `src/web/api` or the health router names in a route.
#[test]
fn every_route_is_described() {
    let described: BTreeSet<String> =
        description()["paths"].as_object().unwrap().keys().map(String::clone).collect();
    let mut handlers = 0;
    for file in fs::read_dir("src/web/api").unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        handlers += text.matches("#[utoipa::path(").count();
        // A route that goes around the description would be written like this.
        let bare = text.matches(".route(\"").count();
        assert_eq!(bare, text.matches(".route(\"/api/openapi.json\"").count(), "a route without description");
    }
    let operations: usize = description()["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|path| path.as_object().unwrap().len())
        .sum();
    assert_eq!(operations, handlers, "a handler is described but not routed: {described:?}");
    assert!(described.iter().all(|path| path.starts_with("/api/v1/")));
}

#[test]
fn every_operation_says_how_it_fails_and_every_reference_leads_somewhere() {
    let description = description();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap();
            assert!(
                answers.keys().any(|status| status.starts_with('2') || status == "101"),
                "{method} {path}"
            );
            assert!(answers.keys().any(|status| status.starts_with('4')), "{method} {path}");
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        }
    }
    for reference in references(&description) {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn what_is_answered_fits_what_is_described() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let visitor = server.visitor();
    visitor.signs_up("bob@example.org", "bob").await;
    let chat = ada.chats_with("simulated/thinking:ms=0").await;
    let reply = ada.asks(&chat, "hi").await["id"].as_str().unwrap().to_owned();
    let description = description();
    let paths = [
        ("/users/me", "/users/me".to_owned()),
        ("/models", "/models".to_owned()),
        ("/providers", "/providers".to_owned()),
        ("/chats", "/chats".to_owned()),
        ("/chats/{id}", format!("/chats/{chat}")),
        ("/chats/{id}/messages", format!("/chats/{chat}/messages")),
        ("/replies/{id}", format!("/replies/{reply}")),
    ];
    for (template, path) in paths {
        let answer = ada.get(&path).await;
        fits(&description, &schema_of(&description, template), &answer, template);
    }
    let sessions: Value =
        serde_json::from_str(&visitor.opens("/api/v1/users/me/sessions").await.text).unwrap();
    fits(&description, &schema_of(&description, "/users/me/sessions"), &sessions, "sessions");
    let missing = ada.request(Method::GET, "/chats/x").send().await.unwrap().json::<Value>().await.unwrap();
    fits(&description, &description["components"]["schemas"]["Problem"], &missing, "problem");
}

fn schema_of(description: &Value, template: &str) -> Value {
    let operation = &description["paths"][format!("/api/v1{template}")]["get"];
    operation["responses"]["200"]["content"]["application/json"]["schema"].clone()
}

/// Roughly: the type, the required and the known fields, all the way down.
fn fits(description: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = description.pointer(&reference[1..]).unwrap();
        return fits(description, schema, value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        if !(value.is_null() && choices.iter().any(|choice| choice["type"] == "null")) {
            let whole = choices.iter().find(|choice| choice["type"] != "null").unwrap();
            fits(description, whole, value, place);
        }
        return;
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    assert!(allowed.contains(&kind), "{place} is {kind}, described as {allowed:?}: {value}");
    for item in value.as_array().into_iter().flatten() {
        fits(description, &schema["items"], item, &format!("{place}[]"));
    }
    let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(fields.contains_key(name), "{place}.{name} is required and missing");
    }
    for (name, value) in fields {
        let described = known.get(name).unwrap_or_else(|| panic!("{place}.{name} is not described"));
        fits(description, described, value, &format!("{place}.{name}"));
    }
}
