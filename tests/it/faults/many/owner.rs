//! The instance that writes an answer goes away, or falls asleep.

use freshet::providers::simulated;

use super::world::{LEASE, World};

const MODEL: &str = "tokens:n=3000,ms=2";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r02_when_the_owner_is_killed_the_other_instance_reports_it_and_the_text_stays() {
    let mut world = World::start().await;
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{MODEL}")).await;
    let at_b = world.follows_at(1, "b", &chat);
    // The sender's first door is A's: that is who writes the answer.
    let receipt = sender.says(&chat, "go").await;
    at_b.until_bytes(&receipt.reply, 1000).await;
    world.sides[0].instance.kill();
    let killed = std::time::Instant::now();
    assert_eq!(at_b.until_end_of(&receipt.reply).await, "interrupted");
    assert!(killed.elapsed() < LEASE * 10, "{:?}", killed.elapsed());
    let seen = at_b.history();
    assert!(seen.answer(&receipt.reply).len() >= 1000);
    assert!(simulated::text_of(MODEL, "go").unwrap().starts_with(seen.answer(&receipt.reply)));
    world.is_well(&[&at_b], &sender.sent()).await;
    world.until_upstream_is_quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r03_an_owner_that_wakes_up_after_its_lease_writes_nothing_and_lets_go() {
    let world = World::start().await;
    let sender = world.sender();
    let chat = world.ada.chats_with("simulated/tokens:n=100000,ms=5").await;
    let (at_a, at_b) = (world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat));
    let receipt = sender.says(&chat, "go").await;
    at_b.until_bytes(&receipt.reply, 500).await;
    world.sides[0].instance.freeze();
    assert_eq!(at_b.until_end_of(&receipt.reply).await, "interrupted");
    let stored = world.ada_at(1).reply(&receipt.reply).await;
    assert_eq!(world.upstream().await["active"], 1, "the frozen one still holds the provider's connection");
    world.sides[0].instance.thaw();
    world.until_upstream_is_quiet().await;
    assert_eq!(world.upstream().await["disconnected"], 1);
    assert_eq!(world.ada_at(0).reply(&receipt.reply).await, stored);
    world.is_well(&[&at_a, &at_b], &sender.sent()).await;
}
