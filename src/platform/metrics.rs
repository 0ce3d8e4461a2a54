//! What the server counts about itself, under names that are written down once.
//!
//! Rule: no label and no value says who somebody is or what was said. Counters and times are recorded where they happen, by
//! the functions here or by `metrics::counter!(NAME)` with a name of this file; what can be read off at any time is read
//! when somebody asks (`web/metrics.rs`). All names are in [`ALL`], which the documentation is held to.

use std::{sync::OnceLock, time::Duration};

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Goes up only.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How long things took, in seconds.
    Seconds,
}

macro_rules! names {
    ($( $name:ident, $text:literal, $kind:ident, $about:literal; )+) => {
        $( #[doc = $about] pub const $name: &str = $text; )+

        /// Every metric: name, kind, meaning.
        pub const ALL: &[(&str, Kind, &str)] = &[$( ($name, Kind::$kind, $about), )+];
    };
}

names! {
    CONNECTIONS, "freshet_connections", Gauge, "Open connections, by seat (normal, reserved).";
    CONNECTIONS_MOST, "freshet_connections_limit", Gauge, "Connections that may be open, reserved seats aside.";
    CONNECTIONS_REFUSED, "freshet_connections_refused_total", Counter,
        "Connections that were refused, by reason (server, address).";
    CONNECTIONS_CUT, "freshet_connections_cut_total", Counter,
        "Connections that kept us waiting for too long, by what for (head, idle, body, write_stall).";
    ACCEPT_FAILED, "freshet_accept_failures_total", Counter,
        "Times the system gave us no connection, mostly for want of file descriptors.";
    REQUESTS_REFUSED, "freshet_requests_refused_total", Counter,
        "Requests that were refused since the client behind the proxy has too many in progress.";
    STREAMS, "freshet_streams", Gauge, "Open streams, by transport (http, websocket).";
    STREAMS_REFUSED, "freshet_streams_refused_total", Counter,
        "Streams that were refused since their owner had too many.";
    REPLIES, "freshet_replies_running", Gauge, "Replies that this instance is writing.";
    TITLES, "freshet_titles_total", Counter,
        "Titles that a model was asked for, by outcome (given, kept, unfit, failed, late, unpaid).";
    FAILED_OVER, "freshet_failed_over_total", Counter,
        "Replies that another model wrote than the one that was asked, since that could not.";
    RENDERERS, "freshet_renderers", Gauge, "Conversations that are rendered for pages.";
    FRAMES, "freshet_frames_rendered_total", Counter,
        "Frames of HTML that were made, each once for all who watch.";
    BUS_TOPICS, "freshet_bus_topics", Gauge, "Conversations that somebody watches here.";
    BUS_LAGGED, "freshet_bus_lagged_total", Counter,
        "Times a watcher fell so far behind that it has to read the log instead.";
    BUS_AWAY, "freshet_bus_away", Gauge, "1 while other instances can't be heard (Redis only).";
    BUS_MESSAGES, "freshet_bus_messages_total", Counter, "Messages that went out to other instances.";
    BUS_BYTES, "freshet_bus_bytes_total", Counter, "Bytes that went out to other instances.";
    BUS_LOST, "freshet_bus_lost_total", Counter,
        "Messages that did not get out to other instances; their watchers read the log later.";
    JOURNAL_BYTES, "freshet_journal_pending_bytes", Gauge, "Text that providers sent and that is not stored yet.";
    JOURNAL_PIECES, "freshet_journal_pieces_total", Counter, "Pieces of text that were stored.";
    JOURNAL_COMMIT, "freshet_journal_commit_seconds", Seconds, "How long one transaction of the journal takes.";
    JOURNAL_RETRIES, "freshet_journal_retries_total", Counter,
        "Times the database did not take the journal's text, which is then tried again.";
    DB_CONNECTIONS, "freshet_db_connections", Gauge,
        "Connections to the database, by pool (read, write, all) and state (busy, idle).";
    DB_WAIT, "freshet_db_wait_seconds", Seconds, "How long a writing transaction waits for its connection and its beginning.";
    HASHES_WAITING, "freshet_hashes_waiting", Gauge, "Passwords that wait to be hashed or checked.";
    HASHES_REFUSED, "freshet_hashes_refused_total", Counter, "Passwords that were refused since too many wait.";
    TASKS, "freshet_tasks", Gauge, "Tasks that shutdown waits for.";
    TASKS_BROKEN, "freshet_tasks_broken_total", Counter, "Long-lived tasks that panicked.";
    MEMORY, "process_resident_memory_bytes", Gauge, "Memory that is really there.";
    FILES, "process_open_fds", Gauge, "Open files.";
    FILES_MOST, "process_max_fds", Gauge, "Files that may be open.";
}

/// Upper bounds of the times that are told apart, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

/// Begins to count, once for this process, and gives what renders the counts.
pub fn install() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
            .expect("there are buckets");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("something else counts in this process already: metrics stay empty");
        }
        for (name, kind, about) in ALL {
            match kind {
                Kind::Counter => {
                    describe_counter!(*name, *about);
                    // Those with labels appear with their first event.
                    if !about.contains(", by ") {
                        counter!(*name).absolute(0);
                    }
                }
                Kind::Gauge => {
                    describe_gauge!(*name, *about);
                    if !about.contains(", by ") {
                        gauge!(*name).set(0.0);
                    }
                }
                Kind::Seconds => describe_histogram!(*name, Unit::Seconds, *about),
            }
        }
        handle
    })
}

