//! What breaks: the parts of a world, each of which has one fault of its own at a time.

use std::{collections::BTreeMap, mem, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::Mutex as Turn,
    time::{sleep, timeout},
};

use super::{
    super::world::World,
    plan::{Kind, Step},
};
use crate::support::{Instance, Postgres, Proxy, Redis};

/// How long an instance may take from SIGTERM to its end: its answers' five seconds, goodbyes, and a busy machine.
const DEPARTURE: Duration = Duration::from_secs(25);

/// The parts.
pub struct Ground {
    instances: Vec<Turn<Instance>>,
    postgres: Turn<Postgres>,
    redis: Turn<Redis>,
    roads: Vec<Roads>,
    /// How often each kind came to pass.
    pub done: Mutex<BTreeMap<Kind, usize>>,
    /// What was seen on the way that must not be.
    pub wrong: Mutex<Vec<String>>,
}

struct Roads {
    door: Arc<Proxy>,
    postgres: Proxy,
    redis: Proxy,
    provider: Proxy,
}

impl Ground {
    /// Takes the parts out of a world, which keeps what it needs to look at them.
    pub async fn of(world: &mut World) -> Self {
        let (mut instances, mut roads) = (Vec::new(), Vec::new());
        for side in &mut world.sides {
            let spent = || Instance::new("nobody", Vec::new());
            instances.push(Turn::new(mem::replace(&mut side.instance, spent())));
            let mut road = Vec::new();
            for road_of in [&mut side.postgres, &mut side.redis, &mut side.provider] {
                road.push(mem::replace(road_of, Proxy::before(9).await));
            }
            let (provider, redis, postgres) = (road.pop(), road.pop(), road.pop());
            roads.push(Roads {
                door: Arc::clone(&side.door),
                postgres: postgres.unwrap(),
                redis: redis.unwrap(),
                provider: provider.unwrap(),
            });
        }
        Self {
            instances,
            roads,
            postgres: Turn::new(world.postgres.take().unwrap()),
            redis: Turn::new(mem::replace(&mut world.redis, Redis::absent())),
            done: Mutex::default(),
            wrong: Mutex::default(),
        }
    }

    /// Lets one fault happen, from its beginning to its end. False when it is not this part's.
    pub async fn suffers(&self, step: Step) -> bool {
        let happened = match step.kind {
            Kind::InstanceKilled | Kind::InstanceFrozen | Kind::InstanceTerminated => {
                self.instance(step).await
            }
            Kind::PostgresRestarted
            | Kind::PostgresCrashed
            | Kind::PostgresFrozen
            | Kind::PostgresSessionsEnded => self.postgres(step).await,
            Kind::RedisRestarted
            | Kind::RedisFrozen
            | Kind::RedisEmptied
            | Kind::RedisPubsubKilled
            | Kind::RedisClientsKilled => self.redis(step).await,
            _ => match self.road(step).await {
                None => return false,
                Some(happened) => happened,
            },
        };
        if happened {
            self.count(step.kind);
        }
        true
    }

    /// It came to pass.
    pub fn count(&self, kind: Kind) {
        *self.done.lock().entry(kind).or_default() += 1;
    }

    /// Everything runs, and every road is open.
    pub async fn heal(&self) {
        for road in &self.roads {
            [&*road.door, &road.postgres, &road.redis, &road.provider].into_iter().for_each(Proxy::heal);
        }
        for instance in &self.instances {
            let instance = instance.lock().await;
            assert!(instance.runs(), "every fault puts back what it has taken");
            if instance.log().contains("panicked at") {
                self.wrong.lock().push("an instance panicked".into());
            }
        }
    }

    async fn instance(&self, step: Step) -> bool {
        let Ok(mut instance) = self.instances[step.side].try_lock() else { return false };
        match step.kind {
            Kind::InstanceKilled => instance.kill(),
            Kind::InstanceFrozen => {
                instance.freeze();
                sleep(step.lasts).await;
                instance.thaw();
                return true;
            }
            _ => {
                instance.terminate();
                match timeout(DEPARTURE, instance.ended()).await {
                    Ok(Some(0)) => {}
                    Ok(other) => self.wrong.lock().push(format!("an instance ended with {other:?}")),
                    Err(_) => {
                        self.wrong.lock().push(format!("an instance did not end within {DEPARTURE:?}"));
                        instance.kill();
                    }
                }
            }
        }
        sleep(step.lasts).await;
        instance.start().await;
        true
    }

