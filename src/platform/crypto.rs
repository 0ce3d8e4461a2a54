//! Keys, tokens and passwords: everything that must be random, secret or compared without haste.
//!
//! Rule: a secret has no readable `Debug`, and a token is stored only as [`hash_token`] of itself.
//! Start reading at [`MasterKey`]; passwords have their own file.

mod files;
mod password;
mod seal;

pub use password::{Busy, HashError, MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS, Passwords, WeakPassword};
pub use seal::{Sealed, Vault};
pub use secrecy::{ExposeSecret, SecretString};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretBox;
use sha2::{Digest, Sha256};
use std::{
    fmt, fs,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use subtle::ConstantTimeEq;

/// The key that all other keys of this installation are derived from. Cheap to clone; prints as `****`.
#[derive(Clone)]
pub struct MasterKey(Arc<SecretBox<[u8; 32]>>);

/// Why there is no usable master key. The text never holds the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Empty, a sample value, of the wrong length, or without any randomness.
    #[error("{0}; make one with `openssl rand -hex 32`")]
    Unusable(&'static str),
    /// The file's content is not a usable key. Replacing the file would lose what was sealed with the old key.
    #[error("{path}: {reason}; put the original key back, or remove the file to start with a new key (people's own provider keys are then lost)", path = .path.display())]
    BadFile {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The file can neither be read nor made.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The key file, or the folder it should be in.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl MasterKey {
    /// The name of the key file in the data directory.
    pub const FILE: &'static str = "secret.key";

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] for anything else, and for keys that are plainly no secret (all digits alike).
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        key_bytes(text).map(Self::from_bytes).map_err(KeyError::Unusable)
    }

    /// The key in `data_dir/secret.key`; makes it on the first start, readable by the owner only.
    ///
    /// # Errors
    /// [`KeyError::BadFile`] when the file is there but holds no usable key, [`KeyError::Io`] when it can't be
    /// read or made. A bad file is never overwritten.
    pub fn load_or_create(data_dir: &Path) -> Result<Self, KeyError> {
        let path = data_dir.join(Self::FILE);
        if let Some(key) = Self::load(data_dir)? {
            return Ok(key);
        }
        let io = |source| KeyError::Io { path: path.clone(), source };
        make_private_dir(data_dir).map_err(io)?;
        match publish(&path, &format!("{}\n", to_hex(&random_bytes()))) {
            // Another process was first: its key is the key.
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(io(error)),
            _ => Self::load(data_dir)?.ok_or_else(|| io(ErrorKind::NotFound.into())),
        }
    }

    /// The key in `data_dir/secret.key`, or `None` when there is no such file. Makes nothing.
    ///
    /// # Errors
    /// As [`MasterKey::load_or_create`].
    pub fn load(data_dir: &Path) -> Result<Option<Self>, KeyError> {
        Self::load_from(&data_dir.join(Self::FILE))
    }

    fn load_from(path: &Path) -> Result<Option<Self>, KeyError> {
        let path = path.to_owned();
        let mut text = String::new();
        // A key is 64 digits; reading is cut so that a wrong file (a disk image, /dev/zero) can't fill the memory.
        let read = fs::File::open(&path).and_then(|file| file.take(1_024).read_to_string(&mut text));
        match read {
            Ok(_) => key_bytes(text.trim()).map(Self::from_bytes).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err("is not text"),
            Err(source) => return Err(KeyError::Io { path, source }),
        }
        .map_err(|reason| KeyError::BadFile { path, reason })
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }

    /// The key for one purpose, such as `"cookies v1"`: HMAC-SHA256 of the purpose under the master key. Keys of
    /// different purposes tell nothing about each other or about the master key.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

/// A fresh secret of 256 random bits as 43 characters that fit into URLs, cookies and headers.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes())
}

/// What is stored of a token: its SHA-256. A token has 256 random bits, so a slow hash would add nothing.
pub fn hash_token(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether `a` and `b` are equal, in a time that tells nothing about where they differ (only about their lengths).
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Makes a folder, and those above it that are missing, for its owner only. One that is there is left as it is.
///
/// # Errors
/// What the operating system says.
pub fn make_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes ring the process's TLS provider. Called first thing by the command line and by every test that builds an
/// HTTP client; calling it again is harmless.
pub fn install_tls_provider() {
    // The error says that a provider is there already, and nothing but ring is linked.
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    // Without randomness nothing here is safe to go on with.
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

fn key_bytes(text: &str) -> Result<[u8; 32], &'static str> {
    if text.is_empty() {
        return Err("is empty");
    }
    if text.eq_ignore_ascii_case("changeme") {
        return Err("is a sample value, not a secret");
    }
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("is not a key of 64 hexadecimal digits (32 bytes)");
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = hex_digit(digits[0]) << 4 | hex_digit(digits[1]);
    }
    // Counts different bytes, not entropy: it catches all zeros, `abab…` and `0123…` samples, and a random key
    // has fewer than 16 different bytes among 32 about never.
    let mut seen = bytes.to_vec();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < 16 || bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)) {
        return Err("is a sample value, not a secret");
    }
    Ok(bytes)
}

fn hex_digit(digit: u8) -> u8 {
    (digit as char).to_digit(16).map_or(0, |value| value as u8)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Puts a new file with `content` at `path`, whole or not at all, and never over another. Whoever opens `path`
/// meanwhile, in this process or the next, sees no half-written key.
fn publish(path: &Path, content: &str) -> std::io::Result<()> {
    let draft = path.with_extension(format!("{}.tmp", &random_token()[..8]));
    let written = create_private(&draft, content).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            // Some network and FAT volumes have no hard links: there, exclusive creation must do.
            create_private(path, content)
        }
        other => other,
    });
    drop(fs::remove_file(&draft));
    written
}

/// Creates a file that only its owner can read; fails when it exists.
fn create_private(path: &Path, content: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
