//! People's own keys at providers: sealed in the database, opened when a request is made, never shown again.
//!
//! The rule: a key is in the clear only between [`accounts_of`] and the request, and goes only to the address that it was
//! entered for. Who has a key that can't be opened is told so; the server's own is no silent substitute.
//! Start reading at [`accounts_of`]; what people do with their keys is in [`own`].

pub mod address;
pub mod own;
pub mod rotate;
pub mod shape;
mod state;
mod store;

pub use state::State;

use uuid::Uuid;

use self::store::Stored;
use crate::{
    app::App,
    error::Result,
    platform::crypto::{MasterKey, Sealed, SecretString, Vault},
    providers::{self, Account, Accounts, Held, catalog::Row},
};

/// What keys are sealed with.
pub fn vault(current: &MasterKey, older: &[MasterKey]) -> Vault {
    Vault::new("provider keys v1", current, older)
}

/// The accounts that a person's requests are made with, before the server's. One query; nothing is asked of anybody.
///
/// # Errors
/// The database.
pub async fn accounts_of(app: &App, user: Uuid) -> Result<Accounts> {
    let settings = &app.config.providers;
    if settings.mock || !settings.own_keys {
        return Ok(Accounts::none());
    }
    let rows = store::of_user(&app.db, user).await?;
    if rows.is_empty() {
        return Ok(Accounts::none());
    }
    Ok(Accounts::of(rows.into_iter().map(|row| (row.provider.clone(), held(&app.vault, &row)))))
}

fn held(vault: &Vault, row: &Stored) -> Held {
    let account = match opened(vault, row) {
        Opened::Key(key) => account(row, key),
        Opened::Nothing | Opened::Unreadable => Err(providers::Error::KeyUnreadable),
    };
    Held { account, doubted: row.state != State::Ok.as_str() }
}

fn account(row: &Stored, key: SecretString) -> Result<Account, providers::Error> {
    let base_url = row.base_url.as_deref().map(url::Url::parse).transpose();
    let base_url = base_url.map_err(|_| providers::Error::KeyUnreadable)?;
    Ok(Account { id: Some((row.id, row.version)), key, base_url })
}

/// What is in a row.
enum Opened {
    Key(SecretString),
    /// Its address changed: the key has to be entered again.
    Nothing,
    /// It was sealed under a key that is gone, or about something else.
    Unreadable,
}

/// Opens a row; one that can't be opened is written down for who looks after the server.
fn opened(vault: &Vault, row: &Stored) -> Opened {
    let (Some(sealed), Some(kid)) = (&row.sealed, &row.kid) else { return Opened::Nothing };
    match vault.open(sealed, kid, &about(row)) {
        Some(key) => Opened::Key(key),
        None => {
            let provider = row.provider.as_str();
            tracing::warn!(audit = true, user.id = %row.user_id, key.id = %row.id, provider, kid, "a stored key can't be opened");
            Opened::Unreadable
        }
    }
}

fn closed(vault: &Vault, row: &Stored, key: &SecretString) -> Sealed {
    vault.close(key, &about(row))
}

/// What a key is bound to: in another row, or with another address, it does not open.
fn about(row: &Stored) -> [&[u8]; 4] {
    let base_url = row.base_url.as_deref().unwrap_or_default();
    [row.user_id.as_bytes(), row.provider.as_bytes(), row.id.as_bytes(), base_url.as_bytes()]
}

/// Notes what came of a request that was made with somebody's own key, where it says something new about the key.
pub async fn saw(app: &App, own: &Accounts, provider: &str, outcome: Result<(), &providers::Error>) {
    let Some((held, (id, version))) =
        own.held(provider).and_then(|held| Some((held, held.account.as_ref().ok()?.id?)))
    else {
        return;
    };
    let state = match outcome {
        Ok(()) if held.doubted => State::Ok,
        Ok(()) => return,
        Err(error) => State::of(error),
    };
    // A provider that is busy or away says nothing about the key.
    if state == State::Unknown {
        return;
    }
    let reason = outcome.err().map(providers::Error::code);
    if let Err(error) = store::set_state(&app.db, (id, version), state, reason, app.clock.now()).await {
        tracing::warn!(%error, key.id = %id, "the state of a key could not be stored");
    }
}

/// Whether a person may have a key of their own there.
pub fn may_have_own(row: &Row) -> bool {
    row.name != providers::catalog::SIMULATED.name
}
