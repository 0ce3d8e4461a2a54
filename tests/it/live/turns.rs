//! Versions of a message, forks, answers that are continued: what is said once stays, whatever is said instead.

use freshet::providers::simulated;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Accepted, Api, Process, TestApp, client, simulator};

async fn posts(api: &Api, path: &str, body: &Value) -> (StatusCode, Value) {
    sends(api, Method::POST, path, body).await
}

async fn sends(api: &Api, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = api.request(method, path).json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

/// The shown branch.
async fn branch(api: &Api, chat: &str) -> Vec<Value> {
    api.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Edits a message and waits for the answer; gives the new one's id.
async fn edits(api: &Api, message: &str, to: &str) -> String {
    let body = json!({ "content": to, "stream": false });
    let (status, done) = sends(api, Method::PATCH, &format!("/messages/{message}"), &body).await;
    assert_eq!(status, StatusCode::OK, "{done}");
    text(&done["message"]["id"]).to_owned()
}

#[tokio::test]
async fn every_version_can_be_shown_again_down_to_its_newest_message() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/echo:ms=0").await;
    ada.asks(&chat, "one").await;
    let first = branch(&ada, &chat).await;
    assert!(first.iter().all(|message| message.get("siblings").is_none()), "{first:?}");
    let mut versions = vec![text(&first[0]["id"]).to_owned()];
    ada.asks(&chat, "behind one").await;
    for to in ["two", "three", "four"] {
        versions.push(edits(&ada, &versions[0], to).await);
    }
    let shown = branch(&ada, &chat).await;
    let expected = json!({ "index": 4, "count": 4, "previous": versions[2], "next": null });
    assert_eq!((&shown[0]["siblings"], shown.len()), (&expected, 2));
    assert!(shown[1].get("siblings").is_none());

    let path = format!("/chats/{chat}/branch");
    let cursor = ada.get(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    let (status, chosen) = sends(&ada, Method::PUT, &path, &json!({ "message_id": versions[0] })).await;
    assert_eq!(status, StatusCode::OK, "{chosen}");
    let shown = branch(&ada, &chat).await;
    let said: Vec<&str> = shown.iter().map(|message| text(&message["text"])).collect();
    assert_eq!(said, ["one", "one", "behind one", "behind one"]);
    assert_eq!(shown[0]["siblings"]["next"], versions[1].as_str());
    assert_eq!(chosen["leaf_id"], shown[3]["id"]);
    let (name, told) = ada.watches(&chat, &cursor).await.next().await.unwrap();
    assert_eq!((name.as_str(), &told), ("chat.updated", &json!({ "leaf_id": shown[3]["id"] })));

    // Again is harmless and tells nobody.
    let before = ada.get(&format!("/chats/{chat}")).await;
    let (_, again) = sends(&ada, Method::PUT, &path, &json!({ "message_id": versions[0] })).await;
    assert_eq!(again, before);

    // Answers are versions, too; the tree says the same of each as its branch.
    let (_, repeated) = posts(
        &ada,
        &format!("/messages/{}/regenerate", text(&shown[1]["id"])),
        &json!({ "stream": false, "model": "simulated/fast" }),
    )
    .await;
    assert_eq!(repeated["reply"]["status"], "complete");
    let shown = branch(&ada, &chat).await;
    assert_eq!((&shown[1]["siblings"]["index"], &shown[1]["siblings"]["count"]), (&json!(2), &json!(2)));
    let tree = ada.get(&format!("/chats/{chat}/messages?tree=1")).await;
    let tree = tree["items"].as_array().unwrap();
    for message in &shown {
        let same = tree.iter().find(|other| other["id"] == message["id"]).unwrap();
        assert_eq!(same.get("siblings"), message.get("siblings"));
    }
}

#[tokio::test]
async fn a_branch_stays_while_an_answer_is_written_on_it() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let first = ada.asks(&chat, "hello").await;
    let path = format!("/messages/{}/regenerate", text(&first["message_id"]));
    let slow = json!({ "model": "simulated/tokens:n=5000,ms=5" });
    let (_, running) = posts(&ada, &path, &slow).await;
    let show = json!({ "message_id": first["message_id"] });
    for (method, to, body) in [
        (Method::PUT, format!("/chats/{chat}/branch"), show.clone()),
        (
            Method::POST,
            format!("/chats/{chat}/fork"),
            json!({ "message_id": running["reply"]["message_id"] }),
        ),
        (Method::POST, format!("/messages/{}/keep", text(&first["message_id"])), json!({})),
    ] {
        let (status, problem) = sends(&ada, method, &to, &body).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("reply_running")), "{to}");
    }
    // What is behind it can be forked.
    let (status, _) = posts(&ada, &format!("/chats/{chat}/fork"), &show).await;
    assert_eq!(status, StatusCode::CREATED);
    let answer = ada.request(Method::PUT, &format!("/chats/{chat}/cancellation")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let (status, _) = sends(&ada, Method::PUT, &format!("/chats/{chat}/branch"), &show).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_fork_has_everything_up_to_its_place_and_a_life_of_its_own() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/thinking:ms=0").await;
    ada.asks(&chat, "one").await;
    ada.asks(&chat, "two").await;
    let old = branch(&ada, &chat).await;
    let body = json!({ "message_id": old[1]["id"] });
    let (status, fork) = posts(&ada, &format!("/chats/{chat}/fork"), &body).await;
    assert_eq!((status, &fork["title"]), (StatusCode::CREATED, &json!("one (fork)")));
    let copied = branch(&ada, text(&fork["id"])).await;
    assert_eq!(copied.len(), 2);
    for (copy, original) in copied.iter().zip(&old) {
        assert_ne!(copy["id"], original["id"]);
        for field in ["role", "text", "thinking", "created_at"] {
            assert_eq!(copy.get(field), original.get(field), "{field}");
        }
    }
    assert_ne!(copied[1]["reply"]["id"], old[1]["reply"]["id"]);
    for field in ["status", "model", "usage", "thinking_ms", "took_ms", "first_ms", "finish_reason"] {
        assert_eq!(copied[1]["reply"][field], old[1]["reply"][field], "{field}");
    }
    assert_eq!(copied[1]["parent_id"], copied[0]["id"]);
    // It goes on without the other one.
    ada.asks(text(&fork["id"]), "three").await;
    assert_eq!(branch(&ada, text(&fork["id"])).await.len(), 4);
    assert_eq!(branch(&ada, &chat).await, old);
    ada.request(Method::DELETE, &format!("/chats/{chat}")).send().await.unwrap();
    assert_eq!(branch(&ada, text(&fork["id"])).await.len(), 4);
}

