//! Whose a key looks like. Providers change that unannounced: a hint, never a reason to refuse one.

use super::may_have_own;
use crate::providers::catalog::{ROWS, Row};

/// The provider whose keys begin like this one. Of several beginnings the longest counts.
pub fn detect(key: &str) -> Option<&'static Row> {
    let key = key.trim();
    let rows = ROWS.iter().filter(|row| may_have_own(row));
    let fits = rows.filter_map(|row| Some((start_of(row, key)?, row)));
    fits.max_by_key(|(length, _)| *length).map(|(_, row)| row)
}

/// Another provider whose key this looks like, when it was given for `row`.
pub fn other_than(row: &Row, key: &str) -> Option<&'static Row> {
    // Where nothing is known about keys every one fits.
    let other = detect(key).filter(|other| !row.key_starts.is_empty() && other.name != row.name)?;
    let (theirs, ours) = (start_of(other, key.trim()), start_of(row, key.trim()));
    (theirs > ours).then_some(other)
}

fn start_of(row: &Row, key: &str) -> Option<usize> {
    row.key_starts.iter().filter(|start| key.starts_with(**start)).map(|start| start.len()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_of_the_catalogue_is_recognised() {
        for row in ROWS {
            for start in row.key_starts {
                let key = format!(" {start}0123456789abcdefghij\n");
                let found = detect(&key).map(|found| found.name);
                // Another provider may have a longer one.
                assert!(
                    found == Some(row.name) || found.is_some_and(|_| row.key_starts.len() > 1),
                    "{start}"
                );
                assert!(other_than(row, &key).is_none() || found != Some(row.name), "{start}");
            }
        }
        assert!(detect("").is_none() && detect("nonsense").is_none());
    }
}
