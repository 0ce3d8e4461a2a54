//! Asking the provider, asking again when it refused, and asking another when it can't.
//!
//! A request is sent again only if its model cannot have worked on it (a status that says "not now", or nobody there), so
//! only before the first word, at most [`AGAIN`] times. The wait is the provider's own if it names one that a person would
//! sit through. Where the operator has named others, they are asked in their order when the provider is in trouble, also
//! until the first word; who answered is recorded. Everything later ends the reply; stop and lost leases drop this future
//! with its wait.

use std::time::Duration;

use futures::StreamExt as _;
use rand::RngExt as _;

use super::{
    context::{self, Bound, Told},
    drive::Job,
    spending::Called,
};
use crate::{
    app::App,
    keys,
    platform::metrics,
    providers::{Accounts, DeltaStream, Error, Key, Model, Request, estimate},
    usage,
};

/// Further tries.
const AGAIN: u32 = 2;
/// Who asks for a longer wait is not asked again: the person decides.
const PATIENCE: Duration = Duration::from_secs(10);
/// Before the first further try, if the provider names no time. Doubled for the next.
const PAUSE: Duration = Duration::from_millis(500);
/// How often a question is shortened that its provider finds too long, although we thought that it fits.
const SHORTER: u32 = 3;

/// An answer that has begun.
pub(super) struct Asked {
    /// Who gives it.
    pub model: Model,
    pub deltas: DeltaStream,
    pub bound: Bound,
    /// Turns that the model was not told.
    pub left_out: usize,
}

/// The head of an answer, by the model that was asked for or by the first of the others that can. `called` is who may be
/// at work, also while this waits.
///
/// # Errors
/// What the model that was asked for said.
pub(super) async fn ask(
    app: &App,
    job: &Job,
    own: &Accounts,
    called: &mut Option<Called>,
) -> Result<Asked, Error> {
    let others = &app.config.providers.failover;
    let error = match one(app, job, (&job.model, own), !others.is_empty(), called).await {
        Err((error, may)) if may && !app.draining.is_cancelled() => error,
        answer => return answer.map_err(|(error, _)| error),
    };
    for other in others.iter().map(|name| name.as_str()).filter(|name| *name != job.model) {
        tracing::warn!(%error, other, "the provider is in trouble; asking another");
        if let Ok(asked) = one(app, job, (other, own), true, called).await {
            metrics::failed_over();
            return Ok(asked);
        }
    }
    Err(error)
}

/// Asks one model. With its error, whether another may be asked instead.
async fn one(
    app: &App,
    job: &Job,
    (name, own): (&str, &Accounts),
    wait: bool,
    called: &mut Option<Called>,
) -> Result<Asked, (Error, bool)> {
    let model = match app.providers.resolve(name, own).await {
        Ok(model) => model,
        Err(error) => {
            keys::saw(app, own, name.split('/').next().unwrap_or_default(), Err(&error)).await;
            let may = error == Error::ModelNotFound || error == Error::NotConfigured;
            return Err((error, may));
        }
    };
    let asked = match shorter(app, job, &model, own, called).await {
        Ok(asked) if wait => begun(asked).await,
        other => other,
    };
    if let Err(error) = &asked {
        keys::saw(app, own, &model.provider, Err(error)).await;
    }
    // What a person's own key may not do is theirs to know.
    let purse = |error: &Error| model.key == Key::Server && error.is_about_the_key();
    asked.map_err(|error| {
        let may = error.may_pass() || purse(&error) || error == Error::ModelNotFound;
        (error, may)
    })
}

/// Asks with all that fits, and with less if the provider counts otherwise.
async fn shorter(
    app: &App,
    job: &Job,
    model: &Model,
    own: &Accounts,
    called: &mut Option<Called>,
) -> Result<Asked, Error> {
    let (mut limit, mut before) = (None, None);
    for _ in 0..SHORTER {
        let told = context::tell(app, job, model, own, limit).await;
        let Told { mut request, left_out, bound } = told.map_err(|error| {
            tracing::error!(%error, "what was said before can't be read");
            Error::Upstream { status: None }
        })?;
        if before == Some(left_out) {
            break;
        }
        before = Some(left_out);
        let size = estimate::of_request(&request);
        if let Some(room) = usage::room(job.allowance, model, size) {
            if room == 0 {
                return Err(Error::Quota);
            }
            request.max_tokens = Some(request.max_tokens.map_or(room, |most| most.min(room)));
        }
        let earlier = called.replace(Called::new(model, size));
        let answer = again(app, model, request, own).await;
        if answer.is_err() {
            // Who refuses takes nothing for it.
            *called = earlier;
        }
        match answer {
            Err(Error::ContextLength) => limit = Some(size * 3 / 5),
            Err(error) => return Err(error),
            Ok(deltas) => return Ok(Asked { model: model.clone(), deltas, bound, left_out }),
        }
    }
    Err(Error::ContextLength)
}

/// Waits for the first word, so that a failure before it can still be somebody else's answer.
async fn begun(mut asked: Asked) -> Result<Asked, Error> {
    let first = asked.deltas.next().await.ok_or(Error::Incomplete)??;
    asked.deltas = futures::stream::once(async move { Ok(first) }).chain(asked.deltas).boxed();
    Ok(asked)
}

/// Sends a request until it is taken, or refused for good.
async fn again(app: &App, model: &Model, request: Request, own: &Accounts) -> Result<DeltaStream, Error> {
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
