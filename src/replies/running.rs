//! The replies that this instance is writing now.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A registry of running replies. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Running {
    replies: Arc<Mutex<HashMap<Uuid, Handle>>>,
}

/// How to reach a running reply's task.
#[derive(Debug, Clone)]
pub(super) struct Handle {
    /// Somebody pressed stop.
    pub stop: CancellationToken,
    /// The lease is gone: whatever the task still does counts for nothing.
    pub lost: CancellationToken,
}

impl Running {
    pub(super) fn add(&self, reply: Uuid, handle: Handle) {
        self.replies.lock().insert(reply, handle);
    }

    pub(super) fn remove(&self, reply: Uuid) {
        self.replies.lock().remove(&reply);
    }

    pub(super) fn find(&self, reply: Uuid) -> Option<Handle> {
        self.replies.lock().get(&reply).cloned()
    }

    pub(super) fn all(&self) -> Vec<(Uuid, Handle)> {
        self.replies.lock().iter().map(|(id, handle)| (*id, handle.clone())).collect()
    }

    /// Ends the work on a reply, if it runs here: its lease is gone.
    pub fn lose(&self, reply: Uuid) {
        if let Some(handle) = self.find(reply) {
            handle.lost.cancel();
        }
    }

    /// Whether this reply runs here now.
    pub fn runs(&self, reply: Uuid) -> bool {
        self.replies.lock().contains_key(&reply)
    }

    /// How many replies run here now.
    pub fn count(&self) -> usize {
        self.replies.lock().len()
    }
}
