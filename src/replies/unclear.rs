//! What became of a send whose commit nobody answered. A reply that is stored but that nobody drives would only be reaped.

use std::time::Duration;

use tokio::time::Instant;

use super::Accepted;
use crate::{accounts::Actor, app::App, chat, stream::lease};

/// How long the database is asked.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether the send is stored after all, with its lease. False also when nobody says so in time: then the lease runs out.
pub(super) async fn is_stored(app: &App, actor: &Actor, accepted: &Accepted, fence: i64) -> bool {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look(app, actor, accepted, fence).await {
            Ok(stored) => return stored,
            Err(error) if Instant::now() > deadline => {
                tracing::warn!(%error, reply.id = %accepted.reply, "nobody says whether a send is stored");
                return false;
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn look(app: &App, actor: &Actor, accepted: &Accepted, fence: i64) -> sqlx::Result<bool> {
    let mut tx = app.db.begin().await?;
    // A commit that is still under way has this row until it is over. Nothing of this is committed.
    let owner = actor.user.0;
    let there = chat::lock_conversation(&mut tx, owner, accepted.conversation, app.clock.now()).await?;
    Ok(there.is_some() && lease::hold(&mut tx, accepted.reply, fence).await?)
}
