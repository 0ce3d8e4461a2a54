//! What somebody changes about their own account: name and choices, the password, and whether there is one at all.

use super::{Actor, Change, User, Via, store, users};
use crate::{
    app::App,
    error::{Error, Result},
    platform::crypto::SecretString,
};

/// Changes name and choices. The faces have checked the words of the choices.
///
/// # Errors
/// [`Error::Invalid`] about the name; [`Error::Unauthenticated`] when the account was deleted meanwhile.
pub async fn change(app: &App, actor: &Actor, change: Change) -> Result<User> {
    let name = change.name.as_deref().map(users::checked_name).transpose()?;
    let change = Change { name, ..change };
    users::store::change_user(&app.db, actor.user, change).await?.ok_or(Error::Unauthenticated)
}

/// Takes a new password. Whoever is signed in elsewhere, by browser or API, is so no more.
///
/// # Errors
/// [`Error::Invalid`] `password_wrong` about `current_password`, or about `new_password` as at sign-up;
/// [`Error::TooMany`] tries.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    current: SecretString,
    new: SecretString,
) -> Result<()> {
    check_own(app, actor, current, "current_password").await?;
    users::check_strength(app, &new, &actor.email, &actor.name, "new_password").await?;
    let hash = app.passwords.hash(new).await?;
    let (session, family) = match actor.via {
        Via::Session(id) => (Some(id), None),
        Via::Token(family) => (None, Some(family)),
    };
    let mut tx = app.db.begin().await?;
    users::store::set_password(&mut tx, actor.user, &hash).await?;
    let sessions = store::remove_other_sessions(&mut tx, actor.user, session).await?;
    let families = store::remove_other_families(&mut tx, actor.user, family).await?;
    tx.commit().await?;
    sessions.into_iter().for_each(|id| app.standing.end(Via::Session(id)));
    families.into_iter().for_each(|family| app.standing.end(Via::Token(family)));
    Ok(())
}

/// Whether this account may be deleted by whoever shows its password.
///
/// # Errors
/// [`Error::Invalid`] `password_wrong` about `password`; [`Error::Conflict`] `last_admin`; [`Error::TooMany`] tries.
pub async fn can_leave(app: &App, actor: &Actor, password: SecretString) -> Result<()> {
    check_own(app, actor, password, "password").await?;
    if users::store::is_last_admin(&app.db, actor.user).await? { Err(last_admin()) } else { Ok(()) }
}

/// Deletes the account with all its sign-ins. The caller has asked [`can_leave`] and removed what it owns.
///
/// # Errors
/// [`Error::Conflict`] `last_admin`.
pub async fn leave(app: &App, actor: &Actor) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sessions = store::remove_other_sessions(&mut tx, actor.user, None).await?;
    let families = store::remove_other_families(&mut tx, actor.user, None).await?;
    if !users::store::remove_user(&mut tx, actor.user).await? {
        return Err(last_admin());
    }
    tx.commit().await?;
    sessions.into_iter().for_each(|id| app.standing.end(Via::Session(id)));
    families.into_iter().for_each(|family| app.standing.end(Via::Token(family)));
    tracing::info!(user.id = %actor.user, "an account was deleted by its owner");
    Ok(())
}

fn last_admin() -> Error {
    Error::conflict(
        "last_admin",
        "this is the only administrator; a server without one can't be looked after",
    )
}

/// Whoever found an open browser must not be able to guess on, so tries count as those of signing in.
async fn check_own(app: &App, actor: &Actor, password: SecretString, field: &'static str) -> Result<()> {
    let tries = &app.throttles.account;
    tries.take(&actor.email, app.clock.now()).await.map_err(|retry_after| Error::TooMany { retry_after })?;
    let (_, hash) = users::store::find_login(&app.db, &actor.email).await?.ok_or(Error::Unauthenticated)?;
    let checked = app.passwords.verify(password, hash).await;
    if checked != Ok(false) {
        tries.give_back(&actor.email).await;
    }
    match checked? {
        true => Ok(()),
        false => Err(Error::field("password_wrong", field, "this is not the account's password")),
    }
}
