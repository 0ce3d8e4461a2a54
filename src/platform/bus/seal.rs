//! What makes a letter one of ours: whoever can publish in Redis can't write to our watchers.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Bytes of HMAC-SHA256 in front of each letter.
const SEAL: usize = 16;

/// The key that all instances of an installation share.
#[derive(Clone)]
pub(super) struct Seal(Hmac<Sha256>);

impl Seal {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The letter as it may be sent through `channel`, and through no other.
    pub fn close(&self, channel: &str, letter: &[u8]) -> Vec<u8> {
        let seal = self.over(channel, letter).finalize().into_bytes();
        [&seal[..SEAL], letter].concat()
    }

    /// The letter that came through `channel`; `None` unless somebody with our key sent it there.
    pub fn open<'a>(&self, channel: &str, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let (seal, letter) = bytes.split_at_checked(SEAL)?;
        // In constant time.
        self.over(channel, letter).verify_truncated_left(seal).ok().map(|()| letter)
    }

    fn over(&self, channel: &str, letter: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // With its length: no end of the channel's name can pass for the beginning of a letter.
        mac.update(&(channel.len() as u64).to_be_bytes());
        mac.update(channel.as_bytes());
        mac.update(letter);
        mac
    }
}

/// Without the key.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_opens_where_it_was_sent_and_nowhere_else() {
        let seal = Seal::new(&[7; 32]);
        let closed = seal.close("log:1", b"letter");
        assert_eq!(closed.len(), SEAL + 6);
        assert_eq!(seal.open("log:1", &closed), Some(&b"letter"[..]));
        assert_eq!(seal.open("log:2", &closed), None);
        assert_eq!(Seal::new(&[8; 32]).open("log:1", &closed), None);
        for at in 0..closed.len() {
            let mut changed = closed.clone();
            changed[at] ^= 1;
            assert_eq!(seal.open("log:1", &changed), None, "byte {at}");
            assert_eq!(seal.open("log:1", &closed[..at]), None, "{at} bytes");
        }
        let moved = [&closed[..SEAL], b"1letter"].concat();
        assert_eq!(seal.open("log:", &moved), None);
    }
}