    async fn postgres(&self, step: Step) -> bool {
        let Ok(mut postgres) = self.postgres.try_lock() else { return false };
        match step.kind {
            Kind::PostgresRestarted => postgres.stop().await,
            Kind::PostgresCrashed => postgres.crash().await,
            Kind::PostgresFrozen => {
                postgres.freeze();
                sleep(step.lasts).await;
                postgres.thaw();
                return true;
            }
            _ => {
                let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'freshet'";
                postgres.runs(others).await;
                return true;
            }
        }
        sleep(step.lasts).await;
        postgres.start_again().await;
        true
    }

    async fn redis(&self, step: Step) -> bool {
        let Ok(mut redis) = self.redis.try_lock() else { return false };
        match step.kind {
            Kind::RedisRestarted => {
                redis.stop();
                sleep(step.lasts).await;
                redis.start_again();
            }
            Kind::RedisFrozen => {
                redis.freeze();
                sleep(step.lasts).await;
                redis.thaw();
            }
            Kind::RedisEmptied => drop(redis.command(&["FLUSHALL"])),
            Kind::RedisPubsubKilled => drop(redis.command(&["CLIENT", "KILL", "TYPE", "pubsub"])),
            _ => drop(redis.command(&["CLIENT", "KILL", "TYPE", "normal"])),
        }
        true
    }

    async fn road(&self, step: Step) -> Option<bool> {
        let road = &self.roads[step.side];
        let up = step.dice.is_multiple_of(2);
        match step.kind {
            Kind::PostgresCut => road.postgres.cut(),
            Kind::PostgresReset => road.postgres.reset(),
            Kind::PostgresStalled => stall(&road.postgres, up, step.lasts).await,
            Kind::PostgresSlow => slow(&road.postgres, step).await,
            Kind::PostgresSwallowed => road.postgres.swallow(),
            Kind::BatchCommitUnanswered => return lose(&road.postgres, "\"n\":\"delta\"", step).await,
            Kind::SendCommitUnanswered => return lose(&road.postgres, "message.created", step).await,
            Kind::EndCommitUnanswered => return lose(&road.postgres, "reply.ended", step).await,
            Kind::RedisSwallowed => road.redis.swallow(),
            Kind::ProviderSwallowed => road.provider.swallow(),
            Kind::RedisCut => road.redis.cut(),
            Kind::RedisStalled => stall(&road.redis, up, step.lasts).await,
            Kind::RedisSlow => slow(&road.redis, step).await,
            Kind::ClientsCut => road.door.cut(),
            Kind::ClientsReset => road.door.reset(),
            Kind::ClientsStalled => stall(&road.door, up, step.lasts).await,
            Kind::ClientsThrottled => {
                road.door.rules(|rule| rule.rate = Some(500 + step.dice % 5000));
                sleep(step.lasts).await;
                road.door.rules(|rule| rule.rate = None);
            }
            Kind::ClientsHalved => road.door.halve(),
            Kind::ClientsRefused => refuse(&road.door, step.lasts).await,
            Kind::ClientsResetAfterBytes => road.door.reset_after(step.dice % 20_000),
            Kind::ProviderCut => road.provider.cut(),
            Kind::ProviderReset => road.provider.reset(),
            Kind::ProviderStalled => stall(&road.provider, up, step.lasts).await,
            Kind::ProviderRefused => refuse(&road.provider, step.lasts).await,
            _ => return None,
        }
        Some(true)
    }
}

async fn stall(road: &Proxy, up: bool, lasts: Duration) {
    road.rules(|rule| if up { rule.stall_up = true } else { rule.stall_down = true });
    sleep(lasts).await;
    road.rules(|rule| if up { rule.stall_up = false } else { rule.stall_down = false });
}

async fn slow(road: &Proxy, step: Step) {
    road.rules(|rule| rule.delay = Duration::from_millis(5 + step.dice % 100));
    sleep(step.lasts).await;
    road.rules(|rule| rule.delay = Duration::ZERO);
}

async fn refuse(road: &Proxy, lasts: Duration) {
    road.rules(|rule| rule.refuse = true);
    road.reset();
    sleep(lasts).await;
    road.rules(|rule| rule.refuse = false);
}

/// Whether a commit has come by.
async fn lose(road: &Proxy, word: &'static str, step: Step) -> Option<bool> {
    let before = road.commits_lost();
    road.lose_the_answer_of_a_commit_after(word);
    sleep(step.lasts).await;
    Some(road.commits_lost() > before)
}
