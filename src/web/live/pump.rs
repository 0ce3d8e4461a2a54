//! A stream that goes on in a task of its own.
//!
//! The rule: what reads or writes the database never shares a task with what writes to a client. A future that is not
//! polled while a slow reader is waited for would keep its connection, or the turn that it was given.

use std::{
    panic::resume_unwind,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures::{Stream, StreamExt as _};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::task::TaskTracker;

/// Items that wait to be taken, at most.
const AHEAD: usize = 16;
/// Bytes that wait to be taken, of all pumps that share a [`Tank`].
const TANK: u32 = 128 << 10;

/// What several pumps may hold together. One item more for each pump waits before it.
#[derive(Debug, Clone)]
pub(in crate::web) struct Tank(Arc<Semaphore>);

impl Default for Tank {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TANK as usize)))
    }
}

/// What a stream gives, in order. The stream ends when this is dropped; its panic goes on in who takes from it.
#[derive(Debug)]
pub(in crate::web) struct Pump<T> {
    taken: mpsc::Receiver<(T, OwnedSemaphorePermit)>,
    /// Absent once it has ended.
    task: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Pump<T> {
    /// Starts it; `bytes` says how much an item holds.
    pub fn start(
        tasks: &TaskTracker,
        tank: &Tank,
        from: impl Stream<Item = T> + Send + 'static,
        bytes: impl Fn(&T) -> usize + Send + 'static,
    ) -> Self {
        let (give, taken) = mpsc::channel(AHEAD);
        let tank = tank.clone();
        let task = tasks.spawn(async move {
            let mut from = pin!(from);
            // It waits only between two items: a stream that has just given one is not in the middle of anything.
            while let Some(item) = from.next().await {
                let bytes = u32::try_from(bytes(&item)).unwrap_or(TANK).min(TANK);
                let Ok(room) = Arc::clone(&tank.0).acquire_many_owned(bytes).await else { return };
                if give.send((item, room)).await.is_err() {
                    return;
                }
            }
        });
        Self { taken, task: Some(task) }
    }
}

impl<T> Stream for Pump<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if let Some((item, _)) = ready!(self.taken.poll_recv(context)) {
            return Poll::Ready(Some(item));
        }
        let Some(task) = &mut self.task else { return Poll::Ready(None) };
        let ended = ready!(Pin::new(task).poll(context));
        self.task = None;
        if let Err(error) = ended
            && let Ok(panic) = error.try_into_panic()
        {
            resume_unwind(panic);
        }
        Poll::Ready(None)
    }
}

impl<T> Drop for Pump<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    #[tokio::test]
    async fn everything_comes_in_order_however_large() {
        let (tasks, tank) = (TaskTracker::new(), Tank::default());
        let sizes = || (0..200_usize).map(|n| n * 4_001);
        let pumps: Vec<_> =
            (0..4).map(|_| Pump::start(&tasks, &tank, stream::iter(sizes()), |n| *n)).collect();
        for pump in pumps {
            // The others wait with a full tank meanwhile, and are let go of.
            drop(pump);
        }
        let pump = Pump::start(&tasks, &tank, stream::iter(sizes()), |n| *n);
        assert_eq!(pump.collect::<Vec<_>>().await, sizes().collect::<Vec<_>>());
        tasks.close();
        tasks.wait().await;
        assert_eq!(tank.0.available_permits(), TANK as usize);
    }

    #[tokio::test]
    #[should_panic(expected = "as if here")]
    async fn a_panic_is_not_silence() {
        let from = stream::once(async { panic!("as if here") });
        Pump::<()>::start(&TaskTracker::new(), &Tank::default(), from, |()| 0).next().await;
    }
}
