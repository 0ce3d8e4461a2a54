//! Who is asking: accounts, browser sessions, API tokens, and the gate that says what an actor may do.
//!
//! The rules: a secret (cookie, token, password) is stored only as a hash; whoever guesses learns nothing from the
//! answer, and gets fewer and fewer tries; an id that isn't yours answers like one that doesn't exist.
//! The doors in: [`register`], [`sign_in`], [`sessions`] for browsers, [`tokens`] for API clients, [`can`];
//! [`change`] and its neighbours for one's own account; what stays open holds a [`Standing`].

mod actor;
mod change;
mod device;
mod preferences;
pub mod sessions;
mod setup;
pub mod standing;
mod store;
pub mod tokens;
mod users;

pub use actor::{Action, Actor, Role, SessionId, TokenFamily, UserId, Via, can};
pub use change::{begin_leaving, change, change_password, hold_account, leave};
pub use device::Device;
pub use preferences::{Change, Preferences};
pub use setup::{setup_token, setup_token_if_needed};
pub use standing::{Hold, Standing};
pub use users::{Credentials, Registration, User, is_empty, register, sign_in, user};
