//! Asking the provider, and asking again when it refused.
//!
//! A request is sent again only if its model cannot have worked on it (a status that says "not now", or nobody there), so
//! only before the first word, at most [`AGAIN`] times. The wait is the provider's own if it names one that a person would
//! sit through. Everything later ends the reply; stop and lost leases drop this future with its wait.

use std::time::Duration;

use rand::RngExt as _;

use crate::{
    app::App,
    providers::{Accounts, DeltaStream, Error, Model, Request},
};

/// Further tries.
const AGAIN: u32 = 2;
/// Who asks for a longer wait is not asked again: the person decides.
const PATIENCE: Duration = Duration::from_secs(10);
/// Before the first further try, if the provider names no time. Doubled for the next.
const PAUSE: Duration = Duration::from_millis(500);

/// The head of an answer.
///
/// # Errors
/// The last refusal.
pub(super) async fn ask(
    app: &App,
    model: &Model,
    request: Request,
    own: &Accounts,
) -> Result<DeltaStream, Error> {
    let mut tries = 0;
    loop {
        let error = match app.providers.stream(model, request.clone(), own).await {
            Ok(deltas) => return Ok(deltas),
            Err(error) => error,
        };
        let Some(wait) = pause(&error, tries).filter(|_| !app.draining.is_cancelled()) else {
            return Err(error);
        };
        tries += 1;
        // Many who were refused at once must not come back at once.
        let wait = wait.mul_f64(rand::rng().random_range(1.0..1.25));
        tracing::info!(%error, ms = wait.as_millis(), tries, "the provider refused; asking again");
        tokio::time::sleep(wait).await;
    }
}

/// How long to wait after this refusal; `None` when it is the last word.
fn pause(error: &Error, tries: u32) -> Option<Duration> {
    let refused = match error {
        Error::RateLimited { .. } | Error::Overloaded { .. } | Error::Unreachable => true,
        // A gateway that found nobody behind it. A 500 may have cost a whole answer already.
        Error::Upstream { status } => *status == Some(502),
        _ => false,
    };
    let wait = error.retry_after().unwrap_or(PAUSE * 2_u32.pow(tries));
    (refused && tries < AGAIN && wait <= PATIENCE).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_request_that_no_model_worked_on_is_sent_again() {
        let seconds = |n| Some(Duration::from_secs(n));
        for (error, first) in [
            (Error::RateLimited { retry_after: None }, Some(PAUSE)),
            (Error::RateLimited { retry_after: seconds(7) }, seconds(7)),
            (Error::RateLimited { retry_after: seconds(11) }, None),
            (Error::Overloaded { retry_after: seconds(0) }, seconds(0)),
            (Error::Upstream { status: Some(502) }, Some(PAUSE)),
            (Error::Upstream { status: Some(500) }, None),
            (Error::Upstream { status: None }, None),
            (Error::Unreachable, Some(PAUSE)),
            (Error::Quota, None),
            (Error::Unauthorized, None),
            (Error::Timeout, None),
            (Error::Cut, None),
            (Error::Incomplete, None),
        ] {
            assert_eq!(pause(&error, 0), first, "{error:?}");
            assert_eq!(pause(&error, AGAIN), None, "{error:?}");
        }
        assert_eq!(pause(&Error::Unreachable, 1), Some(PAUSE * 2));
    }
}
