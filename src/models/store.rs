//! Favourites in the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{exec, fetch, platform::db::Db, sql};

/// A person's favourites, the first one first.
pub(super) async fn favourites(db: &Db, person: Uuid) -> sqlx::Result<Vec<String>> {
    let rows = fetch!(
        *db,
        (String,),
        fetch_all,
        sql!("SELECT name FROM favourite_models WHERE user_id = $1 ORDER BY created_at, name"),
        person
    )?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Adds one; nothing changes when it is there.
pub(super) async fn add(db: &Db, person: Uuid, name: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    exec!(
        *db,
        sql!(
            "INSERT INTO favourite_models (user_id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
        ),
        person,
        name,
        now
    )?;
    Ok(())
}

/// Takes one away, if it is there.
pub(super) async fn remove(db: &Db, person: Uuid, name: &str) -> sqlx::Result<()> {
    exec!(*db, sql!("DELETE FROM favourite_models WHERE user_id = $1 AND name = $2"), person, name)?;
    Ok(())
}
