//! Redis is away, freezes, forgets and loses words. Nothing is kept there, so nothing may be missing.

use std::time::Duration;

use freshet::providers::simulated;
use serde_json::Value;
use tokio::time::sleep;

use super::{
    follower::Follower,
    world::{Shape, World, eventually},
};
use crate::support::history::History;

const MODEL: &str = "tokens:n=1200,ms=4";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r04_without_redis_everything_works_and_says_so_and_it_is_joined_when_it_comes() {
    let mut world = World::shaped(Shape { without_redis: true, ..Shape::default() }).await;
    for side in 0..2 {
        assert_eq!(ready(&world, side).await, (200, "degraded".to_owned()));
    }
    let sender = world.sender();
    let chat = world.ada.chats_with("simulated/tokens:n=300,ms=4").await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "alone").await;
    assert_eq!(at_a.until_end_of(&receipt.reply).await, "complete");
    assert_eq!(at_b.until_end_of(&receipt.reply).await, "complete");
    world.redis.start_again();
    for side in 0..2 {
        eventually("it is joined", async || ready(&world, side).await == (200, "ready".to_owned())).await;
    }
    let receipt = sender.says(&chat, "together").await;
    at_b.until_end_of(&receipt.reply).await;
    world.is_well(&[&at_a, &at_b], &sender.sent()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_a_redis_that_dies_in_the_middle_costs_no_byte_and_little_time() {
    let mut all = World::start().await;
    let seen = during(&mut all, async |world, at_b, reply| {
        at_b.until_bytes(reply, 500).await;
        world.redis.stop();
        // Four seconds of an answer without it.
        at_b.until_bytes(reply, 5000).await;
        world.redis.start_again();
    })
    .await;
    println!("what came late came {:?} late", lateness(&seen));
    assert!(lateness(&seen) < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_a_redis_that_freezes_in_the_middle_costs_no_byte_and_little_time() {
    let mut all = World::start().await;
    let seen = during(&mut all, async |world, at_b, reply| {
        at_b.until_bytes(reply, 500).await;
        world.redis.freeze();
        at_b.until_bytes(reply, 5000).await;
        world.redis.thaw();
    })
    .await;
    println!("what came late came {:?} late", lateness(&seen));
    assert!(lateness(&seen) < Duration::from_secs(15));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r05_a_road_to_redis_that_is_stalled_slow_or_cut_costs_no_byte() {
    let mut all = World::start().await;
    during(&mut all, async |world, at_b, reply| {
        for round in 1..=3 {
            at_b.until_bytes(reply, round * 700).await;
            world.sides[0].redis.rules(|rule| rule.stall_up = true);
            world.sides[1].redis.rules(|rule| rule.stall_down = true);
            at_b.until_bytes(reply, round * 700 + 300).await;
            world.sides.iter().for_each(|side| side.redis.heal());
            world.sides[0].redis.rules(|rule| rule.delay = Duration::from_millis(40));
            world.sides[1].redis.reset();
        }
        world.sides.iter().for_each(|side| side.redis.heal());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r06_a_redis_that_comes_back_empty_is_no_reason_to_wait_or_to_start_over() {
    let mut all = World::start().await;
    during(&mut all, async |world, at_b, reply| {
        for round in 1..=4 {
            at_b.until_bytes(reply, round * 800).await;
            world.redis.command(&["FLUSHALL"]);
            at_b.until_bytes(reply, round * 800 + 300).await;
            world.redis.stop();
            world.redis.start_again();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r07_listeners_that_are_killed_five_times_a_second_miss_nothing_not_even_the_end() {
    let mut all = World::start().await;
    let seen = during(&mut all, async |world, at_b, reply| {
        while at_b.sees(|seen| !seen.ended.contains_key(reply)) {
            world.redis.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
            sleep(Duration::from_millis(200)).await;
        }
    })
    .await;
    println!("what came late came {:?} late", lateness(&seen));
}

/// Breaks things during an answer that A writes and that is watched at both; everybody must have seen all of it.
async fn during(world: &mut World, breaks: impl AsyncFnOnce(&mut World, &Follower, &str)) -> [History; 2] {
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{MODEL}")).await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    breaks(world, &at_b, &receipt.reply).await;
    assert_eq!(at_a.until_end_of(&receipt.reply).await, "complete");
    world.is_well(&[&at_a, &at_b], &sender.sent()).await;
    let seen = [at_a.history(), at_b.history()];
    for history in &seen {
        assert_eq!(history.answer(&receipt.reply), simulated::text_of(MODEL, "go").unwrap());
        assert_eq!(history.resets(), 1, "the first one");
    }
    seen
}

/// How much later than the first viewer the second one was told of the same, at most.
fn lateness([at_a, at_b]: &[History; 2]) -> Duration {
    let late = |line: &crate::support::history::Line| {
        let there = at_a.lines.iter().find(|other| other.place == line.place)?;
        Some(line.at.saturating_duration_since(there.at))
    };
    at_b.lines.iter().filter(|line| line.place.is_some()).filter_map(late).max().unwrap()
}

async fn ready(world: &World, side: usize) -> (u16, String) {
    let answer = reqwest::get(format!("{}/health/ready", world.doors()[side])).await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["status"].as_str().unwrap().to_owned())
}
