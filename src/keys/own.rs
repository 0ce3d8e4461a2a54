//! What people do with their keys: enter, look at, check, move, remove.

use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    Opened, State, account, address, closed, may_have_own, opened,
    store::{self, Stored},
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    platform::crypto::{ExposeSecret as _, SecretString},
    providers::{
        self, Account, Accounts,
        catalog::{ROWS, Row},
    },
};

/// No provider's key is nearly as long.
const MOST: usize = 1_000;
/// Of a shorter key the last characters would tell too much.
const LONG: usize = 12;
/// How long a provider may think about a key.
const PATIENCE: Duration = Duration::from_secs(10);

/// A key as its owner sees it.
#[derive(Clone)]
pub struct Own {
    /// The provider.
    pub row: &'static Row,
    /// The address it is sent to, if it is not where the provider is.
    pub base_url: Option<String>,
    /// Its last four characters; empty of a short one.
    pub last4: String,
    /// How it was last seen to do.
    pub state: State,
    /// The code of what came instead of an answer.
    pub reason: Option<String>,
    /// When that was.
    pub checked_at: Option<DateTime<Utc>>,
    /// When the first key of this provider was entered.
    pub created_at: DateTime<Utc>,
    /// When key or address last changed.
    pub updated_at: DateTime<Utc>,
}

/// A key as somebody enters it.
#[derive(Debug, Clone)]
pub struct Entered {
    /// The key.
    pub key: SecretString,
    /// Where to send it; empty is where the provider is.
    pub base_url: String,
    /// Whether it is wanted even though the provider refuses it.
    pub insist: bool,
}

