//! What somebody changes about their own account: name and choices, the password, and whether there is one at all.

use super::{Actor, Change, Role, User, Via, store, users};
use crate::{
    app::App,
    error::{Error, Result},
    platform::{crypto::SecretString, db::Tx},
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

/// Begins to delete this account, for whoever shows its password. An administrator is none from here on: of two who leave
/// at once, the second is told that nobody would look after the server before anything of theirs is gone.
///
/// # Errors
/// [`Error::Invalid`] `password_wrong` about `password`; [`Error::Conflict`] `last_admin`; [`Error::TooMany`] tries.
pub async fn begin_leaving(app: &App, actor: &Actor, password: SecretString) -> Result<()> {
    check_own(app, actor, password, "password").await?;
    let mut tx = app.db.begin().await?;
    hold_account(&mut tx, actor).await?;
    users::store::set_role(&mut tx, actor.user, Role::User).await?;
    Ok(tx.commit().await?)
}

/// Locks the account until the transaction ends: nothing new can hang on it meanwhile.
///
/// # Errors
/// [`Error::Unauthenticated`] when it is gone already; [`Error::Conflict`] `last_admin`.
pub async fn hold_account(tx: &mut Tx, actor: &Actor) -> Result<()> {
    let held = users::store::hold_with_admins(tx, actor.user).await?;
    let (own, others): (Vec<_>, Vec<_>) = held.into_iter().partition(|(id, _)| *id == actor.user);
    match own.first() {
        None => Err(Error::Unauthenticated),
        Some((_, role)) if role == Role::Admin.as_str() && others.is_empty() => Err(last_admin()),
        Some(_) => Ok(()),
    }
}

/// Deletes the account with all its sign-ins, in a transaction that holds it ([`hold_account`]). The caller has asked
/// [`begin_leaving`] and removed what it owns.
///
/// # Errors
/// The database failed.
pub async fn leave(app: &App, actor: &Actor, mut tx: Tx) -> Result<()> {
    let sessions = store::remove_other_sessions(&mut tx, actor.user, None).await?;
    let families = store::remove_other_families(&mut tx, actor.user, None).await?;
    users::store::remove_user(&mut tx, actor.user).await?;
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
