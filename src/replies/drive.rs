//! Running one reply: pull the provider, push the journal, end exactly once.

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Utc};
use futures::{FutureExt as _, StreamExt as _};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{
    ask::{Asked, ask},
    context::Bound,
    end,
    running::Handle,
    spending::Called,
    store::{self, Ending},
    titles,
    tools::{self, Tools},
};
use crate::{
    app::App,
    chat::{Course, Message, ReplyError, Settings, Status, events::ReplyThought},
    keys,
    providers::{self, Delta, FinishReason, Replay, Usage},
    stream::{Lost, Part, Writer, lease},
    usage::{self, Allowance, Entry},
};

/// What a driver needs to know.
#[derive(Debug)]
pub(super) struct Job {
    pub conversation: Uuid,
    /// Whose conversation it is, and with whose keys it is asked.
    pub owner: Uuid,
    pub reply: Uuid,
    pub message: Uuid,
    pub fence: i64,
    pub started_seq: i64,
    pub created_at: DateTime<Utc>,
    pub model: String,
    /// As they were when it was accepted.
    pub settings: Settings,
    /// The branch up to the message that is answered, oldest first.
    pub history: Vec<Message>,
    /// What the answer begins with: the text of the one that it continues.
    pub kept: String,
    /// What it may cost.
    pub allowance: Allowance,
}

/// A running reply's texts and what else its provider said.
struct Progress {
    writer: Writer,
    answer: String,
    thinking: String,
    thinking_since: Option<Instant>,
    /// Whom it was asked of, as soon as that may cost something.
    called: Option<Called>,
    usage: Option<Usage>,
    tools: Tools,
    /// What is known about how it goes.
    course: Course,
    /// What the provider wants back.
    replay: Option<(Bound, Replay)>,
}

/// Starts the reply's task.
pub(super) fn spawn(app: &App, job: Job) {
    let app = app.clone();
    let span = tracing::info_span!(parent: None, "reply", reply.id = %job.reply, model = %job.model);
    let writer = app.journal.open(job.conversation, job.reply, job.fence, job.started_seq);
    let handle = Handle { stop: CancellationToken::new(), lost: writer.lost().clone() };
    app.replies.add(job.reply, handle.clone());
    let tasks = app.tasks.clone();
    tasks.spawn(async move { drive(&app, job, writer, handle).await }.instrument(span));
}

/// Takes a reply off the list when its task ends, also by a panic: its lease then runs out, and somebody ends it.
struct Listed<'a>(&'a App, Uuid);

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        self.0.replies.remove(self.1);
    }
}

async fn drive(app: &App, job: Job, writer: Writer, handle: Handle) {
    let _listed = Listed(app, job.reply);
    let mut progress = Progress {
        writer,
        answer: String::new(),
        thinking: String::new(),
        thinking_since: None,
        called: None,
        usage: None,
        tools: Tools::default(),
        course: Course::default(),
        replay: None,
    };
    // Under the lease like every other text, so that a log is whole by itself.
    progress.answer.push_str(&job.kept);
    progress.writer.push(Part::Answer, &job.kept);
    let work = contained(run(app, &job, &mut progress));
    let ending = tokio::select! {
        biased;
        () = handle.lost.cancelled() => None,
        () = handle.stop.cancelled() => Some(Ending::of(Status::Stopped, None)),
        () = app.stopping.cancelled() => Some(Ending::of(Status::Interrupted, Some(going_down()))),
        done = work => Some(done),
    };
    // The provider's stream is dropped by now: its connection is closed before anybody hears of the end.
    match ending {
        Some(mut ending) if progress.writer.flush().await.is_ok() => {
            // What it asked for is told even where it broke off.
            tools::tell(app, &job, &mut progress.tools).await;
            let begun = progress.has_begun();
            ending.course = std::mem::take(&mut progress.course);
            ending.course.took_ms = Some(end::since(app, job.created_at));
            // Half an answer can't be said again.
            ending.replay = progress.replay.take().filter(|_| ending.status == Status::Complete);
            let spent = progress.spent(&job).filter(|_| ending.status != Status::Failed || begun);
            let ending = ending.with(spent);
            let title = titles::begin(app, &job, ending.status, &progress.answer);
            tracing::info!(status = ending.status.as_str(), bytes = progress.answer.len(), "reply ended");
            end::with_texts(app, &job, ending, &progress.answer, &progress.thinking).await;
            if let Some(place) = title {
                titles::spawn(app, place, &job, &progress.answer);
            }
        }
        _ => {
            tracing::warn!("the lease is gone; this reply's end is somebody else's to write");
            // Whose conversation is gone for good ended without anybody who knew what it came to.
            if let Some(entry) = progress.spent(&job)
                && let Err(error) = usage::settle_late(app, &entry).await
            {
                tracing::warn!(%error, "what a reply came to could not be stored");
            }
        }
    }
}

/// A bug of ours ends this reply and nothing else.
async fn contained(work: impl Future<Output = Ending>) -> Ending {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|_| Ending::of(Status::Failed, Some(end::broken())))
}

/// Pulls the provider to its end. What it returns lacks only the usage.
async fn run(app: &App, job: &Job, progress: &mut Progress) -> Ending {
    match pull(app, job, progress).await {
        Ok(reason) => {
            Ending { finish_reason: Some(reason.as_str().to_owned()), ..Ending::of(Status::Complete, None) }
        }
        Err(Broken::Provider(error)) => {
            tracing::warn!(%error, code = error.code(), "the provider failed");
            let words = ReplyError { code: error.code().into(), message: storable(error.to_string()) };
            Ending::of(status_of(&error), Some(words))
        }
        Err(Broken::Lost) => Ending::of(Status::Interrupted, None),
    }
}

