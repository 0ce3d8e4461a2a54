//! Everything at once: two instances, people who talk and watch at both, and faults of forty-three kinds that overlap, drawn
//! by a seed. In the end everything is healed, and I1 to I8 must hold.
//!
//! `just chaos SEED SECONDS` runs it for long; a short run is one of the tests.

mod crowd;
mod ground;
mod plan;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::sleep};

use self::{crowd::Crowd, ground::Ground, plan::plan};
use super::{
    follower::{Door, UNREADABLE, Way},
    world::{Shape, World},
};
use crate::support::{history::What, verdict::Violation};

/// How each instance is set up: short patience with the provider.
const SETTINGS: &[(&str, &str)] = &[("FRESHET_UPSTREAM_IDLE_SECONDS", "5")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_breaks_everybody_agrees_in_the_end() {
    rage(4, Duration::from_secs(20)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "scripts/chaos runs it, with a seed and a time of its own"]
async fn for_as_long_as_you_like() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).ok().map_or(usual, |value| value.parse().expect("a number"))
    };
    let seconds = number("FRESHET_TEST_CHAOS_SECONDS", 300);
    rage(number("FRESHET_TEST_CHAOS_SEED", 1), Duration::from_secs(seconds)).await;
}

async fn rage(seed: u64, time: Duration) {
    println!("chaos: seed {seed}, {} s", time.as_secs());
    let shape = Shape { own_postgres: true, settings: SETTINGS, ..Shape::default() };
    let mut world = World::shaped(shape).await;
    let ports = world.sides.iter().map(|side| side.instance.port).collect();
    let roads = world.sides.iter().map(|side| Arc::clone(&side.door)).collect();
    let ground = Arc::new(Ground::of(&mut world).await);
    // Each viewer changes the instance and the transport after every break.
    let ways = [(0, Way::Events), (1, Way::Socket), (0, Way::Socket), (1, Way::Events)];
    let doors: Vec<Door> = world.doors_of(&ways);
    let crowd = Crowd::gather(world.ada.clone(), doors, roads, ports).await;
    let mut talks = JoinSet::new();
    for index in 0..5 {
        talks.spawn(Arc::clone(&crowd).talk(index, seed));
    }
    let mut faults = JoinSet::new();
    for step in plan(seed, time) {
        sleep(step.after).await;
        let (ground, crowd) = (Arc::clone(&ground), Arc::clone(&crowd));
        faults.spawn(async move {
            if !ground.suffers(step).await && crowd.does(step).await {
                ground.count(step.kind);
            }
        });
        while let Some(done) = faults.try_join_next() {
            done.unwrap();
        }
    }
    crowd.over.cancel();
    while let Some(done) = faults.join_next().await {
        done.unwrap();
    }
    ground.heal().await;
    crowd.heal();
    while let Some(done) = talks.join_next().await {
        done.unwrap();
    }
    judge(&world, &ground, &crowd, seed).await;
}

async fn judge(world: &World, ground: &Ground, crowd: &Crowd, seed: u64) {
    let followers = std::mem::take(&mut *crowd.followers.lock());
    let all: Vec<_> = followers.iter().collect();
    let deleted = crowd.deleted.lock().clone();
    let sends = crowd.sender.sent();
    let (took, mut violations) = world.settles(&all, &sends, &deleted).await;
    let wrong = std::mem::take(&mut *ground.wrong.lock());
    violations.extend(wrong.into_iter().map(|what| Violation { invariant: "R30", what }));
    let answers = crowd.sender.answers();
    let odd = answers.iter().filter(|(status, when)| *status >= 500 && !(*status == 503 && *when));
    violations
        .extend(odd.map(|odd| Violation { invariant: "R9", what: format!("a send was answered {odd:?}") }));

    for follower in &all {
        for line in follower.history().lines {
            if let What::Left(why) = line.what
                && why.starts_with(UNREADABLE)
            {
                violations.push(Violation { invariant: "I2", what: why });
            }
        }
    }

    let truth = world.truth().await;
    let (mut by_status, mut by_answer, mut by_outcome) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for reply in truth.chats.values().flat_map(|chat| chat.replies.values()) {
        *by_status.entry(reply.status.clone()).or_insert(0) += 1;
    }
    for (status, _) in &answers {
        *by_answer.entry(*status).or_insert(0) += 1;
    }
    for send in &sends {
        let outcome = format!("{:?}", send.outcome);
        *by_outcome.entry(outcome.split('(').next().unwrap().to_owned()).or_insert(0) += 1;
    }
    let histories: Vec<_> = followers.iter().map(|follower| follower.history()).collect();
    let sum =
        |count: fn(&crate::support::history::History) -> usize| histories.iter().map(count).sum::<usize>();
    let connections =
        sum(|seen| seen.lines.iter().filter(|line| matches!(line.what, What::Connected(_))).count());
    let done = ground.done.lock().clone();
    println!("faults: {} of {} kinds: {done:?}", done.values().sum::<usize>(), done.len());
    println!("replies: {by_status:?}; sends: {by_outcome:?}; answers: {by_answer:?}");
    println!(
        "viewers: {} with {connections} connections, {} events, {} bytes checked, {} resets",
        histories.len(),
        sum(|seen| seen.events()),
        sum(|seen| seen.bytes()),
        sum(|seen| seen.resets()),
    );
    let unheard: usize = truth.chats.values().map(crate::support::verdict::Chat::unheard).sum();
    println!(
        "agreed {took:?} after healing ({unheard} replies wait for a first word that got lost); violations: {}",
        violations.len()
    );
    let said: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "seed {seed}:\n{}", said.join("\n"));
}
