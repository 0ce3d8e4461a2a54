//! The first account of an installation that strangers can reach.
//!
//! Its owner becomes administrator, so it must not go to whoever finds the address first: the sign-up has to bring a
//! token that is printed where only the operator looks.

use std::fmt::Write as _;

use super::users;
use crate::{app::App, error::Result, platform::crypto};

/// The token of this installation: 32 hexadecimal digits, derived from the master key, so that it is the same on
/// every instance and after a restart. Worth nothing once there is a first account.
pub fn setup_token(app: &App) -> String {
    app.master_key.derive("setup token v1")[..16].iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes all that is written to it");
        hex
    })
}

/// The token to print at the start: when strangers can reach the server and nobody has an account yet.
///
/// # Errors
/// The database failed.
pub async fn setup_token_if_needed(app: &App) -> Result<Option<String>> {
    let needed = !app.config.is_loopback() && !users::store::has_first_admin(&app.db).await?;
    Ok(needed.then(|| setup_token(app)))
}

/// Whether a first sign-up with this token may go on.
pub(super) fn admits(app: &App, token: Option<&str>) -> bool {
    app.config.is_loopback()
        || token.is_some_and(|token| crypto::same(token.trim().as_bytes(), setup_token(app).as_bytes()))
}
