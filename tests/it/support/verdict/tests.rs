//! A verdict that can't be guilty is worth nothing: each invariant is broken here once.

use serde_json::json;

use super::*;

/// A conversation `c` with a message `hi` and its reply `r`, which says "abcdef"; and somebody who saw all of it.
struct Case {
    seen: History,
    sends: Vec<Sent>,
    truth: Truth,
}

fn delta(from: u64, text: &str) -> serde_json::Value {
    let to = from + text.len() as u64;
    json!({ "reply": "r", "part": "answer", "from": from, "to": to, "text": text })
}

impl Case {
    fn good() -> Self {
        let mut seen = History::of("ada", "c", "7.0");
        seen.take("message.created", "7.1", &json!({}));
        seen.take("reply.started", "7.2", &json!({}));
        seen.take("delta", "7.3", &delta(0, "abc"));
        seen.take("delta", "7.4", &delta(3, "def"));
        seen.take("reply.ended", "7.5", &json!({ "reply": "r", "status": "complete" }));
        let texts = BTreeMap::from([("answer".to_owned(), "abcdef".to_owned())]);
        let reply = Reply { status: "complete".into(), texts };
        let log = seen.lines.iter().map(|line| line.what.clone()).collect();
        let replies = BTreeMap::from([("r".to_owned(), reply)]);
        let chat = Chat { head: (7, 5), said: vec!["hi".into()], replies, log };
        let sent = Sent {
            chat: "c".into(),
            text: "hi".into(),
            again: false,
            outcome: Outcome::Accepted("r".into()),
        };
        let truth = Truth {
            chats: BTreeMap::from([("c".to_owned(), chat)]),
            calls: BTreeMap::from([("hi".to_owned(), 1)]),
            ..Truth::default()
        };
        Self { seen, sends: vec![sent], truth }
    }

    fn chat(&mut self) -> &mut Chat {
        self.truth.chats.get_mut("c").unwrap()
    }

    fn found(&self) -> Vec<&'static str> {
        let found = check(std::slice::from_ref(&self.seen), &self.sends, &self.truth);
        found.into_iter().map(|violation| violation.invariant).collect()
    }

    /// The same conversation as seen in other events.
    fn seeing(mut self, events: &[(&str, &str, serde_json::Value)]) -> Self {
        self.seen = History::of("ada", "c", "7.2");
        for (name, id, data) in events {
            self.seen.take(name, id, data);
        }
        self
    }
}

fn end() -> serde_json::Value {
    json!({ "reply": "r", "status": "complete" })
}

#[test]
fn what_is_good_is_found_good() {
    assert!(Case::good().found().is_empty());
}

#[test]
fn text_that_is_taken_back_is_found_also_when_a_reset_hides_it() {
    let mut case = Case::good();
    let texts = BTreeMap::from([("answer".to_owned(), "abcdeX".to_owned())]);
    case.chat().replies.get_mut("r").unwrap().texts = texts;
    assert!(case.found().contains(&"I1"));

    let snapshot = json!({ "snapshot": { "messages": [
        { "text": "abcdef", "reply": { "id": "r", "status": "complete" } } ] } });
    let case = Case::good().seeing(&[("delta", "7.3", delta(0, "abX")), ("reset", "7.5", snapshot)]);
    assert_eq!(case.found(), ["I1", "I1"]);
}

#[test]
fn a_byte_that_comes_twice_and_one_that_never_comes_are_found() {
    let twice = Case::good().seeing(&[
        ("delta", "7.3", delta(0, "abc")),
        ("delta", "7.4", delta(0, "abcdef")),
        ("reply.ended", "7.5", end()),
    ]);
    assert_eq!(twice.found(), ["I2"]);
    let missing = Case::good().seeing(&[("delta", "7.3", delta(0, "abc")), ("reply.ended", "7.5", end())]);
    assert_eq!(missing.found(), ["I2", "I6"]);
    let mut log = Case::good();
    log.chat().log.remove(2);
    assert_eq!(log.found(), ["I2", "I6"]);
}

#[test]
fn an_order_that_goes_back_and_an_epoch_that_changes_are_found() {
    let back = Case::good().seeing(&[
        ("delta", "7.3", delta(0, "abc")),
        ("delta", "7.4", delta(3, "def")),
        ("reply.thought", "7.4", json!({})),
        ("reply.ended", "7.5", end()),
    ]);
    assert_eq!(back.found(), ["I3"]);
    let epoch = Case::good().seeing(&[("delta", "7.3", delta(0, "abcdef")), ("reply.ended", "6.5", end())]);
    assert!(epoch.found().contains(&"I3"));
}

#[test]
fn a_second_end_a_missing_one_and_text_behind_it_are_found() {
    let mut case = Case::good();
    case.seen.take("reply.ended", "7.6", &end());
    case.chat().head = (7, 6);
    assert_eq!(case.found(), ["I4"]);
    case = Case::good();
    case.chat().log.pop();
    assert_eq!(case.found(), ["I4"]);
    let late = Case::good().seeing(&[
        ("delta", "7.3", delta(0, "abc")),
        ("reply.ended", "7.4", end()),
        ("delta", "7.5", delta(3, "def")),
    ]);
    assert!(late.found().contains(&"I4"));
}

#[test]
fn a_send_that_is_lost_doubled_or_done_though_refused_is_found() {
    let mut lost = Case::good();
    lost.chat().said.clear();
    assert_eq!(lost.found(), ["I5"]);
    let mut doubled = Case::good();
    doubled.chat().said.push("hi".into());
    assert_eq!(doubled.found(), ["I5"]);
    let mut refused = Case::good();
    refused.sends[0].outcome = Outcome::Refused("reply_running".into());
    assert_eq!(refused.found(), ["I5", "I7"]);
    let mut gone = Case::good();
    gone.truth.chats.clear();
    assert!(gone.found().contains(&"I5"));
}

#[test]
fn a_client_that_stands_elsewhere_is_found() {
    let mut behind = Case::good();
    behind.seen.lines.pop();
    behind.seen.last = Some((7, 4));
    assert_eq!(behind.found(), ["I6"]);
    let mut away = Case::good();
    away.seen.note(What::Gone);
    assert_eq!(away.found(), ["I6"]);
    let mut haunted = Case::good();
    haunted.truth.chats.clear();
    haunted.truth.deleted.insert("c".into());
    assert_eq!(haunted.found(), ["I6"]);
}

#[test]
fn a_model_that_is_called_twice_and_a_reply_that_nobody_writes_are_found() {
    let mut called = Case::good();
    called.truth.calls.insert("hi".into(), 2);
    assert_eq!(called.found(), ["I7"]);
    let mut orphan = Case::good();
    orphan.truth.overdue.push("r".into());
    assert_eq!(orphan.found(), ["I8"]);
}
