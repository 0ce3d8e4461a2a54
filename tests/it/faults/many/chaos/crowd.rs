//! Those who use it meanwhile: they talk without end, in conversations that others watch from both sides.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        follower::{Door, Follower, Way},
        sender::{Receipt, Sender},
    },
    plan::{Kind, Step},
};
use crate::support::{Api, Proxy, history::History};

/// Conversations that are talked in at a time.
const CHATS: usize = 5;
/// What is said to the model that fails on demand.
const SCRIPTS: [&str; 10] = [
    "cut after=300",
    "stall after=100 ms=700",
    "malformed after=200",
    "status 500",
    "status 429 retry_after=1",
    "error_chunk after=50",
    "no_finish",
    "utf8",
    "html200",
    "slow_thinking ms=20",
];
/// Who is asked.
const MODELS: [&str; 5] = ["tokens:n=300,ms=8", "tokens:n=900,ms=3", "thinking:ms=3", "essay:ms=1", "faults"];

/// One conversation that is talked in.
struct Talk {
    chat: String,
    model: &'static str,
    /// The last send that was accepted.
    last: Option<(String, Receipt)>,
}

/// Everybody.
pub struct Crowd {
    ada: Api,
    doors: Vec<Door>,
    roads: Vec<Arc<Proxy>>,
    ports: Vec<u16>,
    /// What they sent.
    pub sender: Sender,
    talks: Vec<Mutex<Talk>>,
    /// Those who watch.
    pub followers: Mutex<Vec<Follower>>,
    /// Conversations that somebody deleted, or tried to.
    pub deleted: Mutex<BTreeSet<String>>,
    /// Roads of single slow readers, kept until the end.
    slow: Mutex<Vec<Proxy>>,
    said: AtomicU64,
    named: AtomicUsize,
    /// No new sends from now on.
    pub over: CancellationToken,
}

impl Crowd {
    /// Five conversations, and two who watch each of them.
    pub async fn gather(ada: Api, doors: Vec<Door>, roads: Vec<Arc<Proxy>>, ports: Vec<u16>) -> Arc<Self> {
        let mut talks = Vec::new();
        for model in MODELS.iter().cycle().take(CHATS) {
            let chat = ada.chats_with(&format!("simulated/{model}")).await;
            talks.push(Mutex::new(Talk { chat, model, last: None }));
        }
        let crowd = Arc::new(Self {
            sender: Sender::by(&ada, doors.clone()),
            ada,
            doors,
            roads,
            ports,
            talks,
            followers: Mutex::default(),
            deleted: Mutex::default(),
            slow: Mutex::default(),
            said: AtomicU64::default(),
            named: AtomicUsize::default(),
            over: CancellationToken::new(),
        });
        for index in 0..CHATS {
            crowd.watch_both(&crowd.talks[index].lock().chat.clone());
        }
        crowd
    }

    /// Talks in one conversation until it is over.
    pub async fn talk(self: Arc<Self>, index: usize, seed: u64) {
        let mut random = StdRng::seed_from_u64(seed ^ index as u64);
        while !self.over.is_cancelled() {
            let (chat, model) = self.place(index);
            let text = self.words(model, random.random());
            match self.sender.sends(&chat, &text).await {
                Ok(receipt) => {
                    self.talks[index].lock().last = Some((text, receipt.clone()));
                    self.waits_for(&chat, &receipt.reply, random.random_range(200..6000)).await;
                }
                Err(code) if code == "not_found" => self.begins_anew(index).await,
                Err(_) => sleep(Duration::from_millis(random.random_range(50..400))).await,
            }
        }
    }

