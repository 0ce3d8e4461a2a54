//! Passwords: is it strong enough, what is stored of it, does it match.
//!
//! Rule: a hash costs 19 MiB and tens of milliseconds, so it runs off the async threads and only a few at a time;
//! two hundred sign-ins at once wait in line instead of filling the memory. Start reading at [`Passwords`].

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zxcvbn::{Score, feedback};

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

/// A hash that no password is known to match, of the same cost as the real ones.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZnJlc2hldC1ub2JvZHkhIQ$\
                      MBrMJFAotKpm68IqY54CMmtcZN4OwGk5oXDR/5mN/rE";

/// Hashes and checks passwords, a few at a time. Cheap to clone; all clones share one queue.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Passwords {
    /// At most `at_once` hashes run together (at least one). The number of cores is a good choice.
    pub fn new(at_once: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once.max(1))) }
    }

    /// Whether a new password is hard enough to guess, knowing that the guesser knows `hints` (name, e-mail address).
    /// Judged by its first 40 characters, in the same queue as the hashes since it can cost as much.
    ///
    /// # Errors
    /// The reason to tell the person.
    pub async fn check(&self, password: SecretString, hints: Vec<String>) -> Result<(), WeakPassword> {
        self.in_turn(move || check_strength(password.expose_secret(), &hints)).await
    }

    /// What to store of `password`: a PHC string with its own salt.
    ///
    /// # Errors
    /// When the machine is out of memory or randomness.
    pub async fn hash(&self, password: SecretString) -> anyhow::Result<String> {
        self.in_turn(move || {
            let hash = argon2().hash_password(password.expose_secret().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| anyhow::anyhow!("hashing a password: {error}"))
        })
        .await
    }

    /// Whether `password` is the one `stored` was made of. A stored text that is no hash matches nothing.
    pub async fn verify(&self, password: SecretString, stored: String) -> bool {
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
    pub async fn verify_nobody(&self, password: SecretString) {
        self.verify(password, NOBODY.to_owned()).await;
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = Arc::clone(&self.turns).acquire_owned().await.expect("this semaphore is never closed");
        let run = move || {
            let result = work();
            // Held by the work and not by the caller: who hangs up early must not let one more in.
            drop(turn);
            result
        };
        tokio::task::spawn_blocking(run).await.expect("hashing neither panics nor is cancelled")
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
        assert!(passwords.verify(secret("a long walk by the sea"), stored.clone()).await);
        assert!(!passwords.verify(secret("a long walk by the Sea"), stored.clone()).await);
        assert!(!passwords.verify(secret(&"x".repeat(MAX_PASSWORD_BYTES + 1)), stored).await);
        assert!(!passwords.verify(secret("anything"), "not a hash".into()).await);
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
        passwords.verify_nobody(secret("two")).await;
        assert_eq!(passwords.turns.available_permits(), 1);
    }

    #[tokio::test]
    async fn weak_passwords_get_a_reason() {
        let check = |password: &str, hints: &[&str]| {
            let (password, hints) = (secret(password), hints.iter().map(|hint| (*hint).to_owned()).collect());
            async move { Passwords::new(1).check(password, hints).await }
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
