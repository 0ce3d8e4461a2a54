//! A place in a log that a client can hold and come back with.

use std::{fmt, str::FromStr};

/// `(epoch, seq)`: the last entry that a reader has. Written `<epoch>.<seq>`, opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// Random per log; changes whenever continuity cannot be proven.
    pub epoch: i64,
    /// The last entry seen, 0 for none.
    pub seq: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (epoch, seq) = text.split_once('.').ok_or(NotACursor)?;
        Ok(Self { epoch: number(epoch)?, seq: number(seq)? })
    }
}

/// Digits only: `parse` alone would also take a sign.
fn number(text: &str) -> Result<i64, NotACursor> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NotACursor);
    }
    text.parse().map_err(|_| NotACursor)
}

impl serde::Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip() {
        let cursor = Cursor { epoch: 81, seq: 7 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn garbage_is_refused() {
        for text in
            ["", ".", "1", "1.", ".1", "-1.2", "1.+2", "1.2.3", "a.b", "99999999999999999999.1", "1 .2"]
        {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