    /// Does what is a person's to do. False when it could not be done.
    pub async fn does(self: &Arc<Self>, step: Step) -> bool {
        let index = usize::try_from(step.dice % CHATS as u64).unwrap();
        let (chat, model) = self.place(index);
        let last = self.talks[index].lock().last.clone();
        match step.kind {
            Kind::StopPressed => {
                // One that is not over yet, if there is any.
                let runs = (0..CHATS).find_map(|index| {
                    let reply = self.talks[index].lock().last.as_ref()?.1.reply.clone();
                    (!self.has_seen_end_of(&reply)).then_some(reply)
                });
                let Some(reply) = runs else { return false };
                let path = format!("/replies/{reply}/cancellation");
                self.tries(step.side, Method::PUT, &path, &json!({})).await.is_some()
            }
            Kind::ChatDeleted => {
                self.deleted.lock().insert(chat.clone());
                let gone = self.tries(step.side, Method::DELETE, &format!("/chats/{chat}"), &json!({})).await;
                self.begins_anew(index).await;
                gone.is_some()
            }
            Kind::SentTwice => {
                let text = self.words(model, step.dice);
                self.sender.sends_twice(&chat, &text).await.is_ok()
            }
            Kind::Regenerated => {
                let Some((text, receipt)) = last else { return false };
                self.sender.regenerates(&chat, &text, &receipt.answer).await.is_ok()
            }
            Kind::TwoTabs => {
                let texts = [self.words(model, step.dice), self.words(model, step.dice / 2)];
                let sent =
                    tokio::join!(self.sender.sends(&chat, &texts[0]), self.sender.sends(&chat, &texts[1]));
                sent.0.is_ok() || sent.1.is_ok()
            }
            Kind::SlowReader => {
                let road = Proxy::before(self.ports[step.side]).await;
                road.rules(|rule| rule.rate = Some(2000));
                let door = Door { side: step.side, base: road.base(), way: Way::Events };
                self.slow.lock().push(road);
                self.watch(&chat, vec![door]);
                true
            }
            Kind::Newcomer => {
                self.watch(&chat, vec![self.doors[step.side].clone()]);
                true
            }
            _ => false,
        }
    }

    /// Whoever was slow may read now.
    pub fn heal(&self) {
        self.slow.lock().iter().for_each(Proxy::heal);
        self.roads.iter().for_each(|road| road.heal());
    }

    fn place(&self, index: usize) -> (String, &'static str) {
        let talk = self.talks[index].lock();
        (talk.chat.clone(), talk.model)
    }

    /// A message like no other.
    fn words(&self, model: &str, dice: u64) -> String {
        let number = self.said.fetch_add(1, Ordering::Relaxed);
        let script = SCRIPTS[usize::try_from(dice % SCRIPTS.len() as u64).unwrap()];
        if model == "faults" { format!("{script} n{number}") } else { format!("words n{number}") }
    }

    /// Another conversation in place of one that is gone.
    async fn begins_anew(&self, index: usize) {
        let (old, model) = self.place(index);
        let body = json!({ "model": format!("simulated/{model}") });
        for side in (0..self.doors.len()).cycle() {
            if self.over.is_cancelled() || self.place(index).0 != old {
                return;
            }
            let made = self.tries(side, Method::POST, "/chats", &body).await;
            let Some(chat) = made.as_ref().and_then(|made| made["id"].as_str()) else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            {
                let mut talk = self.talks[index].lock();
                if talk.chat != old {
                    return;
                }
                *talk = Talk { chat: chat.to_owned(), model, last: None };
            }
            self.watch_both(chat);
            return;
        }
    }

    fn watch_both(&self, chat: &str) {
        let mut doors = self.doors.clone();
        self.watch(chat, doors.clone());
        doors.reverse();
        self.watch(chat, doors);
    }

    fn watch(&self, chat: &str, doors: Vec<Door>) {
        let name = format!("viewer {}", self.named.fetch_add(1, Ordering::Relaxed));
        let follower = Follower::start(&self.ada, doors, History::of(&name, chat, ""));
        self.followers.lock().push(follower);
    }

    fn has_seen_end_of(&self, reply: &str) -> bool {
        self.followers.lock().iter().any(|follower| follower.sees(|seen| seen.ended.contains_key(reply)))
    }

    /// Waits until somebody has seen the end, for so many milliseconds at most.
    async fn waits_for(&self, chat: &str, reply: &str, patience: u64) {
        let ends = async {
            loop {
                let seen = self.followers.lock().iter().any(|follower| {
                    follower.sees(|seen| seen.chat == chat && (seen.over || seen.ended.contains_key(reply)))
                });
                if seen || self.over.is_cancelled() {
                    return;
                }
                sleep(Duration::from_millis(25)).await;
            }
        };
        let _ = tokio::time::timeout(Duration::from_millis(patience), ends).await;
    }

    /// Asks once; the answer if it was a good one.
    async fn tries(&self, side: usize, method: Method, path: &str, body: &Value) -> Option<Value> {
        let who = self.ada.at(&self.doors[side].base);
        let request = who.request(method, path).json(body).timeout(Duration::from_secs(12));
        let answer = request.send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        Some(answer.json().await.unwrap_or(Value::Null))
    }
}
