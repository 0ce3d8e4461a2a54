//! What keeps replies honest while nobody looks: leases renewed, orphans ended, old pieces forgotten.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::TimeDelta;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{end, stop::STOP, store};
use crate::{
    accounts,
    app::App,
    chat,
    error::{Error, Result},
    platform::bus::{Bus, Reach},
    stream::lease,
    usage,
};

/// How often watchers are compared with the log.
const HEAL: Duration = Duration::from_secs(5);
/// The same while other instances can't be heard, or not for sure.
const HEAL_SOON: Duration = Duration::from_secs(1);
/// How often an instance looks whether one of its replies is to stop.
const STOPS: Duration = Duration::from_millis(500);
/// How long the bus may go on when everything stops, for the last words.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often old things are forgotten.
const FORGET: Duration = Duration::from_secs(60);
/// How long an idempotency key is remembered.
const KEYS: TimeDelta = TimeDelta::hours(24);

/// Ends what an earlier life of this server left running. On the embedded database nobody else can be alive, so that
/// needs no waiting; elsewhere only leases that have run out are taken.
///
/// # Errors
/// The database failed.
pub async fn recover(app: &App) -> Result<usize> {
    if app.db.is_embedded() {
        lease::expire_all_but(&app.db, app.instance).await?;
    }
    reap(app).await
}

/// Runs until the server stops. Leases have a loop of their own: nothing may delay their renewal.
pub async fn keep_house(app: App) {
    tokio::join!(
        keep_leases(&app),
        keep_reaped(&app),
        keep_tidy(&app),
        keep_healed(&app),
        hear_stops(&app),
        accounts::standing::keep(&app),
    );
}

/// Whether what other instances commit, or ask for, may come to be known here only by looking.
fn must_look(app: &App) -> bool {
    !app.db.is_embedded() && app.bus.reach() != Reach::Steady
}

/// Runs what goes between instances, until the last reply's last words are out. A task of its own, since it works for
/// every word of every answer.
pub async fn keep_in_touch(app: App) {
    let stop = CancellationToken::new();
    let last_words = async {
        app.stopping.cancelled().await;
        let deadline = Instant::now() + LAST_WORDS;
        while app.replies.count() > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.cancel();
    };
    match (&app.bus, &app.redis) {
        // Only limits are kept there.
        (Bus::Local(_), Some(redis)) => drop(tokio::join!(redis.run(stop.clone()), last_words)),
        _ => drop(tokio::join!(app.bus.run(stop.clone()), last_words)),
    }
}

async fn keep_healed(app: &App) {
    let mut look = ticker(HEAL_SOON);
    let (mut last, mut written) = (Instant::now(), HashSet::new());
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = look.tick() => {}
        }
        if last.elapsed() >= HEAL || must_look(app) {
            last = Instant::now();
            tell(app.log.heal().await.map(drop).map_err(Into::into));
        } else if !app.db.is_embedded() {
            // The other side may have lost what rings between us without our noticing.
            match app.log.heal_written(&written).await {
                Ok(now) => written = now,
                Err(error) => tell(Err(error.into())),
            }
        }
    }
}

/// Stops replies that somebody stopped on another instance: at a call, or, as calls may be lost on either side, after a
/// look.
async fn hear_stops(app: &App) {
    let mut calls = app.bus.calls();
    let mut look = ticker(STOPS);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            heard = calls.recv() => match heard {
                // A call may come before the reply is known here, between its commit and its start.
                Ok(call) if &*call.kind == STOP => {
                    if let Some(handle) = app.replies.find(call.id) {
                        handle.stop.cancel();
                    }
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            _ = look.tick() => {
                if app.replies.count() > 0 && !app.db.is_embedded() {
                    tell(look_for_stops(app).await);
                }
            }
        }
    }
}

async fn look_for_stops(app: &App) -> Result<()> {
    for reply in lease::asked_to_stop(&app.db, app.instance).await? {
        if let Some(handle) = app.replies.find(reply) {
            handle.stop.cancel();
        }
    }
    Ok(())
}

async fn keep_leases(app: &App) {
    let mut renew = ticker(app.config.streams.lease / 3);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = renew.tick() => {}
        }
        tell(tend_leases(app).await);
    }
}

/// Apart from the renewing: an instance that left thousands of replies behind must not cost others theirs.
async fn keep_reaped(app: &App) {
    let mut look = ticker(app.config.streams.lease / 3);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = look.tick() => {}
        }
        tell(reap(app).await.map(drop));
    }
}

async fn keep_tidy(app: &App) {
    let mut forget = ticker(FORGET);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = forget.tick() => forget_old(app).await,
        }
    }
}

fn tell(done: Result<()>) {
    if let Err(error) = done {
        tracing::warn!(%error, "housekeeping: the database did not answer; trying again later");
    }
}

fn ticker(every: Duration) -> tokio::time::Interval {
    let mut ticker = interval(every.max(Duration::from_millis(50)));
    ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticker
}

async fn tend_leases(app: &App) -> Result<()> {
    // Those that start after this line have a fresh lease anyway.
    let here = app.replies.all();
    if !here.is_empty() {
        // Only those that somebody writes: an orphan of ours must run out like anybody's.
        let ids: Vec<Uuid> = here.iter().map(|(id, _)| *id).collect();
        let kept = lease::renew(&app.db, app.instance, &ids, app.config.streams.lease).await?;
        let kept: HashMap<Uuid, bool> = kept.into_iter().collect();
        for (reply, handle) in here {
            match kept.get(&reply) {
                Some(true) => handle.stop.cancel(),
                Some(false) => {}
                None => handle.lost.cancel(),
            }
        }
    }
    Ok(())
}

async fn reap(app: &App) -> Result<usize> {
    let mut ended = 0;
    loop {
        let expired = lease::expired(&app.db).await?;
        if expired.is_empty() {
            return Ok(ended);
        }
        let before = ended;
        // What is written here only waits to be renewed, as after a jump of the database's clock.
        for lease in expired.into_iter().filter(|lease| app.replies.find(lease.id).is_none()) {
            match end::reap(app, lease).await {
                Ok(true) => {
                    ended += 1;
                    tracing::warn!(reply.id = %lease.id, "ended a reply whose server went away");
                }
                Ok(false) => {}
                Err(error @ (Error::Unavailable { .. } | Error::Full { .. })) => return Err(error),
                // One that can't be ended must not keep the others, or the start, waiting.
                Err(error) => tracing::error!(%error, reply.id = %lease.id, "a reply could not be ended"),
            }
        }
        if ended == before {
            return Ok(ended);
        }
    }
}

/// What fails keeps nothing else from being done.
async fn forget_old(app: &App) {
    let pruned = app.log.prune(app.config.streams.delta_grace).await;
    tell(pruned.map(|gone| tracing::debug!(gone, "housekeeping: old pieces forgotten")).map_err(Into::into));
    tell(accounts::sessions::forget_expired(app).await.map(drop));
    tell(store::forget_keys(&app.db, app.clock.now() - KEYS).await.map(drop).map_err(Into::into));
    tell(usage::settle_lost(app).await.map(drop));
    tell(chat::conversations::purge(app).await.map(drop));
    tell(chat::search::catch_up(app).await.map(drop));
}
