//! Making an account, and proving that one is yours with its password.

pub(super) mod store;

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, Utc};

use super::{Actor, Preferences, Role, UserId, setup};
use crate::{
    app::App,
    config::Signup,
    error::{Error, Result},
    platform::crypto::{SecretString, WeakPassword},
};

const MAX_EMAIL: usize = 254;
const MAX_NAME: usize = 80;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its address, lower case.
    pub email: String,
    /// What others call this person, 1 to 80 characters.
    pub name: String,
    /// What it may do.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// What this person has chosen.
    #[sqlx(flatten)]
    pub preferences: Preferences,
}

/// What a new account is made of, as the person typed it.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The address; upper and lower case are the same.
    pub email: String,
    /// The name.
    pub name: String,
    /// The password.
    pub password: SecretString,
    /// The token printed at the start; needed for the first account of a server that strangers can reach.
    pub setup_token: Option<String>,
}

/// What a person signs in with, as they typed it.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The address.
    pub email: String,
    /// The password.
    pub password: SecretString,
}

/// Makes an account. The first one becomes administrator.
///
/// A taken address is said so. That tells a stranger who has an account here (threat S1), but without mail there is no
/// other way to tell the owner why nothing happens; so every address gets only few tries.
///
/// # Errors
/// [`Error::Invalid`] about a field; [`Error::Forbidden`] `signup_closed`, `setup_token_required` or
/// `setup_token_wrong`; [`Error::Conflict`] `email_taken`; [`Error::TooMany`].
pub async fn register(app: &App, input: Registration, from: IpAddr) -> Result<User> {
    let tries = &app.throttles.registration;
    tries.take(network(from), app.clock.now()).await.map_err(|retry_after| Error::TooMany { retry_after })?;
    let user = new_user(app, &input)?;
    check_strength(app, &input.password, &user.email, &user.name, "password").await?;
    let first = !store::has_first_admin(&app.db).await?;
    // Asked before the costly hash; asked again below, where nobody can come in between.
    admit(app, first, &input)?;
    let hash = app.passwords.hash(input.password.clone()).await?;
    let mut tx = app.db.begin().await?;
    if !store::add_user(&mut tx, &user, &hash).await? {
        return Err(Error::conflict("email_taken", "this e-mail address has an account already"));
    }
    let first = store::claim_first_admin(&mut tx, user.id).await?;
    admit(app, first, &input)?;
    if !first {
        tx.commit().await?;
        return Ok(user);
    }
    store::set_role(&mut tx, user.id, Role::Admin).await?;
    tx.commit().await?;
    tracing::info!(user.id = %user.id, "the first account was made; it is an administrator");
    Ok(User { role: Role::Admin, ..user })
}

/// Whose account this is.
///
/// An unknown address and a wrong password take the same time and get the same answer.
///
/// # Errors
/// [`Error::Unauthenticated`] when they don't match, whatever the reason; [`Error::TooMany`]; [`Error::Unavailable`] when too
/// many sign in at once.
pub async fn sign_in(app: &App, input: Credentials, from: IpAddr) -> Result<User> {
    let (email, network, now) = (normalised(&input.email), network(from), app.clock.now());
    let (by_network, by_account) = (&app.throttles.sign_in, &app.throttles.account);
    by_network.take(network, now).await.map_err(|retry_after| Error::TooMany { retry_after })?;
    by_account.take(&email, now).await.map_err(|retry_after| Error::TooMany { retry_after })?;
    // An address that can't be one needs no query, but the same time; PostgreSQL also refuses a NUL in a text.
    let known = if is_email(&email) { store::find_login(&app.db, &email).await? } else { None };
    let checked = match &known {
        Some((_, hash)) => app.passwords.verify(input.password, hash.clone()).await,
        None => app.passwords.verify_nobody(input.password).await.map(|()| false),
    };
    // Taken first and given back after, so that a hundred guesses at once don't all pass before the first has failed.
    // Where nothing was checked nothing was guessed.
    if checked != Ok(false) {
        by_network.give_back(network).await;
        by_account.give_back(&email).await;
    }
    known.filter(|_| checked == Ok(true)).map(|(user, _)| user).ok_or(match checked {
        Ok(_) => Error::Unauthenticated,
        Err(busy) => busy.into(),
    })
}

