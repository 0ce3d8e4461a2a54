//! What keeps replies honest while nobody looks: leases renewed, orphans ended, old pieces forgotten.

use std::{collections::HashMap, time::Duration};

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{end, store};
use crate::{
    accounts,
    app::App,
    error::{Error, Result},
    stream::lease,
};

/// How often watchers are compared with the log.
const HEAL: Duration = Duration::from_secs(5);
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
    tokio::join!(keep_leases(&app), keep_tidy(&app), accounts::keep_standing(&app));
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

async fn keep_tidy(app: &App) {
    let mut heal = ticker(HEAL);
    let mut forget = ticker(FORGET);
    loop {
        let done = tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = heal.tick() => app.log.heal().await.map(drop).map_err(Into::into),
            _ = forget.tick() => forget_old(app).await,
        };
        tell(done);
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
    reap(app).await.map(drop)
}

async fn reap(app: &App) -> Result<usize> {
    let mut ended = 0;
    loop {
        let expired = lease::expired(&app.db).await?;
        if expired.is_empty() {
            return Ok(ended);
        }
        let before = ended;
        for lease in expired {
            match end::reap(app, lease).await {
                Ok(true) => {
                    ended += 1;
                    tracing::warn!(reply.id = %lease.id, "ended a reply whose server went away");
                }
                Ok(false) => {}
                Err(error @ Error::Unavailable { .. }) => return Err(error),
                // One that can't be ended must not keep the others, or the start, waiting.
                Err(error) => tracing::error!(%error, reply.id = %lease.id, "a reply could not be ended"),
            }
        }
        if ended == before {
            return Ok(ended);
        }
    }
}

async fn forget_old(app: &App) -> Result<()> {
    let gone = app.log.prune(app.config.streams.delta_grace).await?;
    accounts::sessions::forget_expired(app).await?;
    store::forget_keys(&app.db, app.clock.now() - KEYS).await?;
    tracing::debug!(gone, "housekeeping: old pieces forgotten");
    Ok(())
}
