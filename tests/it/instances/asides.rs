//! What is in no log: who is here, who is typing.

use freshet::{
    accounts::{Actor, tokens},
    chat::presence::{self, Attention},
};
use serde_json::json;
use uuid::Uuid;

use super::pair::Pair;
use crate::support::{Api, TestApp, Watch};

async fn actor(app: &TestApp, api: &Api) -> Actor {
    tokens::actor(&app.app, &api.token).await.unwrap().unwrap()
}

async fn next(watch: &mut Watch, name: &str) -> serde_json::Value {
    loop {
        let (event, data) = watch.next().await.expect("the stream goes on");
        if event == name {
            return data;
        }
    }
}

#[tokio::test]
async fn who_is_here_and_who_types_is_told_on_both_instances_and_never_logged() {
    let pair = Pair::start().await;
    let ada = pair.a.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let id = chat.parse().unwrap();
    let who = actor(&pair.a, &ada).await;
    let cursor = ada.get(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    let mut there = ada.at(&pair.b.base).watches(&chat, &cursor).await;
    let (phone, laptop) = (Uuid::from_u128(1), Uuid::from_u128(2));
    presence::presence(&pair.a.app, &who, id, phone, Attention::Here).await.unwrap();
    let person = |status: &str| json!({ "user_id": who.user.0, "name": "ada", "status": status });
    assert_eq!(next(&mut there, "presence").await, json!({ "users": [person("here")] }));
    presence::typing(&pair.a.app, &who, id).await.unwrap();
    assert_eq!(next(&mut there, "typing").await, json!({ "user_id": who.user.0, "name": "ada" }));
    // B knows of A's people, too; somebody with two devices is one person, and here beats away.
    for (app, device, status, told) in [
        (&pair.b.app, laptop, Attention::Away, vec![person("here")]),
        (&pair.b.app, phone, Attention::Gone, vec![person("away")]),
        (&pair.a.app, laptop, Attention::Gone, vec![]),
    ] {
        presence::presence(app, &who, id, device, status).await.unwrap();
        assert_eq!(next(&mut there, "presence").await, json!({ "users": told }));
    }
    let after = ada.get(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    assert_eq!(cursor, after);

    let eve = actor(&pair.a, &pair.a.signed_up("eve").await).await;
    assert!(presence::typing(&pair.a.app, &eve, id).await.is_err());
    assert!(presence::presence(&pair.a.app, &eve, id, phone, Attention::Here).await.is_err());
}
