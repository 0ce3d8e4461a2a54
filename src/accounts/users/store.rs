//! The SQL of accounts.

use crate::{
    accounts::{Change, Role, User, UserId},
    fetch,
    platform::db::{Db, Tx, dialect},
    sql, tx_exec, tx_fetch,
};

/// Whether the first account was ever made.
pub(in crate::accounts) async fn has_first_admin(db: &Db) -> sqlx::Result<bool> {
    let (count,) = fetch!(*db, (i64,), fetch_one, sql!("SELECT COUNT(*) FROM first_admin"))?;
    Ok(count > 0)
}

/// Adds an account; false when its address is taken.
pub(in crate::accounts) async fn add_user(
    tx: &mut Tx,
    user: &User,
    password_hash: &str,
) -> sqlx::Result<bool> {
    let added = tx_exec!(
        tx,
        sql!(
            "INSERT INTO users (id, email, name, password_hash, role, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
        ),
        user.id,
        &user.email,
        &user.name,
        password_hash,
        user.role.as_str(),
        user.created_at
    )?;
    Ok(added == 1)
}

/// Makes `user` the first administrator; false when there is, or ever was, one. Of many at once, one succeeds.
pub(in crate::accounts) async fn claim_first_admin(tx: &mut Tx, user: UserId) -> sqlx::Result<bool> {
    let claimed = tx_exec!(
        tx,
        sql!("INSERT INTO first_admin (singleton, user_id) VALUES (1, $1) ON CONFLICT DO NOTHING"),
        user
    )?;
    Ok(claimed == 1)
}

/// Changes what an account may do.
pub(in crate::accounts) async fn set_role(tx: &mut Tx, user: UserId, role: Role) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE users SET role = $2 WHERE id = $1"), user, role.as_str())?;
    Ok(())
}

/// One account.
pub(in crate::accounts) async fn find_user(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<User>> {
    tx_fetch!(
        tx,
        User,
        fetch_optional,
        sql!(
            "SELECT id, email, name, role, created_at, locale, time_zone, theme, accent, code_theme, default_model
             FROM users WHERE id = $1"
        ),
        user
    )
}

/// The account with this address (lower case) and the hash of its password.
pub(in crate::accounts) async fn find_login(db: &Db, email: &str) -> sqlx::Result<Option<(User, String)>> {
    #[derive(sqlx::FromRow)]
    struct Login {
        #[sqlx(flatten)]
        user: User,
        password_hash: String,
    }
    let row = fetch!(
        *db,
        Login,
        fetch_optional,
        sql!(
            "SELECT id, email, name, role, created_at, locale, time_zone, theme, accent, code_theme, default_model,
                    password_hash
             FROM users WHERE email = $1"
        ),
        email
    )?;
    Ok(row.map(|login| (login.user, login.password_hash)))
}

/// Changes what a person says about themselves; the account as it is then.
pub(in crate::accounts) async fn change_user(
    db: &Db,
    user: UserId,
    change: Change,
) -> sqlx::Result<Option<User>> {
    let mut tx = db.begin().await?;
    tx_exec!(
        &mut tx,
        sql!(
            "UPDATE users SET name = COALESCE($2, name),
             locale = CASE WHEN $3 THEN $4 ELSE locale END,
             time_zone = CASE WHEN $5 THEN $6 ELSE time_zone END,
             theme = CASE WHEN $7 THEN $8 ELSE theme END,
             accent = CASE WHEN $9 THEN $10 ELSE accent END,
             code_theme = CASE WHEN $11 THEN $12 ELSE code_theme END,
             default_model = CASE WHEN $13 THEN $14 ELSE default_model END
             WHERE id = $1"
        ),
        user,
        change.name,
        change.locale.is_some(),
        change.locale.flatten(),
        change.time_zone.is_some(),
        change.time_zone.flatten(),
        change.theme.is_some(),
        change.theme.flatten(),
        change.accent.is_some(),
        change.accent.flatten(),
        change.code_theme.is_some(),
        change.code_theme.flatten(),
        change.default_model.is_some(),
        change.default_model.flatten()
    )?;
    let changed = find_user(&mut tx, user).await?;
    tx.commit().await?;
    Ok(changed)
}

/// Changes a password.
pub(in crate::accounts) async fn set_password(tx: &mut Tx, user: UserId, hash: &str) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE users SET password_hash = $2 WHERE id = $1"), user, hash)?;
    Ok(())
}

/// An account, if it is there, and all administrators, with their roles; they stay so until the transaction ends.
pub(in crate::accounts) async fn hold_with_admins(
    tx: &mut Tx,
    user: UserId,
) -> sqlx::Result<Vec<(UserId, String)>> {
    let text = tx.speak(dialect::HOLD_WITH_ADMINS);
    tx_fetch!(tx, (UserId, String), fetch_all, text, user)
}

/// Removes an account with all that hangs on it.
pub(in crate::accounts) async fn remove_user(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("DELETE FROM users WHERE id = $1"), user)?;
    Ok(())
}