/// Whether nobody has an account yet.
///
/// # Errors
/// The database failed.
pub async fn is_empty(app: &App) -> Result<bool> {
    Ok(!store::has_first_admin(&app.db).await?)
}

/// The actor's own account.
///
/// # Errors
/// [`Error::Unauthenticated`] when it was deleted meanwhile.
pub async fn user(app: &App, actor: &Actor) -> Result<User> {
    let mut tx = app.db.begin_read().await?;
    store::find_user(&mut tx, actor.user).await?.ok_or(Error::Unauthenticated)
}

/// Whether a new password is hard enough to guess for somebody who knows whose it is.
pub(super) async fn check_strength(
    app: &App,
    password: &SecretString,
    email: &str,
    name: &str,
    field: &'static str,
) -> Result<()> {
    let hints = vec![email.to_owned(), name.to_owned()];
    let strong = app.passwords.check(password.clone(), hints).await?;
    strong.map_err(|weak| Error::field(code_of(&weak), field, weak.to_string()))
}

/// The code by which a page finds its own words.
fn code_of(weak: &WeakPassword) -> &'static str {
    match weak {
        WeakPassword::TooShort => "password_too_short",
        WeakPassword::TooLong => "password_too_long",
        WeakPassword::Guessable { .. } => "password_weak",
    }
}

fn new_user(app: &App, input: &Registration) -> Result<User> {
    let email = normalised(&input.email);
    if !is_email(&email) {
        return Err(Error::field("email_invalid", "email", "this is not an e-mail address"));
    }
    let name = checked_name(&input.name)?;
    let (id, created_at, preferences) = (UserId(app.ids.next()), app.clock.now(), Preferences::default());
    Ok(User { id, email, name, role: Role::User, created_at, preferences })
}

/// A name as it is stored.
pub(super) fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::field("name_missing", "name", "a name has 1 to 80 characters"));
    }
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::field("name_invalid", "name", "a name has 1 to 80 characters"));
    }
    Ok(name.to_owned())
}

/// Whether this sign-up may go on, given that it is the first one or not.
fn admit(app: &App, first: bool, input: &Registration) -> Result<()> {
    match (first, app.config.chats.signup) {
        (true, _) if setup::admits(app, input.setup_token.as_deref()) => Ok(()),
        (true, _) if input.setup_token.is_none() => Err(Error::Forbidden { code: "setup_token_required" }),
        (true, _) => Err(Error::Forbidden { code: "setup_token_wrong" }),
        (false, Signup::Open) => Ok(()),
        (false, Signup::Closed) => Err(Error::Forbidden { code: "signup_closed" }),
    }
}

fn normalised(email: &str) -> String {
    email.trim().to_lowercase()
}

/// As browsers check `<input type=email>`, near enough: mail is the only real test.
fn is_email(email: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"()<>[],;:\\\"@".contains(c);
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    email.len() <= MAX_EMAIL
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && local.chars().all(plain) && domain.split('.').all(label)
        })
}

/// What tries are counted by: one IPv6 customer has at least a /64 of addresses.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_receive_mail_is_an_address() {
        for email in ["ada@example.org", "a+b.c_d@x-y.example", "ada@localhost", "jürgen@müller.example"] {
            assert!(is_email(email), "{email}");
        }
        let long = format!("{}@example.org", "a".repeat(MAX_EMAIL));
        for email in
            ["", "ada", "@x.org", "ada@", "a b@x.org", "a@b@c", "a@x..org", "a@-x.org", "a\0@x.org", &long]
        {
            assert!(!is_email(email), "{email}");
        }
    }

    #[test]
    fn one_ipv6_network_is_one_source() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
