//! What rests sealed in the database: AES-256-GCM under a key that derives from the master key.
//!
//! A sealed text opens only under the key that closed it and only about the same things: who moves it to another row, or
//! changes what stands beside it, gets nothing. A nonce is random and used once; of two closings of one text nobody can
//! tell that they are the same.

use std::{fmt, sync::Arc};

use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce,
    aead::{Aead as _, Payload},
};
use sha2::{Digest as _, Sha256};

use super::{MasterKey, SecretString, to_hex};

/// The form of what is bound to a sealed text; part of it.
const FORM: &[u8] = b"freshet sealed 1";
const NONCE: usize = 12;

/// Closes under one key, opens under that and older ones. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Vec<Lock>>);

struct Lock {
    kid: String,
    cipher: Aes256Gcm,
}

/// A sealed text and the name of the key that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Nonce, ciphertext, tag.
    pub bytes: Vec<u8>,
    /// Which key closed it; tells nothing about the key.
    pub kid: String,
}

impl Vault {
    /// `older` keys only open. `purpose` keeps vaults of different things apart.
    pub fn new(purpose: &str, current: &MasterKey, older: &[MasterKey]) -> Self {
        let locks = std::iter::once(current).chain(older).map(|key| Lock::new(&key.derive(purpose)));
        Self(Arc::new(locks.collect()))
    }

    /// The name of the key that closes now.
    pub fn kid(&self) -> &str {
        &self.0[0].kid
    }

    /// Seals a text about `about`: all of it has to be told again to open it.
    pub fn close(&self, text: &SecretString, about: &[&[u8]]) -> Sealed {
        use secrecy::ExposeSecret as _;
        let lock = &self.0[0];
        let mut nonce = [0; NONCE];
        // Without randomness nothing here is safe to go on with.
        getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
        let about = lock.bound(about);
        let payload = Payload { msg: text.expose_secret().as_bytes(), aad: &about };
        let closed = lock.cipher.encrypt(&Nonce::from(nonce), payload).expect("a key is no 64 GiB long");
        Sealed { bytes: [&nonce[..], &closed].concat(), kid: lock.kid.clone() }
    }

    /// The text, if one of our keys closed it about the same things.
    pub fn open(&self, sealed: &[u8], kid: &str, about: &[&[u8]]) -> Option<SecretString> {
        let lock = self.0.iter().find(|lock| lock.kid == kid)?;
        let (nonce, closed) = sealed.split_first_chunk::<NONCE>()?;
        let about = lock.bound(about);
        let payload = Payload { msg: closed, aad: &about };
        let text = lock.cipher.decrypt(&Nonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok().map(SecretString::from)
    }
}

impl Lock {
    fn new(key: &[u8; 32]) -> Self {
        let kid = to_hex(&Sha256::digest([b"kid:", &key[..]].concat())[..8]);
        Self { kid, cipher: Aes256Gcm::new(key.into()) }
    }

    /// What is bound, each part with its length: two lists of parts are never the same bytes.
    fn bound(&self, about: &[&[u8]]) -> Vec<u8> {
        let parts = [FORM, self.kid.as_bytes()].into_iter().chain(about.iter().copied());
        parts.flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.to_vec())).collect()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|lock| &lock.kid)).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use secrecy::ExposeSecret as _;

    use super::*;

    fn master(seed: u8) -> MasterKey {
        MasterKey::from_bytes(std::array::from_fn(|at| seed.wrapping_mul(31).wrapping_add(at as u8)))
    }

    fn opened(vault: &Vault, sealed: &Sealed, about: &[&[u8]]) -> Option<String> {
        vault.open(&sealed.bytes, &sealed.kid, about).map(|text| text.expose_secret().to_owned())
    }

    #[test]
    fn what_was_closed_opens_only_about_the_same_things() {
        let vault = Vault::new("test", &master(1), &[]);
        let sealed = vault.close(&"sk-1".into(), &[b"ada", b"openai"]);
        assert_eq!(opened(&vault, &sealed, &[b"ada", b"openai"]).as_deref(), Some("sk-1"));
        for about in [&[b"bob" as &[u8], b"openai"], &[b"ada", b"gemini"], &[b"adaopenai", b""]] {
            assert_eq!(opened(&vault, &sealed, about), None);
        }
        assert_eq!(opened(&vault, &sealed, &[b"ada"]), None);
        for at in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[at] ^= 1;
            assert_eq!(opened(&vault, &changed, &[b"ada", b"openai"]), None, "byte {at}");
            changed.bytes.truncate(at);
            assert_eq!(opened(&vault, &changed, &[b"ada", b"openai"]), None, "{at} bytes");
        }
    }

    #[test]
    fn an_old_key_still_opens_and_never_closes() {
        let before = Vault::new("test", &master(1), &[]);
        let sealed = before.close(&"sk-1".into(), &[]);
        let during = Vault::new("test", &master(2), &[master(1)]);
        assert_eq!(opened(&during, &sealed, &[]).as_deref(), Some("sk-1"));
        assert_eq!(during.close(&"sk-1".into(), &[]).kid, during.kid());
        assert_ne!(during.kid(), before.kid());
        assert_eq!(opened(&Vault::new("test", &master(2), &[]), &sealed, &[]), None);
        // Its name alone opens nothing.
        let forged = Sealed { kid: during.kid().to_owned(), ..sealed };
        assert_eq!(opened(&during, &forged, &[]), None);
    }

    #[test]
    fn s31_a_thousand_closings_of_one_text_have_a_thousand_nonces() {
        let vault = Vault::new("test", &master(1), &[]);
        let closed = (0..1_000).map(|_| vault.close(&"sk-1".into(), &[]).bytes);
        let nonces: HashSet<Vec<u8>> = closed.map(|bytes| bytes[..NONCE].to_vec()).collect();
        assert_eq!(nonces.len(), 1_000);
    }

    #[test]
    fn vaults_and_their_names_tell_nothing() {
        let (one, other) = (Vault::new("one", &master(1), &[]), Vault::new("other", &master(1), &[]));
        assert_ne!(one.kid(), other.kid());
        assert_eq!(format!("{one:?}"), format!("[{:?}]", one.kid()));
    }
}
