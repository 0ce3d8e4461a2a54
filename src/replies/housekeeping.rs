//! What keeps replies honest while nobody looks: leases renewed, orphans ended, old pieces forgotten.

use std::{collections::HashMap, time::Duration};

use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{end, store};
use crate::{accounts, app::App, error::Result, stream::lease};

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

/// Runs until the server stops.
pub async fn keep_house(app: App) {
    let lease = app.config.streams.lease;
    let mut renew = ticker(lease / 3);
    let mut heal = ticker(HEAL);
    let mut forget = ticker(FORGET);
    loop {
        let done = tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = renew.tick() => tend_leases(&app).await,
            _ = heal.tick() => app.log.heal().await.map(drop).map_err(Into::into),
            _ = forget.tick() => forget_old(&app).await,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "housekeeping: the database did not answer; trying again later");
        }
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
        let kept = lease::renew(&app.db, app.instance, app.config.streams.lease).await?;
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
        for lease in expired {
            if end::reap(app, lease).await? {
                ended += 1;
                tracing::warn!(reply.id = %lease.id, "ended a reply whose server went away");
            }
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
