//! Tasks that live as long as the server, and what happens when one of them panics.
//!
//! One that can begin anew does so after a pause. One that can't takes the server down with it, loudly: a process that
//! looks healthy and does nothing is the worst of all.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::platform::metrics;

/// Before a broken task begins anew, so that one that breaks at once does not keep us busy.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs `task`; if it panics, `broken` is cancelled.
pub(super) async fn or_bust(name: &'static str, task: impl Future<Output = ()>, broken: CancellationToken) {
    if AssertUnwindSafe(task).catch_unwind().await.is_err() {
        metrics::task_broken();
        tracing::error!(task = name, "a task that the server can't do without has panicked; the server ends");
        broken.cancel();
    }
}

/// Runs what `begin` makes until it ends by itself; if it panics, again.
pub(super) async fn again<T: Future<Output = ()>>(name: &'static str, mut begin: impl FnMut() -> T) {
    while AssertUnwindSafe(begin()).catch_unwind().await.is_err() {
        metrics::task_broken();
        tracing::error!(task = name, "a task has panicked; it begins anew");
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_vital_task_is_told_and_an_end_is_not() {
        let broken = CancellationToken::new();
        or_bust("ends", async {}, broken.clone()).await;
        assert!(!broken.is_cancelled());
        or_bust("breaks", async { panic!("on purpose") }, broken.clone()).await;
        assert!(broken.is_cancelled());
    }

    #[tokio::test]
    async fn a_task_that_breaks_begins_anew_until_it_ends() {
        let mut begun = 0;
        again("shaky", || {
            begun += 1;
            let now = begun;
            async move { assert!(now == 2, "on purpose") }
        })
        .await;
        assert_eq!(begun, 2);
    }
}
