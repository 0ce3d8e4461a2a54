//! Clocks that jump (R29): leases live by the database's, timers by none, and only what is really old is forgotten.

use chrono::{TimeDelta, Utc};
use freshet::{app::Nature, platform::clock::Clock, providers::simulated};
use sqlx::Executor as _;

use crate::support::{Browser, Database, TestApp};

const MODEL: &str = "tokens:n=250,ms=6";

#[tokio::test]
async fn r29_an_hour_forward_and_back_interrupts_nobody() {
    let clock = Clock::frozen(Utc::now());
    let nature = Nature { clock: clock.clone(), ..Nature::default() };
    let server = TestApp::start_on(Database::new().await, &[("FRESHET_LEASE_SECONDS", "1")], nature).await;
    let ada = server.signed_up("ada").await;
    let eve = Browser::new(&server.base);
    eve.signs_up("eve@example.org").await;
    for jump in [TimeDelta::hours(-1), TimeDelta::minutes(59), TimeDelta::hours(-1)] {
        let chat = ada.chats_with(&format!("simulated/{MODEL}")).await;
        let accepted = ada.says(&chat, "go").await;
        let mut watch = ada.watches(&chat, &accepted.cursor).await;
        watch.until_bytes(&accepted.reply, 100).await;
        clock.advance(jump);
        // What housekeeping does by the clock, now and not in a minute.
        server.app.log.prune(server.app.config.streams.delta_grace).await.unwrap();
        let ended = watch.until_end_of(&accepted.reply).await;
        assert_eq!(ended["status"], "complete", "{jump}: {ended}");
        assert!(watch.seen.answer(&accepted.reply) == simulated::text_of(MODEL, "go").unwrap(), "{jump}");
        assert_eq!((watch.seen.ends[&accepted.reply], watch.seen.resets), (1, 0), "{jump}");
        assert!(eve.is_known().await, "{jump}: a session ended before its time");
    }
}

#[tokio::test]
async fn r29_a_jump_of_the_databases_clock_interrupts_nobody() {
    let server = TestApp::start_with(&[("FRESHET_LEASE_SECONDS", "1")]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with(&format!("simulated/{MODEL}")).await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    for bytes in [100, 500, 900] {
        watch.until_bytes(&accepted.reply, bytes).await;
        // The clock an hour ahead and every lease an hour too old are the same thing.
        let text = "UPDATE leases SET expires_at = expires_at - 3600000";
        match &server.app.db {
            freshet::platform::db::Db::Sqlite(pools) => drop(pools.write.execute(text).await.unwrap()),
            freshet::platform::db::Db::Postgres(pool) => drop(pool.execute(text).await.unwrap()),
        }
    }
    let ended = watch.until_end_of(&accepted.reply).await;
    assert_eq!(ended["status"], "complete", "{ended}");
    assert!(watch.seen.answer(&accepted.reply) == simulated::text_of(MODEL, "go").unwrap());
    assert_eq!(watch.seen.ends[&accepted.reply], 1);
}
