//! Which topics Redis sends here, and which it should.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

/// What is known about the subscriptions of the connection that listens.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Topics that Redis has confirmed.
    pub confirmed: HashSet<Uuid>,
    /// Topics that may have to be subscribed or let go of.
    pub changed: HashSet<Uuid>,
    /// Topics whose watchers went on without a confirmation.
    pub late: HashSet<Uuid>,
    /// The connection is new: nothing is subscribed on it.
    pub afresh: bool,
}

/// What has to be done.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub afresh: bool,
    pub enter: Vec<Uuid>,
    pub leave: Vec<Uuid>,
}

impl Joined {
    /// Takes out what has to be done so that Redis sends what is `watched`.
    pub fn changes<T>(&mut self, watched: &HashMap<Uuid, T>) -> Changes {
        let afresh = std::mem::take(&mut self.afresh);
        if afresh {
            self.confirmed.clear();
            self.changed = watched.keys().copied().collect();
            // Who left while there was no connection is not among those any more.
            self.late.retain(|topic| watched.contains_key(topic));
        }
        let mut changes = Changes { afresh, ..Changes::default() };
        for topic in self.changed.drain() {
            match (watched.contains_key(&topic), self.confirmed.contains(&topic)) {
                (true, false) => changes.enter.push(topic),
                (false, true) => {
                    self.confirmed.remove(&topic);
                    changes.leave.push(topic);
                }
                _ => {}
            }
            if !watched.contains_key(&topic) {
                self.late.remove(&topic);
            }
        }
        changes
    }
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        !self.afresh && self.enter.is_empty() && self.leave.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_and_left_without_a_connection_leaves_nothing_behind() {
        let [stays, left] = [1, 2].map(Uuid::from_u128);
        let both = HashSet::from([stays, left]);
        let mut joined = Joined { changed: both.clone(), late: both, afresh: true, ..Joined::default() };
        let changes = joined.changes(&HashMap::from([(stays, ())]));
        assert_eq!((changes.enter, changes.leave), (vec![stays], vec![]));
        assert_eq!(joined.late, HashSet::from([stays]));
    }
}