enum Broken {
    Provider(providers::Error),
    Lost,
}

impl From<providers::Error> for Broken {
    fn from(error: providers::Error) -> Self {
        Self::Provider(error)
    }
}

impl From<Lost> for Broken {
    fn from(_: Lost) -> Self {
        Self::Lost
    }
}

async fn pull(app: &App, job: &Job, progress: &mut Progress) -> Result<FinishReason, Broken> {
    let own = keys::accounts_of(app, job.owner).await.map_err(|_| providers::Error::NotConfigured)?;
    let asked = ask(app, job, &own, &mut progress.called).await?;
    let provider = asked.model.provider.clone();
    let pulled = follow(app, job, progress, asked).await;
    match &pulled {
        Ok(_) => keys::saw(app, &own, &provider, Ok(())).await,
        Err(Broken::Provider(error)) => keys::saw(app, &own, &provider, Err(error)).await,
        Err(Broken::Lost) => {}
    }
    pulled
}

/// From the first delta to the last.
async fn follow(app: &App, job: &Job, progress: &mut Progress, asked: Asked) -> Result<FinishReason, Broken> {
    let Asked { model, mut deltas, bound, left_out } = asked;
    progress.course.left_out = i64::try_from(left_out).ok().filter(|left| *left > 0);
    progress.course.stepped_in = Some(model.name.clone()).filter(|name| *name != job.model);
    loop {
        progress.writer.ready().await;
        let delta = match deltas.next().await {
            Some(delta) => delta?,
            None => return Err(providers::Error::Incomplete.into()),
        };
        if matches!(delta, Delta::Text(_) | Delta::Thinking(_) | Delta::ToolCall { .. }) {
            progress.course.first_ms.get_or_insert_with(|| end::since(app, job.created_at));
        }
        match delta {
            Delta::Text(text) => {
                let text = storable(text);
                thought(app, job, progress).await?;
                progress.answer.push_str(&text);
                progress.writer.push(Part::Answer, &text);
            }
            Delta::Thinking(text) => {
                let text = storable(text);
                progress.thinking_since.get_or_insert_with(Instant::now);
                progress.thinking.push_str(&text);
                progress.writer.push(Part::Thinking, &text);
            }
            Delta::ToolCall { index, id, name, arguments } => {
                thought(app, job, progress).await?;
                if progress.tools.take(index, id, name, &arguments) {
                    progress.writer.flush().await?;
                    tools::tell_whole(app, job, &mut progress.tools).await;
                }
            }
            Delta::Model(name) => {
                progress.course.answered_by = Some(storable(name)).filter(|name| *name != model.id)
            }
            // A NUL would be refused by PostgreSQL, and in JSON it is escaped.
            Delta::Replay(replay) if replay.items.contains('\0') => {}
            Delta::Replay(replay) => progress.replay = Some((bound.clone(), replay)),
            Delta::Usage(usage) => progress.usage = Some(usage),
            Delta::End(reason) => {
                thought(app, job, progress).await?;
                // Usage may come behind the end.
                while let Some(Ok(late)) = deltas.next().await {
                    if let Delta::Usage(usage) = late {
                        progress.usage = Some(usage);
                    }
                }
                return Ok(reason);
            }
        }
    }
}

impl Progress {
    /// Whether it gave anything: who fails before that takes nothing for it.
    fn has_begun(&self) -> bool {
        self.usage.is_some() || self.course.first_ms.is_some()
    }

    /// What it came to, if a model was asked.
    fn spent(&self, job: &Job) -> Option<Entry> {
        let said = self.answer.get(job.kept.len()..).unwrap_or_default();
        let called = self.called.as_ref()?;
        Some(job.entry(called.spent(self.usage, [said, &self.thinking])))
    }
}

/// PostgreSQL's text can't hold a NUL, and no reader misses it.
pub(super) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Says that the thinking, if there was any, is over: behind its last piece and before the first of the answer.
async fn thought(app: &App, job: &Job, progress: &mut Progress) -> Result<(), Broken> {
    let Some(since) = progress.thinking_since.take() else { return Ok(()) };
    let ms = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
    progress.writer.flush().await?;
    if let Err(error) = say_thought(app, job, ms).await {
        // A duration is not worth an answer.
        tracing::warn!(%error, "how long the model thought could not be stored");
    }
    Ok(())
}

async fn say_thought(app: &App, job: &Job, ms: i64) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    if !lease::hold(&mut tx, job.reply, job.fence).await? {
        return Ok(());
    }
    store::thought(&mut tx, job.reply, ms).await?;
    let fact = ReplyThought { reply: job.reply, thinking_ms: ms };
    let entries = app.log.append(&mut tx, job.conversation, vec![fact.entry(Some(job.reply))]).await?;
    tx.commit().await?;
    app.log.publish(job.conversation, &entries);
    Ok(())
}

/// A connection that breaks is an interruption, with what came so far; everything else is a failure.
fn status_of(error: &providers::Error) -> Status {
    match error {
        providers::Error::Cut | providers::Error::Incomplete => Status::Interrupted,
        _ => Status::Failed,
    }
}

fn going_down() -> ReplyError {
    ReplyError {
        code: "server_stopped".into(),
        message: "The server was stopped while it was answering.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn r46_a_panic_is_an_ending() {
        let bug = async {
            tokio::task::yield_now().await;
            [Status::Complete].iter().find(|status| **status == Status::Stopped).map(|_| ()).expect("a bug");
            Ending::of(Status::Complete, None)
        };
        let ended = contained(bug).await;
        assert_eq!(
            (ended.status, ended.error.map(|error| error.code)),
            (Status::Failed, Some("internal".into()))
        );
        assert_eq!(contained(async { Ending::of(Status::Stopped, None) }).await.status, Status::Stopped);
    }
}
