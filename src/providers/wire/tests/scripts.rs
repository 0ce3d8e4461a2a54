//! Scripts of each dialect: what comes of them, wherever the network cuts them.

use bytes::Bytes;
use futures::StreamExt;
use serde_json::Value;

use super::{super::responses::Responses, Chat, check, fixtures};
use crate::providers::wire::{
    answer::{Answer, Reader},
    rig::{Told, limits, read},
};

async fn told(reader: Box<dyn Reader>, pieces: &[&[u8]]) -> Told {
    let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    read(Box::pin(Answer::new(futures::stream::iter(pieces).boxed(), reader, limits()))).await
}

/// Fragments of each call put together.
fn calls(told: &Told) -> Vec<(u32, Option<String>, Option<String>, String)> {
    let mut calls: Vec<(u32, Option<String>, Option<String>, String)> = Vec::new();
    for (index, id, name, arguments) in &told.calls {
        match calls.iter_mut().find(|call| call.0 == *index) {
            Some(call) => call.3.push_str(arguments),
            None => calls.push((*index, id.clone(), name.clone(), arguments.clone())),
        }
    }
    calls
}

/// Holds what came against the third line of a script, if it has one.
fn check_more(name: &str, script: &[u8], told: &Told) {
    let script = String::from_utf8_lossy(script);
    let Some(expected) = script.lines().nth(2).and_then(|line| line.strip_prefix(": told ")) else { return };
    let expected: Value = serde_json::from_str(expected).unwrap();
    let usage = serde_json::to_value(told.usage).unwrap();
    // What is handed back is compared as JSON where it was put together from pieces, else letter by letter.
    let is_details = told.replay.as_ref().is_some_and(|replay| replay.form == "details");
    let replay =
        |text: &str| -> Value { if is_details { serde_json::from_str(text).unwrap() } else { text.into() } };
    for (field, expected) in expected.as_object().unwrap() {
        let (came, expected) = match field.as_str() {
            "thinking" => (Value::from(told.thinking.as_str()), expected.clone()),
            "calls" => (serde_json::to_value(calls(told)).unwrap(), expected.clone()),
            "usage" => (usage.clone(), expected.clone()),
            "model" => (told.model.clone().into(), expected.clone()),
            "replay" => (
                told.replay.as_ref().map_or(Value::Null, |came| replay(&came.items)),
                expected.as_str().map_or(Value::Null, replay),
            ),
            other => panic!("{name}: what is {other}?"),
        };
        assert_eq!(came, expected, "{name}: {field}");
    }
}

async fn all(folder: &str, reader: fn() -> Box<dyn Reader>) {
    for (name, script) in fixtures(folder) {
        let whole = told(reader(), &[&script]).await;
        check(&name, &script, &whole);
        check_more(&name, &script, &whole);
        for cut in 0..script.len() {
            let came = told(reader(), &[&script[..cut], &script[cut..]]).await;
            assert_eq!(
                (&came.text, &came.thinking, calls(&came), &came.replay, &came.usage, &came.end, &came.error),
                (
                    &whole.text,
                    &whole.thinking,
                    calls(&whole),
                    &whole.replay,
                    &whole.usage,
                    &whole.end,
                    &whole.error
                ),
                "{name} at {cut}"
            );
        }
    }
}

#[tokio::test]
async fn responses_come_to_what_they_say() {
    all("responses", || Box::<Responses>::default()).await;
}

#[tokio::test]
async fn xai_counts_thoughts_beside_the_answer() {
    all("xai", || Box::new(Chat::new(true, false))).await;
}

#[tokio::test]
async fn openrouters_details_are_put_together() {
    all("details", || Box::new(Chat::new(false, true))).await;
}
