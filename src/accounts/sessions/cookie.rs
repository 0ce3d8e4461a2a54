//! What tower-sessions keeps, kept in our table.
//!
//! Who is signed in, from which device, is part of the session's data (so that it is written in the same moment) and
//! copied into columns (so that sessions can be listed and revoked).

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use tower_sessions::{
    Session, SessionStore,
    session::{Error as SessionError, Id, Record},
    session_store::{Error, Result},
};
use uuid::Uuid;

use super::{Device, Fresh, SessionId, UserId, Via, lasts, store};
use crate::{
    accounts::Standing,
    app::App,
    platform::{
        clock::{Clock, Ids},
        crypto::hash_token,
        db::Db,
    },
};

const USER: &str = "user";
const AGENT: &str = "agent";
const IP: &str = "ip";

/// The sessions of one installation, for tower-sessions' layer.
#[derive(Debug, Clone)]
pub struct CookieStore {
    db: Db,
    clock: Clock,
    ids: Ids,
    standing: Standing,
}

impl CookieStore {
    /// The sessions in this app's database.
    pub fn new(app: &App) -> Self {
        let (db, clock, ids) = (app.db.clone(), app.clock.clone(), app.ids.clone());
        Self { db, clock, ids, standing: app.standing.clone() }
    }
}

/// Writes into the session whose it is.
pub(super) async fn describe(
    session: &Session,
    user: UserId,
    device: &Device,
) -> std::result::Result<(), SessionError> {
    session.insert(USER, user).await?;
    session.insert(AGENT, &device.agent).await?;
    session.insert(IP, device.ip.to_string()).await
}

/// Under what a cookie's session is stored.
pub(super) fn key(id: Id) -> [u8; 32] {
    hash_token(&id.to_string())
}

#[async_trait]
impl SessionStore for CookieStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let created_at = self.clock.now();
        let text = |name| record.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (user, agent, ip) = (text(USER).parse::<Uuid>().ok().map(UserId), text(AGENT), text(IP));
        loop {
            let fresh = Fresh {
                id: SessionId(self.ids.next()),
                key: key(record.id),
                user,
                data: packed(&record.data)?,
                agent: agent.clone(),
                ip: ip.clone(),
                created_at,
                expires_at: created_at + lasts(),
            };
            if store::add_session(&self.db, fresh).await.map_err(backend)? {
                return Ok(());
            }
            // Two of 2^128 ids met.
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // Only ever updates: a request that began before the session was revoked must not bring it back to life.
        let expires_at = self.clock.now() + lasts();
        store::save_session(&self.db, key(record.id), packed(&record.data)?, expires_at)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = store::load_session(&self.db, key(*id), self.clock.now()).await.map_err(backend)?;
        let Some((data, expires_at)) = row else { return Ok(None) };
        let data = rmp_serde::from_slice(&data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date: moment(expires_at) }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        if let Some(ended) = store::remove_session(&self.db, key(*id)).await.map_err(backend)? {
            self.standing.end(Via::Session(ended));
        }
        Ok(())
    }
}

fn packed(data: &HashMap<String, impl Serialize>) -> Result<Vec<u8>> {
    rmp_serde::to_vec(data).map_err(|error| Error::Encode(error.to_string()))
}

fn moment(at: DateTime<Utc>) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(at.timestamp()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}

fn backend(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}
