//! Somebody leaves, and everything they said goes with them.

use super::{conversations, store::conversations as store};
use crate::{
    accounts::{self, Actor},
    app::App,
    error::{Error, Result},
    platform::crypto::SecretString,
};

/// Deletes the actor's account with their conversations, sessions and tokens. Running replies lose their lease and end.
///
/// One conversation after the other, as somebody would by hand: a transaction over all of them would hold up every other
/// writer. Who is interrupted still has an account, though not an administrator's, and asks again.
///
/// # Errors
/// The password is wrong, or this is the only administrator.
pub async fn delete_account(app: &App, actor: &Actor, password: SecretString) -> Result<()> {
    accounts::begin_leaving(app, actor, password).await?;
    loop {
        for id in store::some_of(&app.db, actor.user.0).await? {
            match conversations::remove(app, actor, id).await {
                // The housekeeper, or another device, was faster.
                Ok(()) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        let mut tx = app.db.begin().await?;
        accounts::hold_account(&mut tx, actor).await?;
        // One that was begun meanwhile would go with the account, but its log would stay.
        if !store::has_any(&mut tx, actor.user.0).await? {
            return accounts::leave(app, actor, tx).await;
        }
    }
}
