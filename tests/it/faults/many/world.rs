//! Several instances with everything they stand on, and a proxy on every road.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use sqlx::{Connection as _, PgConnection};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    follower::{Door, Follower, Way},
    sender::Sender,
};
use crate::support::{
    Api, Database, Instance, Postgres, Proxy, Redis,
    history::{self, History, What},
    simulator,
    verdict::{self, Chat, Reply, Sent, Truth, Violation},
};

/// How long after healing everybody must agree, on a machine that has nothing else to do.
const SOON: Duration = Duration::from_secs(10);
/// How much longer that may take on ours.
const BUSY: u32 = 3;
/// What every instance derives its keys from.
const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// How long a lease lives here, in milliseconds.
pub const LEASE: Duration = Duration::from_secs(2);

/// One instance and its roads.
pub struct Side {
    /// The program.
    pub instance: Instance,
    /// Clients come through here.
    pub door: Arc<Proxy>,
    /// Its road to PostgreSQL.
    pub postgres: Proxy,
    /// Its road to Redis.
    pub redis: Proxy,
    /// Its road to the simulated provider.
    pub provider: Proxy,
}

/// What a world is made of.
#[derive(Default, Clone, Copy)]
pub struct Shape {
    /// A PostgreSQL that can be broken, instead of a database on the suite's.
    pub own_postgres: bool,
    /// Redis does not run at the beginning.
    pub without_redis: bool,
    /// Settings of all instances.
    pub settings: &'static [(&'static str, &'static str)],
}

/// Two instances on one database, one Redis and one simulated provider.
pub struct World {
    /// The instances.
    pub sides: Vec<Side>,
    /// The PostgreSQL, when it is this world's own.
    pub postgres: Option<Postgres>,
    /// The Redis.
    pub redis: Redis,
    /// Somebody with an account, at the first instance.
    pub ada: Api,
    simulator: String,
    database: String,
}

impl World {
    /// Two instances on the suite's PostgreSQL.
    pub async fn start() -> Self {
        Self::shaped(Shape::default()).await
    }

    /// Two instances on a PostgreSQL of their own, which can be broken.
    pub async fn with_postgres() -> Self {
        Self::shaped(Shape { own_postgres: true, ..Shape::default() }).await
    }

    /// Two instances.
    pub async fn shaped(shape: Shape) -> Self {
        let postgres = if shape.own_postgres { Some(Postgres::start().await) } else { None };
        let database = match &postgres {
            Some(postgres) => postgres.url(),
            None => Database::new().await.url,
        };
        let redis = if shape.without_redis { Redis::absent() } else { Redis::start() };
        let simulator = simulator().await;
        let mut sides = Vec::new();
        for name in ["A", "B"] {
            sides.push(side(name, &database, &redis, &simulator, shape.settings).await);
        }
        // One after the other: the first one makes the tables.
        for side in &mut sides {
            side.instance.start().await;
        }
        let ada = Api::sign_up(&sides[0].door.base(), "ada").await;
        Self { sides, postgres, redis, ada, simulator, database }
    }

    /// Where clients find the instances.
    pub fn doors(&self) -> Vec<String> {
        self.sides.iter().map(|side| side.door.base()).collect()
    }

    /// Ada at one of the instances.
    pub fn ada_at(&self, side: usize) -> Api {
        self.ada.at(&self.sides[side].door.base())
    }

    /// Somebody who sends for Ada, to any instance, until it is accepted or refused.
    pub fn sender(&self) -> Sender {
        Sender::new(&self.ada, self.doors())
    }

    /// Follows a conversation from its snapshot on at one instance, and comes back to the same one.
    pub fn follows_at(&self, side: usize, name: &str, chat: &str) -> Follower {
        self.goes_on(&[(side, Way::Events)], History::of(name, chat, ""))
    }

    /// Follows a conversation from its snapshot on, first at one instance and after each break at the next one.
    pub fn follows_from(&self, first: usize, name: &str, chat: &str) -> Follower {
        let ways = [(first % 2, Way::Events), ((first + 1) % 2, Way::Events)];
        self.goes_on(&ways, History::of(name, chat, ""))
    }

    /// Goes on from what is known, first in one way and after each break in the next one.
    pub fn goes_on(&self, ways: &[(usize, Way)], known: History) -> Follower {
        Follower::start(&self.ada, self.doors_of(ways), known)
    }

    /// Where one gets in, in these ways.
    pub fn doors_of(&self, ways: &[(usize, Way)]) -> Vec<Door> {
        let door =
            |(side, way): &(usize, Way)| Door { side: *side, base: self.sides[*side].door.base(), way: *way };
        ways.iter().map(door).collect()
    }

    /// What the simulated provider has counted.
    pub async fn upstream(&self) -> Value {
        reqwest::get(format!("{}/_sim/stats", self.simulator)).await.unwrap().json().await.unwrap()
    }

    /// Waits until the provider streams nothing any more.
    pub async fn until_upstream_is_quiet(&self) {
        eventually("the provider is left alone", async || self.upstream().await["active"] == 0).await;
    }

    /// Waits until nothing runs and every client stands where its log ends; then speaks the verdict. Gives how long the
    /// agreement took. Conversations that are `deleted` may be gone.
    pub async fn settles(
        &self,
        followers: &[&Follower],
        sends: &[Sent],
        deleted: &BTreeSet<String>,
    ) -> (Duration, Vec<Violation>) {
        let healed = Instant::now();
        let mut truth = self.truth().await;
        while !settled(&truth, followers) && healed.elapsed() < SOON * BUSY {
            tokio::time::sleep(Duration::from_millis(50)).await;
            truth = self.truth().await;
        }
        truth.deleted.clone_from(deleted);
        let took = healed.elapsed();
        let histories: Vec<History> = followers.iter().map(|follower| follower.history()).collect();
        (took, verdict::check(&histories, sends, &truth))
    }

