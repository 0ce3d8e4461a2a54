//! Changing the key in `secret.key`, so that no moment is left in which a crash would lose one.
//!
//! The old key lies in `secret.key.old` until nothing is sealed under it any more.

use std::{fs, path::Path};

use super::{KeyError, MasterKey, create_private, random_bytes, random_token, to_hex};

impl MasterKey {
    /// Where the key before lies while something may be sealed under it.
    pub const OLD_FILE: &'static str = "secret.key.old";

    /// The key before, if a change of keys is not finished.
    ///
    /// # Errors
    /// As [`MasterKey::load_or_create`].
    pub fn load_old(data_dir: &Path) -> Result<Option<Self>, KeyError> {
        Self::load_from(&data_dir.join(Self::OLD_FILE))
    }

    /// Puts a new key in the place of the one in `data_dir`, which stays beside it. Where such a change was begun and not
    /// finished, nothing new is made. True when there is a new key now.
    ///
    /// # Errors
    /// As [`MasterKey::load_or_create`]; also when there is no key yet.
    pub fn replace(data_dir: &Path) -> Result<bool, KeyError> {
        let (path, old) = (data_dir.join(Self::FILE), data_dir.join(Self::OLD_FILE));
        let io = |source| KeyError::Io { path: path.clone(), source };
        let current = Self::load(data_dir)?.ok_or_else(|| io(std::io::ErrorKind::NotFound.into()))?;
        match Self::load_old(data_dir)? {
            // The new one was in place already.
            Some(before) if before.derive("same?") != current.derive("same?") => return Ok(false),
            // It ended between the two steps below.
            Some(_) => {}
            None => {
                let text = fs::read_to_string(&path).map_err(io)?;
                super::publish(&old, &text).map_err(io)?;
                sync(data_dir).map_err(io)?;
            }
        }
        let draft = path.with_extension(format!("{}.tmp", &random_token()[..8]));
        create_private(&draft, &format!("{}\n", to_hex(&random_bytes()))).map_err(io)?;
        fs::rename(&draft, &path).and_then(|()| sync(data_dir)).map_err(io)?;
        Ok(true)
    }

    /// Removes the key before: nothing is sealed under it any more.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn forget_old(data_dir: &Path) -> std::io::Result<()> {
        match fs::remove_file(data_dir.join(Self::OLD_FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => sync(data_dir),
        }
    }
}

/// A new name is only there after a power cut when its folder was written, too.
fn sync(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_keys_is_never_without_either_and_can_be_begun_again() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path();
        assert!(MasterKey::replace(at).is_err(), "there is none to replace");
        let first = MasterKey::load_or_create(at).unwrap().derive("x");
        // It ended right after the first step.
        fs::copy(at.join(MasterKey::FILE), at.join(MasterKey::OLD_FILE)).unwrap();
        assert!(MasterKey::replace(at).unwrap());
        let second = MasterKey::load(at).unwrap().unwrap().derive("x");
        assert_ne!(first, second);
        assert_eq!(MasterKey::load_old(at).unwrap().unwrap().derive("x"), first);
        assert!(!MasterKey::replace(at).unwrap(), "the first change is finished before another one");
        assert_eq!(MasterKey::load(at).unwrap().unwrap().derive("x"), second);
        MasterKey::forget_old(at).unwrap();
        MasterKey::forget_old(at).unwrap();
        assert!(MasterKey::load_old(at).unwrap().is_none());
        assert_eq!(fs::read_dir(at).unwrap().count(), 1, "no draft is left behind");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert!(MasterKey::replace(at).unwrap());
            for file in [MasterKey::FILE, MasterKey::OLD_FILE] {
                assert_eq!(fs::metadata(at.join(file)).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
    }
}
