//! Two instances that share everything several instances share.

use std::time::{Duration, Instant};

use freshet::{app::Nature, platform::bus::Reach};
use serde_json::Value;

use crate::support::{Database, Redis, TestApp};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// The key of installations that are made here.
pub const KEY: &str = "8f1d3a5c7b9e02d4f6183a5c7e90b2d4f61b3a5c7e9fb2d4061830557c9eb2d4";

/// Instances A and B on one database and one Redis.
pub struct Pair {
    pub a: TestApp,
    pub b: TestApp,
    pub redis: Redis,
}

impl Pair {
    /// Both, with a Redis that runs, and in touch.
    pub async fn start() -> Self {
        let pair = Self::start_on(Redis::start()).await;
        pair.is_in_touch().await;
        pair
    }

    /// Both, with this Redis.
    pub async fn start_on(redis: Redis) -> Self {
        let database = Database::new().await;
        let url = redis.url();
        let settings = [("REDIS_URL", url.as_str()), ("ENCRYPTION_KEY", KEY)];
        let a = TestApp::start_on(database.clone(), &settings, Nature::default()).await;
        let b = TestApp::start_on(database, &settings, Nature::default()).await;
        Self { a, b, redis }
    }

    /// Waits until both reach Redis.
    pub async fn is_in_touch(&self) {
        self.waits_for(|it| [&it.a, &it.b].iter().all(|app| app.app.bus.reach() != Reach::Away)).await;
    }

    /// Waits until both have noticed that Redis is away.
    pub async fn is_apart(&self) {
        self.waits_for(|it| [&it.a, &it.b].iter().all(|app| app.app.bus.reach() == Reach::Away)).await;
    }

    /// Waits for a condition that nothing tells of.
    pub async fn waits_for(&self, condition: impl Fn(&Self) -> bool) {
        eventually(|| condition(self)).await;
    }
}

/// Waits for a condition that nothing tells of.
pub async fn eventually(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "it does not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What `/health/ready` says, with its status.
pub async fn health(app: &TestApp) -> (u16, Value) {
    let answer = reqwest::get(format!("{}/health/ready", app.base)).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}
