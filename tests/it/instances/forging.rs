//! Somebody who can publish in Redis, but does not have our key.

use freshet::platform::bus::{Aside, Call, Entry, Signal};
use serde::Serialize;
use uuid::Uuid;

use super::{
    outages::{ends_exactly, watched},
    pair::Pair,
};

/// What instances say, as `platform/bus/wire.rs` writes it.
#[derive(Clone, Serialize)]
enum Word {
    Entry(Entry),
    Aside(Aside),
    Gone,
    Call(Call),
}

/// Publishes words as instances do, without a seal and with one that is wrong.
fn forges(pair: &Pair, channel: &str, words: Vec<Word>) {
    let letter = rmp_serde::to_vec(&(Uuid::from_u128(7), words)).unwrap();
    for seal in [&[][..], &[0; 16]] {
        let bytes: String = [seal, &letter].concat().iter().map(|byte| format!("\\{byte:03}")).collect();
        let script = format!("return redis.call('PUBLISH', KEYS[1], '{bytes}')");
        let heard = pair.redis.command(&["EVAL", &script, "1", channel]);
        assert!(heard.starts_with(':') && heard != ":0\r\n", "{channel}: {heard}");
    }
}

fn aside(text: &str) -> Aside {
    Aside { name: "test".into(), data: format!("{{\"said\":\"{text}\"}}").into() }
}

fn entry(seq: i64) -> Entry {
    Entry { seq, writer: None, name: "reply\nended".into(), data: "[\"forged\"]".into() }
}

#[tokio::test]
async fn forged_entries_leave_the_text_as_the_log_has_it() {
    let pair = Pair::start().await;
    let (ada, accepted, mut watch) = watched(&pair, "simulated/tokens:n=300,ms=5").await;
    let topics = pair.b.app.bus.watched();
    assert!(!topics.is_empty());
    for (topic, head) in topics {
        let channel = format!("freshet:log:{topic}");
        // Wherever it is by now, the next one is among them.
        forges(&pair, &channel, (head + 1..head + 60).map(|seq| Word::Entry(entry(seq))).collect());
        forges(&pair, &channel, vec![Word::Entry(entry(i64::MAX)), Word::Gone]);
    }
    ends_exactly(&ada, &accepted, &mut watch).await;
}

#[tokio::test]
async fn a_forged_letter_is_no_more_than_a_reason_to_read_the_log() {
    let pair = Pair::start().await;
    let topic = Uuid::from_u128(1);
    let mut watcher = pair.b.app.bus.attach(topic).await;
    let mut calls = pair.b.app.bus.calls();
    let call = |id| Call { kind: "test".into(), id: Uuid::from_u128(id) };
    let words = vec![Word::Aside(aside("forged")), Word::Entry(entry(1)), Word::Call(call(1)), Word::Gone];
    forges(&pair, &format!("freshet:log:{topic}"), words);
    forges(&pair, "freshet:calls:all", vec![Word::Call(call(1))]);
    // Redis passes these on after those.
    pair.a.app.bus.aside(topic, aside("true"));
    pair.a.app.bus.call(call(2));
    let patience = std::time::Duration::from_secs(20);
    let heard = async {
        for _ in 0..2 {
            assert!(matches!(watcher.next().await, Signal::Poke));
        }
        assert!(matches!(watcher.next().await, Signal::Aside(it) if *it == aside("true")));
        assert_eq!(calls.recv().await.unwrap(), call(2));
    };
    tokio::time::timeout(patience, heard).await.expect("the true words come");
    assert_eq!(pair.b.app.bus.watched(), [(topic, 0)]);
}
