//! People's own keys at providers.

use uuid::Uuid;

use crate::{app::App, error::Result, providers::Accounts};

/// The accounts that a person's requests are made with, before the server's.
///
/// # Errors
/// The database.
pub async fn accounts_of(_app: &App, _user: Uuid) -> Result<Accounts> {
    Ok(Accounts::none())
}
