//! Passwords: is it strong enough, what is stored of it, does it match.
//!
//! Rule: a hash costs 19 MiB and tens of milliseconds, so it runs off the async threads and only a few at a time;
//! two hundred sign-ins at once wait in line instead of filling the memory, and when the line is long enough that nobody
//! would wait for its end, the next one is told so. Start reading at [`Passwords`].

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use tokio::sync::{Semaphore, TryAcquireError};
use zxcvbn::{Score, feedback};

use crate::platform::metrics;

/// The fewest characters a password may have.
pub const MIN_PASSWORD_CHARS: usize = 8;
/// The most bytes a password may have; more would only cost time to hash.
pub const MAX_PASSWORD_BYTES: usize = 1_024;

/// How much of a password and of each hint is judged. zxcvbn tries every way to read `@` and `$` as letters: 100
/// hostile characters took it 1.7 s in a debug build, 40 took 0.25 s.
const JUDGED_CHARS: usize = 40;

/// Argon2id with 19 MiB, two passes, one lane: the first of OWASP's recommended settings.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many may stand in line. The last of them waits for some 1.5 s where two hashes at once take 25 ms each.
const IN_LINE: usize = 128;

/// A hash that no password is known to match, of the same cost as the real ones.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZnJlc2hldC1ub2JvZHkhIQ$\
                      MBrMJFAotKpm68IqY54CMmtcZN4OwGk5oXDR/5mN/rE";

/// Hashes and checks passwords, a few at a time. Cheap to clone; all clones share one queue.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Those whose turn it is included.
    line: Arc<Semaphore>,
    length: usize,
}

/// Too many stand in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked")]
pub struct Busy;

/// Why a password could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Too many stand in line.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The machine is out of memory or randomness.
    #[error("hashing a password: {0}")]
    Broken(String),
}

impl Passwords {
    /// At most `at_once` hashes run together (at least one). The number of cores is a good choice.
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.max(1);
        let length = at_once + IN_LINE;
        Self { turns: Arc::new(Semaphore::new(at_once)), line: Arc::new(Semaphore::new(length)), length }
    }

    /// How many stand in line, those whose turn it is included.
    pub fn waiting(&self) -> usize {
        self.length - self.line.available_permits()
    }

    /// Whether a new password is hard enough to guess, knowing that the guesser knows `hints` (name, e-mail address).
    /// Judged by its first 40 characters, in the same queue as the hashes since it can cost as much.
    ///
    /// # Errors
    /// [`Busy`]; within, the reason to tell the person.
    pub async fn check(
        &self,
        password: SecretString,
        hints: Vec<String>,
    ) -> Result<Result<(), WeakPassword>, Busy> {
        self.in_turn(move || check_strength(password.expose_secret(), &hints)).await
    }

    /// What to store of `password`: a PHC string with its own salt.
    ///
    /// # Errors
    /// Too many stand in line, or the machine is out of memory or randomness.
    pub async fn hash(&self, password: SecretString) -> Result<String, HashError> {
        self.in_turn(move || {
            let hash = argon2().hash_password(password.expose_secret().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| HashError::Broken(error.to_string()))
        })
        .await?
    }

    /// Whether `password` is the one `stored` was made of. A stored text that is no hash matches nothing.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn verify(&self, password: SecretString, stored: String) -> Result<bool, Busy> {
        self.in_turn(move || {
            let password = password.expose_secret().as_bytes();
            // Longer ones were never accepted; hashing them would only serve whoever wants to keep us busy.
            password.len() <= MAX_PASSWORD_BYTES
                && PasswordHash::new(&stored)
                    .is_ok_and(|hash| argon2().verify_password(password, &hash).is_ok())
        })
        .await
    }

    /// Takes as long as [`Passwords::verify`] and says nothing: for accounts that don't exist, so that the time
    /// of an answer doesn't tell who has one.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn verify_nobody(&self, password: SecretString) -> Result<(), Busy> {
        self.verify(password, NOBODY.to_owned()).await.map(drop)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = match Arc::clone(&self.line).try_acquire_owned() {
            Ok(place) => place,
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => {
                metrics::hash_refused();
                return Err(Busy);
            }
        };
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("this semaphore is never closed");
        let run = move || {
            let result = work();
            // Held by the work and not by the caller: who hangs up early must not let one more in.
            drop((turn, place));
            result
        };
        Ok(tokio::task::spawn_blocking(run).await.expect("hashing neither panics nor is cancelled"))
    }
}

/// Why a password is refused. `Display` is English; the enums inside let a page say it in any language.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than [`MIN_PASSWORD_CHARS`] characters.
    #[error("Use at least {MIN_PASSWORD_CHARS} characters.")]
    TooShort,
    /// More than [`MAX_PASSWORD_BYTES`] bytes.
    #[error("Use at most {MAX_PASSWORD_BYTES} bytes.")]
    TooLong,
    /// zxcvbn gives it less than 3 of 4 points.
    #[error("{}", in_words(*.warning, .suggestions))]
    Guessable {
        /// What makes it easy to guess, when one thing does.
        warning: Option<feedback::Warning>,
        /// What would make it better; may be empty.
        suggestions: Vec<feedback::Suggestion>,
    },
}