/// A connection was refused.
pub fn connection_refused(reason: &'static str) {
    counter!(CONNECTIONS_REFUSED, "reason" => reason).increment(1);
}

/// The system gave us no connection.
pub fn accept_failed() {
    counter!(ACCEPT_FAILED).increment(1);
}

/// A client kept us waiting for too long.
pub fn cut_off(what: &'static str) {
    counter!(CONNECTIONS_CUT, "waiting_for" => what).increment(1);
}

/// A client behind a proxy asked one thing too many at once.
pub fn request_refused() {
    counter!(REQUESTS_REFUSED).increment(1);
}

/// Somebody opened one stream too many.
pub fn stream_refused() {
    counter!(STREAMS_REFUSED).increment(1);
}

/// A watcher has to read the log.
pub fn bus_lagged() {
    counter!(BUS_LAGGED).increment(1);
}

/// A long-lived task panicked.
pub fn task_broken() {
    counter!(TASKS_BROKEN).increment(1);
}

/// A model was asked for a title.
pub fn titled(outcome: &'static str) {
    counter!(TITLES, "outcome" => outcome).increment(1);
}

/// Another model answered than the one that was asked, since that could not.
pub fn failed_over() {
    counter!(FAILED_OVER).increment(1);
}

/// A frame was made for pages.
pub fn rendered() {
    counter!(FRAMES).increment(1);
}

/// The journal stored so many pieces at once.
pub fn stored(pieces: usize, time: Duration) {
    counter!(JOURNAL_PIECES).increment(pieces as u64);
    took(JOURNAL_COMMIT, time);
}

/// The database did not take what the journal had for it.
pub fn store_failed() {
    counter!(JOURNAL_RETRIES).increment(1);
}

/// A password was refused since too many wait.
pub fn hash_refused() {
    counter!(HASHES_REFUSED).increment(1);
}

/// Something took its time.
pub fn took(name: &'static str, time: Duration) {
    histogram!(name).record(time.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_say_their_kind() {
        for (at, (name, kind, _)) in ALL.iter().enumerate() {
            assert!(ALL[..at].iter().all(|(other, ..)| other != name), "{name}");
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert_eq!(name.ends_with("_seconds"), *kind == Kind::Seconds, "{name}");
        }
    }
}