impl Own {
    fn of(app: &App, row: &Stored) -> Option<Self> {
        let state = match opened(&app.vault, row) {
            Opened::Unreadable => State::Unreadable,
            Opened::Nothing => State::Missing,
            Opened::Key(_) => State::parse(&row.state),
        };
        Some(Self {
            row: ROWS.iter().find(|known| known.name == row.provider)?,
            base_url: row.base_url.clone(),
            last4: row.last4.clone(),
            state,
            reason: row.reason.clone(),
            checked_at: row.checked_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// All keys of the actor, in the order of the catalogue.
///
/// # Errors
/// The database.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Own>> {
    let rows = store::of_user(&app.db, actor.user.0).await?;
    let mut all: Vec<Own> = rows.iter().filter_map(|row| Own::of(app, row)).collect();
    all.sort_by_key(|own| ROWS.iter().position(|row| row.name == own.row.name));
    Ok(all)
}

/// Enters a key in the place of the one before. The provider is asked first: what it surely refuses is not kept, so that a
/// slip does not cost a good key, unless somebody insists.
///
/// # Errors
/// [`Error::Forbidden`] `own_keys_off`; [`Error::NotFound`] for an unknown provider; [`Error::Invalid`] `key_missing`,
/// `key_unsendable`, `key_wrong`, `key_banned`, `base_url_invalid` or `base_url_missing`; [`Error::TooMany`].
pub async fn save(app: &App, actor: &Actor, provider: &str, entered: Entered) -> Result<Own> {
    let place = place(app, provider)?;
    let base_url = address::read(app, &entered.base_url)?;
    if base_url.is_none() && app.providers.home(place.name).is_none() {
        return Err(Error::field("base_url_missing", "base_url", "this provider has no address of its own"));
    }
    let key = sendable(place, &entered.key)?;
    let asked = Account { id: None, key: key.clone(), base_url: base_url.clone() };
    let (state, reason) = ask(app, actor, place, asked).await?;
    if state.is_refused() && !entered.insist {
        return Err(refused(state));
    }
    let now = app.clock.now();
    let mut row = Stored {
        id: app.ids.next(),
        user_id: actor.user.0,
        provider: place.name.to_owned(),
        base_url: base_url.map(String::from),
        sealed: None,
        kid: None,
        last4: last4(&key),
        version: 1,
        state: state.as_str().to_owned(),
        reason: reason.map(str::to_owned),
        checked_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    seal(app, &mut row, &key);
    let row = store::put(&app.db, row).await?;
    tracing::info!(audit = true, user.id = %actor.user, provider = place.name, key.id = %row.id, "a key was entered");
    Own::of(app, &row).ok_or(Error::NotFound)
}

/// Changes where a key is sent. One that would go to another server has to be entered again: who can change an address
/// must not get the key by it.
///
/// # Errors
/// As [`save`]; [`Error::Conflict`] `key_changed`.
pub async fn change_address(app: &App, actor: &Actor, provider: &str, typed: &str) -> Result<Own> {
    let place = place(app, provider)?;
    let mut row = store::find(&app.db, actor.user.0, place.name).await?.ok_or(Error::NotFound)?;
    let new = address::read(app, typed)?;
    let home = app.providers.home(place.name);
    if new.is_none() && home.is_none() {
        return Err(Error::field("base_url_missing", "base_url", "this provider has no address of its own"));
    }
    let old = row.base_url.as_deref().and_then(|url| Url::parse(url).ok());
    if old == new {
        return Own::of(app, &row).ok_or(Error::NotFound);
    }
    let stays = address::same_server(old.as_ref().or(home), new.as_ref().or(home));
    let key = opened(&app.vault, &row);
    row.base_url = new.map(String::from);
    row.updated_at = app.clock.now();
    match key {
        Opened::Key(key) if stays => seal(app, &mut row, &key),
        _ => {
            (row.sealed, row.kid, row.last4, row.checked_at, row.reason) =
                (None, None, String::new(), None, None);
            row.state = State::Missing.as_str().to_owned();
        }
    }
    if !store::set_address(&app.db, &row, row.version).await? {
        return Err(Error::conflict("key_changed", "this key was changed at the same time"));
    }
    Own::of(app, &row).ok_or(Error::NotFound)
}

/// Asks the provider about a stored key and notes what it says.
///
/// # Errors
/// As [`save`].
pub async fn check(app: &App, actor: &Actor, provider: &str) -> Result<Own> {
    let place = place(app, provider)?;
    let mut row = store::find(&app.db, actor.user.0, place.name).await?.ok_or(Error::NotFound)?;
    if let Opened::Key(key) = opened(&app.vault, &row)
        && let Ok(account) = account(&row, key)
    {
        let (state, reason) = ask(app, actor, place, account).await?;
        let now = app.clock.now();
        store::set_state(&app.db, (row.id, row.version), state, reason, now).await?;
        (row.state, row.checked_at) = (state.as_str().to_owned(), Some(now));
        row.reason = reason.map(str::to_owned);
    }
    Own::of(app, &row).ok_or(Error::NotFound)
}

/// Removes a key; also where own keys are switched off.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(app: &App, actor: &Actor, provider: &str) -> Result<()> {
    match store::remove(&app.db, actor.user.0, provider).await? {
        true => {
            tracing::info!(audit = true, user.id = %actor.user, provider, "a key was removed");
            Ok(())
        }
        false => Err(Error::NotFound),
    }
}

/// Whether people may have keys of their own here.
///
/// # Errors
/// [`Error::Forbidden`] `own_keys_off`.
pub fn allowed(app: &App) -> Result<()> {
    if app.config.providers.own_keys { Ok(()) } else { Err(Error::Forbidden { code: "own_keys_off" }) }
}

/// A provider that the actor may have a key at.
///
/// # Errors
/// [`Error::Forbidden`] `own_keys_off`; [`Error::NotFound`].
pub fn place(app: &App, provider: &str) -> Result<&'static Row> {
    allowed(app)?;
    ROWS.iter().find(|row| row.name == provider && may_have_own(row)).ok_or(Error::NotFound)
}

/// How a key does, and the code of what came instead of a yes.
async fn ask(
    app: &App,
    actor: &Actor,
    place: &Row,
    account: Account,
) -> Result<(State, Option<&'static str>)> {
    if app.config.providers.mock {
        // Nothing leaves the machine.
        return Ok((State::Unknown, Some(providers::Error::NotConfigured.code())));
    }
    let taken = app.throttles.key_checks.take(actor.user, app.clock.now()).await;
    taken.map_err(|retry_after| Error::TooMany { retry_after })?;
    let own: Accounts = [(place.name.to_owned(), account)].into_iter().collect();
    let asked = tokio::time::timeout(PATIENCE, app.providers.check(place.name, &own)).await;
    Ok(match asked.unwrap_or(Err(providers::Error::Timeout)) {
        Ok(()) => (State::Ok, None),
        Err(error) => (State::of(&error), Some(error.code())),
    })
}

fn refused(state: State) -> Error {
    let (code, detail) = match state {
        State::Banned => ("key_banned", "the provider has closed the account behind this key"),
        State::Unsendable => ("key_unsendable", "this key has characters that cannot be sent"),
        _ => ("key_wrong", "the provider does not accept this key"),
    };
    Error::field(code, "key", detail)
}

/// The key without what copying puts around it.
fn sendable(place: &Row, key: &SecretString) -> Result<SecretString> {
    let key = key.expose_secret().trim();
    if key.is_empty() && place.needs_key() {
        return Err(Error::field("key_missing", "key", "a key is needed here"));
    }
    if key.len() > MOST || !key.chars().all(|c| c.is_ascii_graphic()) {
        return Err(refused(State::Unsendable));
    }
    Ok(key.into())
}

fn seal(app: &App, row: &mut Stored, key: &SecretString) {
    let sealed = closed(&app.vault, row, key);
    (row.sealed, row.kid) = (Some(sealed.bytes), Some(sealed.kid));
}

fn last4(key: &SecretString) -> String {
    let key = key.expose_secret();
    if key.len() < LONG { String::new() } else { key[key.len() - 4..].to_owned() }
}
