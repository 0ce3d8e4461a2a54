//! PostgreSQL goes away and comes back, in the middle of answers and in the middle of commits.

use std::time::Duration;

use freshet::providers::simulated;
use reqwest::Method;
use serde_json::json;

use super::sender::Sender;
use super::world::{LEASE, World, eventually};

const MODEL: &str = "tokens:n=1500,ms=4";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r09_five_restarts_in_one_answer_cost_no_byte_and_no_send() {
    let mut world = World::with_postgres().await;
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{MODEL}")).await;
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(world.ada.chats_with("simulated/fast").await);
    }
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    for (round, other) in (1..).zip(others) {
        at_b.until_bytes(&receipt.reply, round * 400).await;
        let postgres = world.postgres.as_mut().unwrap();
        postgres.stop().await;
        let refused = world.ada_at(round % 2).tries_to_say(&other, "are you there", None).await;
        assert_eq!(refused.status(), 503);
        assert!(refused.headers().contains_key("retry-after"));
        let (again, there, said) = (sender.clone(), other, format!("round {round}"));
        let waiting = tokio::spawn(async move { again.sends(&there, &said).await });
        world.postgres.as_mut().unwrap().start_again().await;
        waiting.await.unwrap().unwrap();
    }
    assert_eq!(at_a.until_end_of(&receipt.reply).await, "complete");
    world.is_well(&[&at_a, &at_b], &sender.sent()).await;
    assert_eq!(at_b.history().answer(&receipt.reply), simulated::text_of(MODEL, "go").unwrap());
    assert!(sender.answers().iter().all(|(status, when)| *status == 202 || *status == 503 && *when));
    assert_eq!(world.upstream().await["calls"], 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r09_a_crash_of_postgres_takes_back_nothing_that_was_seen() {
    let mut world = World::with_postgres().await;
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{MODEL}")).await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    for round in 1..=3 {
        at_a.until_bytes(&receipt.reply, round * 600).await;
        let postgres = world.postgres.as_mut().unwrap();
        postgres.crash().await;
        postgres.start_again().await;
    }
    assert_eq!(at_b.until_end_of(&receipt.reply).await, "complete");
    world.is_well(&[&at_a, &at_b], &sender.sent()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r09_a_postgres_that_is_away_for_longer_than_a_lease_ends_each_answer_once() {
    let mut world = World::with_postgres().await;
    let sender = world.sender();
    let mut followers = Vec::new();
    let mut receipts = Vec::new();
    for side in [0, 1, 0, 1] {
        let chat = world.ada.chats_with("simulated/tokens:n=2500,ms=4").await;
        followers.push(world.follows_at(side, &format!("at {side}"), &chat));
        followers.push(world.follows_from(side + 1, &format!("not at {side}"), &chat));
        receipts.push((followers.len() - 1, sender.says(&chat, "go").await));
    }
    for (follower, receipt) in &receipts {
        followers[*follower].until_bytes(&receipt.reply, 100).await;
    }
    world.postgres.as_mut().unwrap().stop().await;
    // Time itself is the fault here.
    tokio::time::sleep(LEASE + Duration::from_millis(700)).await;
    world.postgres.as_mut().unwrap().start_again().await;
    for (follower, receipt) in &receipts {
        // Who is first back decides: the owner renews, or the other one reaps.
        let status = followers[*follower].until_end_of(&receipt.reply).await;
        assert!(status == "complete" || status == "interrupted", "{status}");
    }
    let all: Vec<_> = followers.iter().collect();
    world.is_well(&all, &sender.sent()).await;
    world.until_upstream_is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_postgres_that_are_dead_and_do_not_say_so_are_given_up() {
    let world = World::start().await;
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{MODEL}")).await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    at_b.until_bytes(&receipt.reply, 300).await;
    world.sides[0].postgres.swallow();
    let begun = tokio::time::Instant::now();
    // Either A is back before its lease has run out, or B ends the answer. A works again in any case.
    at_b.until_end_of(&receipt.reply).await;
    world.until_upstream_is_quiet().await;
    println!("hung up after {:?}", begun.elapsed());
    let other = world.ada.chats_with("simulated/fast").await;
    let at_a_only = Sender::new(&world.ada, vec![world.doors()[0].clone()]);
    let receipt = at_a_only.says(&other, "again").await;
    println!("accepted after {:?}", begun.elapsed());
    let new = world.follows_at(0, "new at a", &other);
    assert_eq!(new.until_end_of(&receipt.reply).await, "complete");
    println!("answered after {:?}", begun.elapsed());
    world.is_well(&[&at_a, &at_b, &new], &[sender.sent(), at_a_only.sent()].concat()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_whose_commit_was_not_answered_is_in_the_log_once() {
    let world = World::start().await;
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{MODEL}")).await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    for round in 1..=8 {
        at_b.until_bytes(&receipt.reply, round * 300).await;
        world.sides[0].postgres.lose_the_answer_of_a_commit_after("\"n\":\"delta\"");
        eventually("a commit loses its answer", async || {
            world.sides[0].postgres.commits_lost() >= round as u64
        })
        .await;
    }
    assert_eq!(at_a.until_end_of(&receipt.reply).await, "complete");
    world.is_well(&[&at_a, &at_b], &sender.sent()).await;
    assert_eq!(at_b.history().answer(&receipt.reply), simulated::text_of(MODEL, "go").unwrap());
}

/// The hard case: the commit is still under way when the journal looks for its batch. PostgreSQL holds it back while it
/// waits for a standby that does not exist.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_whose_commit_takes_longer_than_its_connection_is_in_the_log_once() {
    let world = World::with_postgres().await;
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{MODEL}")).await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    at_b.until_bytes(&receipt.reply, 300).await;
    let postgres = world.postgres.as_ref().unwrap();
    postgres.runs("ALTER SYSTEM SET synchronous_standby_names = 'nobody'").await;
    postgres.runs("SELECT pg_reload_conf()").await;
    eventually("a commit waits for the standby", async || {
        postgres.counts("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").await > 0
    })
    .await;
    world.sides[0].postgres.cut();
    // The journal has looked, found nothing, and begun again; now the lost commit still has its locks.
    eventually("somebody waits for the lost commit's locks", async || {
        postgres.counts("SELECT count(*) FROM pg_locks WHERE NOT granted").await > 0
    })
    .await;
    postgres.runs("ALTER SYSTEM SET synchronous_standby_names = ''").await;
    postgres.runs("SELECT pg_reload_conf()").await;
    let status = at_a.until_end_of(&receipt.reply).await;
    assert!(status == "complete" || status == "interrupted", "{status}");
    world.is_well(&[&at_a, &at_b], &sender.sent()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_whose_commit_was_not_answered_is_not_done_twice() {
    let world = World::start().await;
    let sender = world.sender();
    let mut followers = Vec::new();
    for round in 0..6 {
        let side = round % 2;
        let chat = world.ada.chats_with("simulated/fast").await;
        followers.push(world.follows_from(side, "somebody", &chat));
        let trap = &world.sides[side].postgres;
        let lost = trap.commits_lost();
        trap.lose_the_answer_of_a_commit_after("message.created");
        // The sender's doors come in turn, this one included.
        let receipt = sender.says(&chat, &format!("round {round}")).await;
        assert_eq!(followers.last().unwrap().until_end_of(&receipt.reply).await, "complete");
        assert_eq!(trap.commits_lost(), lost + 1);
        trap.heal();
    }
    let all: Vec<_> = followers.iter().collect();
    world.is_well(&all, &sender.sent()).await;
    // Whoever sent was told at the first try: the instance has looked what became of the commit.
    assert!(sender.answers().iter().all(|(status, _)| *status == 202), "{:?}", sender.answers());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_whose_commit_was_not_answered_is_written_once_and_heard_of() {
    let world = World::start().await;
    let sender = world.sender();
    let mut followers = Vec::new();
    for round in 0..2 {
        let chat = world.ada.chats_with("simulated/tokens:n=50,ms=4").await;
        followers.push(world.follows_at(0, "a", &chat));
        followers.push(world.follows_at(1, "b", &chat));
        world.sides.iter().for_each(|side| side.postgres.lose_the_answer_of_a_commit_after("reply.ended"));
        let receipt = sender.says(&chat, &format!("round {round}")).await;
        for follower in followers.iter().rev().take(2) {
            assert_eq!(follower.until_end_of(&receipt.reply).await, "complete");
        }
        world.sides.iter().for_each(|side| side.postgres.heal());
    }
    assert_eq!(world.sides.iter().map(|side| side.postgres.commits_lost()).sum::<u64>(), 2);
    let all: Vec<_> = followers.iter().collect();
    world.is_well(&all, &sender.sent()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_whose_commit_was_not_answered_happens_and_is_heard_of() {
    let world = World::start().await;
    let sender = world.sender();
    let chat = world.ada.chats_with("simulated/tokens:n=100000,ms=5").await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    at_b.until_bytes(&receipt.reply, 100).await;
    let path = format!("/chats/{chat}");
    // The words of a statement are on the wire when a connection says it for the first time.
    world.sides[1].postgres.lose_the_answer_of_a_commit_after("SET deleted_at");
    let mut status = 503;
    // At the other instance than the one that writes.
    while status == 503 {
        status = world
            .ada_at(1)
            .request(Method::DELETE, &path)
            .json(&json!({}))
            .send()
            .await
            .unwrap()
            .status()
            .as_u16();
    }
    assert_eq!((status, world.sides[1].postgres.commits_lost()), (404, 1));
    for follower in [&at_a, &at_b] {
        follower.until("it is told", |history| history.over).await;
    }
    world.until_upstream_is_quiet().await;
    for side in [0, 1] {
        let gone = world.ada_at(side).request(Method::GET, &path).send().await.unwrap();
        assert_eq!(gone.status().as_u16(), 404, "at {side}");
    }
}