fn check_strength(password: &str, hints: &[String]) -> Result<(), WeakPassword> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(WeakPassword::TooLong);
    }
    if password.chars().count() < MIN_PASSWORD_CHARS {
        return Err(WeakPassword::TooShort);
    }
    let hints: Vec<_> = hints.iter().map(|hint| start_of(hint)).collect();
    let judged = zxcvbn::zxcvbn(start_of(password), &hints);
    if judged.score() >= Score::Three {
        return Ok(());
    }
    let feedback = judged.feedback();
    Err(WeakPassword::Guessable {
        warning: feedback.and_then(feedback::Feedback::warning),
        suggestions: feedback.map(|it| it.suggestions().to_vec()).unwrap_or_default(),
    })
}

fn start_of(text: &str) -> &str {
    text.char_indices().nth(JUDGED_CHARS).map_or(text, |(end, _)| &text[..end])
}

fn in_words(warning: Option<feedback::Warning>, suggestions: &[feedback::Suggestion]) -> String {
    let mut words = vec!["This password is too easy to guess.".to_owned()];
    words.extend(warning.map(|it| it.to_string()));
    words.extend(suggestions.iter().map(|it| it.to_string()));
    words.join(" ")
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("these parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn only_the_same_password_matches() {
        let passwords = Passwords::new(2);
        let stored = passwords.hash(secret("a long walk by the sea")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(secret("a long walk by the sea"), stored.clone()).await.unwrap());
        assert!(!passwords.verify(secret("a long walk by the Sea"), stored.clone()).await.unwrap());
        assert!(!passwords.verify(secret(&"x".repeat(MAX_PASSWORD_BYTES + 1)), stored).await.unwrap());
        assert!(!passwords.verify(secret("anything"), "not a hash".into()).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_password_is_stored_differently_each_time() {
        let passwords = Passwords::new(1);
        let one = passwords.hash(secret("a long walk by the sea")).await.unwrap();
        assert_ne!(one, passwords.hash(secret("a long walk by the sea")).await.unwrap());
    }

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert_eq!(hash.hash.unwrap().len(), 32);
    }

    #[tokio::test]
    async fn hanging_up_does_not_let_more_in_at_once() {
        let passwords = Passwords::new(1);
        let mut first = Box::pin(passwords.verify_nobody(secret("one")));
        // Polled once, so that the work has begun, then dropped.
        assert!(futures::poll!(first.as_mut()).is_pending());
        drop(first);
        assert_eq!(passwords.turns.available_permits(), 0);
        passwords.verify_nobody(secret("two")).await.unwrap();
        assert_eq!(passwords.turns.available_permits(), 1);
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_told_at_once() {
        let passwords = Passwords::new(1);
        let mut line: Vec<_> =
            (0..passwords.length).map(|_| Box::pin(passwords.verify_nobody(secret("one")))).collect();
        for waiting in &mut line {
            assert!(futures::poll!(waiting.as_mut()).is_pending());
        }
        assert_eq!(passwords.waiting(), passwords.length);
        assert_eq!(passwords.verify_nobody(secret("two")).await, Err(Busy));
        // Whoever hangs up leaves the line.
        line.truncate(2);
        assert_eq!(passwords.verify_nobody(secret("two")).await, Ok(()));
    }

    #[tokio::test]
    async fn weak_passwords_get_a_reason() {
        let check = |password: &str, hints: &[&str]| {
            let (password, hints) = (secret(password), hints.iter().map(|hint| (*hint).to_owned()).collect());
            async move { Passwords::new(1).check(password, hints).await.unwrap() }
        };
        assert_eq!(check("é1$Zq7!", &[]).await, Err(WeakPassword::TooShort));
        assert_eq!(check(&"a1".repeat(600), &[]).await, Err(WeakPassword::TooLong));
        let common = check("password1", &[]).await.unwrap_err();
        assert!(common.to_string().starts_with("This password is too easy to guess. "), "{common}");
        assert!(matches!(common, WeakPassword::Guessable { warning: Some(_), .. }));
        assert!(check("ada.lovelace", &["ada.lovelace@example.org", "ada.lovelace"]).await.is_err());
        assert_eq!(check("copper lantern drifts", &["ada"]).await, Ok(()));
    }

    #[test]
    fn only_the_start_of_a_long_text_is_judged() {
        assert_eq!(start_of(&"é".repeat(41)), "é".repeat(40));
        assert_eq!(start_of("short"), "short");
        assert_eq!(
            check_strength(&format!("copper lantern drifts{}", "a".repeat(900)), &["b".repeat(9_000)]),
            Ok(())
        );
    }
}
