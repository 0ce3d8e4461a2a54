//! Somebody leaves, and everything they said goes with them.

use super::store;
use crate::{
    accounts::{self, Actor},
    app::App,
    error::Result,
    platform::crypto::SecretString,
    stream::lease,
};

/// Deletes the actor's account with their conversations, sessions and tokens. Running replies lose their lease and end.
///
/// One conversation after the other, as somebody would by hand: a transaction over all of them would hold up every other
/// writer. Who is interrupted still has an account, and asks again.
///
/// # Errors
/// The password is wrong, or this is the only administrator.
pub async fn delete_account(app: &App, actor: &Actor, password: SecretString) -> Result<()> {
    accounts::can_leave(app, actor, password).await?;
    loop {
        let ids = store::some_of(&app.db, actor.user.0).await?;
        if ids.is_empty() {
            return accounts::leave(app, actor).await;
        }
        for id in ids {
            let mut tx = app.db.begin().await?;
            // Leases before everything else, as when one conversation is deleted.
            lease::drop_all_on(&mut tx, id).await?;
            store::remove(&mut tx, id).await?;
            app.log.remove(&mut tx, id).await?;
            tx.commit().await?;
            app.log.announce_removal(id);
        }
    }
}