#[tokio::test]
async fn what_is_not_yours_is_not_there() {
    let server = TestApp::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let chat = ada.chats_with("simulated/fast").await;
    let reply = ada.asks(&chat, "secret").await;
    let own = bob.chats_with("simulated/fast").await;
    bob.asks(&own, "mine").await;
    let (message, unknown) = (text(&reply["message_id"]), "01890000-0000-7000-8000-000000000000");
    for id in [message, unknown] {
        let body = json!({ "message_id": id });
        for chat in [chat.as_str(), own.as_str(), unknown] {
            for (method, path, body) in [
                (Method::PUT, format!("/chats/{chat}/branch"), &body),
                (Method::POST, format!("/chats/{chat}/fork"), &body),
            ] {
                let (status, _) = sends(&bob, method, &path, body).await;
                assert_eq!(status, StatusCode::NOT_FOUND, "{path} {body}");
            }
        }
        for what in ["keep", "continue", "regenerate"] {
            let (status, _) = posts(&bob, &format!("/messages/{id}/{what}"), &json!({})).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{what}");
        }
    }
    let answer = bob.request(Method::PUT, &format!("/chats/{chat}/cancellation")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let eve = server.visitor_of("eve").await;
    for path in ["edit", "again", "raw"] {
        assert_eq!(eve.opens(&format!("/m/{message}/{path}")).await.status, StatusCode::NOT_FOUND);
    }
    for path in ["edit", "again", "continue", "show", "keep", "fork", "regenerate"] {
        let page = eve.submits(&format!("/m/{message}/{path}"), &[("content", "x")]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// Continues an answer and checks that it is whole, byte for byte, in the log and in the row.
async fn goes_on(ada: &Api, chat: &str, before: &Value, expected: &str) -> Value {
    let cursor = ada.get(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    let path = format!("/messages/{}/continue", text(&before["message_id"]));
    let (status, accepted) = posts(ada, &path, &json!({})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{accepted}");
    let accepted = Accepted::of(&accepted);
    let mut watch = ada.watches(chat, &cursor).await;
    watch.until_end_of(&accepted.reply).await;
    assert_eq!(watch.seen.answer(&accepted.reply), expected);
    let reply = ada.reply(&accepted.reply).await;
    assert_eq!((&reply["status"], &reply["text"]), (&json!("complete"), &json!(expected)));
    let seam = json!([{ "to": text(&before["text"]).len(), "model": before["model"] }]);
    assert_eq!(reply["seams"], seam);
    reply
}

#[tokio::test]
async fn a_stopped_answer_goes_on_where_it_was() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let model = "tokens:n=300,ms=4";
    let chat = ada.chats_with(&format!("simulated/{model}")).await;
    let accepted = ada.says(&chat, "go").await;
    ada.watches(&chat, &accepted.cursor).await.until_bytes(&accepted.reply, 300).await;
    let path = format!("/replies/{}/cancellation", accepted.reply);
    let (_, stopped) = sends(&ada, Method::PUT, &path, &json!({})).await;
    let whole = simulated::text_of(model, "go").unwrap();
    let reply = goes_on(&ada, &chat, &stopped, &whole).await;
    // It wrote only what was missing.
    assert!(reply["usage"]["output"].as_u64().unwrap() < 300, "{reply}");
    // Both are there, and nothing can be continued that came to its end.
    let shown = branch(&ada, &chat).await;
    assert_eq!((shown.len(), &shown[1]["siblings"]["count"]), (2, &json!(2)));
    for ended in [text(&reply["message_id"]), text(&shown[0]["id"])] {
        let (status, problem) = posts(&ada, &format!("/messages/{ended}/continue"), &json!({})).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("not_continuable")));
    }
    // A repetition is the same send.
    let path = format!("/messages/{}/continue", text(&stopped["message_id"]));
    let mut twice = Vec::new();
    for _ in 0..2 {
        let request = ada.request(Method::POST, &path).header("idempotency-key", "again");
        let answer: Value =
            request.json(&json!({ "stream": false })).send().await.unwrap().json().await.unwrap();
        twice.push(answer);
    }
    assert_eq!(twice[0], twice[1]);
    let other = ada.request(Method::POST, &path.replace("continue", "regenerate"));
    let other: Value = other.header("idempotency-key", "again").send().await.unwrap().json().await.unwrap();
    assert_eq!(other["code"], "key_reused");
}

#[tokio::test]
async fn a_failed_and_a_cut_answer_go_on() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    for (script, status) in
        [("cut after=120 times=1", "interrupted"), ("error_chunk after=90 times=1", "failed")]
    {
        let chat = ada.chats_with("simulated/faults").await;
        let broken = ada.asks(&chat, script).await;
        assert_eq!(broken["status"], status, "{broken}");
        let kept = text(&broken["text"]).to_owned();
        goes_on(&ada, &chat, &broken, &format!("{kept}All is well again.")).await;
        // What a later turn sends is the joined text: the echo of the next message comes behind it.
        ada.asks(&chat, "cut after=0 times=0").await;
        // What broke off before its first word has nothing to go on with.
        let empty = ada.asks(&chat, "quota").await;
        let path = format!("/messages/{}/continue", text(&empty["message_id"]));
        assert_eq!(posts(&ada, &path, &json!({})).await.0, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn an_answer_whose_server_was_killed_goes_on_as_often_as_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let provider = format!("{}/v1", simulator().await);
    let settings = [("FRESHET_SIMULATED_URL", provider.as_str()), ("FRESHET_GATHER_MS", "5")];
    let model = "tokens:n=1200,ms=3";
    let whole = simulated::text_of(model, "go").unwrap();
    let mut server = Process::serve(folder.path(), &settings);
    let mut ada = Api::sign_up(&server.base, "ada").await;
    let chat = ada.chats_with(&format!("simulated/{model}")).await;
    let mut accepted = ada.says(&chat, "go").await;
    for round in 1..=2 {
        let mut watch = ada.watches(&chat, &accepted.cursor).await;
        watch.until_bytes(&accepted.reply, 1500 * round).await;
        drop(server);
        server = Process::serve(folder.path(), &settings);
        ada = ada.at(&server.base);
        let reply = ada.waits_for(&chat, &accepted).await;
        assert_eq!(reply["status"], "interrupted");
        assert!(whole.starts_with(text(&reply["text"])) && text(&reply["text"]).len() >= 1500 * round);
        let path = format!("/messages/{}/continue", text(&reply["message_id"]));
        let answer = client().post(format!("{}/api/v1{path}", ada.base)).bearer_auth(&ada.token).send().await;
        accepted = Accepted::of(&answer.unwrap().json().await.unwrap());
    }
    let reply = ada.waits_for(&chat, &accepted).await;
    assert_eq!((&reply["status"], &reply["text"]), (&json!("complete"), &json!(whole)));
    assert_eq!(reply["seams"].as_array().unwrap().len(), 2, "{reply}");
}

#[tokio::test]
async fn the_tools_that_a_model_asks_for_are_told_and_kept() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/faults").await;
    let accepted = ada.says(&chat, "tool call name=add").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_end_of(&accepted.reply).await;
    let call = json!({ "index": 0, "id": "call_1", "name": "add", "arguments": "{\"a\": 1}" });
    let told: Vec<&Value> = watch
        .seen
        .log
        .iter()
        .filter(|(_, name, _)| name == "reply.tool_call")
        .map(|(_, _, data)| data)
        .collect();
    let mut expected = call.clone();
    expected["reply"] = json!(accepted.reply);
    assert_eq!(told, [&expected]);
    let reply = ada.reply(&accepted.reply).await;
    assert_eq!((&reply["tool_calls"], &reply["finish_reason"]), (&json!([call]), &json!("tool_calls")));
    assert!(reply["took_ms"].as_i64() >= reply["first_ms"].as_i64() && reply["first_ms"].is_i64(), "{reply}");
    assert!(reply.get("cost_usd").is_none(), "nobody knows the price of a simulated model");
}