    /// [`World::settles`] without a violation.
    pub async fn is_well(&self, followers: &[&Follower], sends: &[Sent]) {
        let (took, violations) = self.settles(followers, sends, &BTreeSet::new()).await;
        let said: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert!(said.is_empty(), "after {took:?}:\n{}", said.join("\n"));
    }

    /// What is stored, past every instance and proxy.
    pub async fn truth(&self) -> Truth {
        let mut truth = Truth { calls: self.calls().await, ..Truth::default() };
        let mut db = PgConnection::connect(&self.database).await.unwrap();
        let heads: Vec<(Uuid, i64, i64)> =
            sqlx::query_as("SELECT id, epoch, head FROM logs").fetch_all(&mut db).await.unwrap();
        for (chat, epoch, head) in heads {
            let head = (u64::try_from(epoch).unwrap(), u64::try_from(head).unwrap());
            truth.chats.insert(chat.to_string(), Chat { head, ..Chat::default() });
        }
        let said: Vec<(Uuid, String)> =
            sqlx::query_as("SELECT conversation_id, text FROM messages WHERE role = 'user'")
                .fetch_all(&mut db)
                .await
                .unwrap();
        for (chat, text) in said {
            truth.chats.entry(chat.to_string()).or_default().said.push(text);
        }
        let replies: Vec<(Uuid, Uuid, String, String, String)> = sqlx::query_as(
            "SELECT r.id, r.conversation_id, r.status, m.text, m.thinking
             FROM replies r JOIN messages m ON m.id = r.message_id",
        )
        .fetch_all(&mut db)
        .await
        .unwrap();
        for (id, chat, status, answer, thinking) in replies {
            let texts = BTreeMap::from([("answer".to_owned(), answer), ("thinking".to_owned(), thinking)]);
            let chat = truth.chats.entry(chat.to_string()).or_default();
            chat.replies.insert(id.to_string(), Reply { status, texts });
        }
        let entries: Vec<(Uuid, String, String)> = sqlx::query_as(
            "SELECT log_id, name, data FROM entries WHERE name IN ('delta', 'reply.ended') ORDER BY log_id, seq",
        )
        .fetch_all(&mut db)
        .await
        .unwrap();
        for (chat, name, data) in entries {
            let data: Value = serde_json::from_str(&data).unwrap();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let what = match name.as_str() {
                "delta" => What::Delta(history::piece(&data)),
                _ => What::Ended { reply: text(&data["reply"]), status: text(&data["status"]) },
            };
            truth.chats.entry(chat.to_string()).or_default().log.push(what);
        }
        let overdue: Vec<(Uuid,)> = sqlx::query_as(
            "SELECT r.id FROM replies r LEFT JOIN leases l ON l.id = r.id
             WHERE r.status = 'running' AND (l.id IS NULL
                OR l.expires_at < CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) - 5000)",
        )
        .fetch_all(&mut db)
        .await
        .unwrap();
        truth.overdue = overdue.into_iter().map(|(id,)| id.to_string()).collect();
        let _ = db.close().await;
        truth
    }

    async fn calls(&self) -> BTreeMap<String, u64> {
        let calls = self.upstream().await["calls_by_prompt"].clone();
        let mut calls: BTreeMap<String, u64> = serde_json::from_value(calls).unwrap();
        // A provider that refuses has done nothing: it may be asked again (R16).
        calls.retain(|prompt, _| !prompt.starts_with("status "));
        calls
    }
}

fn settled(truth: &Truth, followers: &[&Follower]) -> bool {
    let runs = truth
        .chats
        .values()
        .any(|chat| chat.replies.values().filter(|reply| reply.status == "running").count() > chat.unheard());
    !runs
        && followers.iter().all(|follower| {
            follower.sees(|history| match truth.chats.get(&history.chat) {
                Some(chat) => history.over || history.last == Some(chat.head),
                None => history.over,
            })
        })
}

async fn side(name: &str, database: &str, redis: &Redis, simulator: &str, settings: &[(&str, &str)]) -> Side {
    let mut database = url::Url::parse(database).unwrap();
    let postgres = Proxy::before(database.port().unwrap()).await;
    database.set_port(Some(postgres.port())).unwrap();
    let redis = Proxy::before(redis.port()).await;
    let provider = Proxy::before(url::Url::parse(simulator).unwrap().port().unwrap()).await;
    let mut all: Vec<(String, String)> = [
        ("DATABASE_URL", database.to_string()),
        ("REDIS_URL", format!("redis://127.0.0.1:{}/0", redis.port())),
        ("FRESHET_SIMULATED_URL", format!("{}/v1", provider.base())),
        ("ENCRYPTION_KEY", KEY.to_owned()),
        ("FRESHET_LEASE_SECONDS", LEASE.as_secs().to_string()),
        ("FRESHET_GATHER_MS", "10".to_owned()),
        ("FRESHET_TITLE_MODEL", "off".to_owned()),
        ("FRESHET_DRAIN_SECONDS", "5".to_owned()),
        ("FRESHET_WORKERS", "1".to_owned()),
        ("FRESHET_STREAMS_PER_USER", "10000".to_owned()),
        ("LOG_LEVEL", "info".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let instance = Instance::new(&format!("instance {name}"), all);
    let door = Arc::new(Proxy::before(instance.port).await);
    Side { instance, door, postgres, redis, provider }
}

/// Waits for something that must come to pass.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
