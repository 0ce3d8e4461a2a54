//! Running one reply: pull the provider, push the journal, end exactly once.

use std::panic::AssertUnwindSafe;

use futures::{FutureExt as _, StreamExt as _};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{
    ask::ask,
    end,
    running::Handle,
    store::{self, Ending},
    titles,
};
use crate::{
    app::App,
    chat::{Message, ReplyError, Role, Settings, Status, events::ReplyThought},
    providers::{self, Delta, FinishReason, Usage},
    stream::{Lost, Part, Writer, lease},
};

/// What a driver needs to know.
#[derive(Debug)]
pub(super) struct Job {
    pub conversation: Uuid,
    pub reply: Uuid,
    pub message: Uuid,
    pub fence: i64,
    pub started_seq: i64,
    pub model: String,
    /// As they were when it was accepted.
    pub settings: Settings,
    /// The branch up to the message that is answered, oldest first.
    pub history: Vec<Message>,
}

/// A running reply's texts and what else its provider said.
struct Progress {
    writer: Writer,
    answer: String,
    thinking: String,
    thinking_since: Option<Instant>,
    usage: Option<Usage>,
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
        usage: None,
    };
    let work = contained(run(app, &job, &mut progress));
    let ending = tokio::select! {
        biased;
        () = handle.lost.cancelled() => None,
        () = handle.stop.cancelled() => Some(ending(Status::Stopped, None)),
        () = app.stopping.cancelled() => Some(ending(Status::Interrupted, Some(going_down()))),
        done = work => Some(done),
    };
    // The provider's stream is dropped by now: its connection is closed before anybody hears of the end.
    match ending {
        Some(mut ending) if progress.writer.flush().await.is_ok() => {
            ending.usage = progress.usage.take();
            let title = titles::begin(app, &job, ending.status, &progress.answer);
            tracing::info!(status = ending.status.as_str(), bytes = progress.answer.len(), "reply ended");
            end::with_texts(app, &job, ending, &progress.answer, &progress.thinking).await;
            if let Some(place) = title {
                titles::spawn(app, place, &job, &progress.answer);
            }
        }
        _ => tracing::warn!("the lease is gone; this reply's end is somebody else's to write"),
    }
}

/// A bug of ours ends this reply and nothing else.
async fn contained(work: impl Future<Output = Ending>) -> Ending {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|_| ending(Status::Failed, Some(broken())))
}

/// Pulls the provider to its end. What it returns lacks only the usage.
async fn run(app: &App, job: &Job, progress: &mut Progress) -> Ending {
    match pull(app, job, progress).await {
        Ok(reason) => Ending {
            status: Status::Complete,
            finish_reason: Some(reason.as_str().to_owned()),
            usage: None,
            error: None,
        },
        Err(Broken::Provider(error)) => {
            tracing::warn!(%error, code = error.code(), "the provider failed");
            ending(
                status_of(&error),
                Some(ReplyError { code: error.code().into(), message: error.to_string() }),
            )
        }
        Err(Broken::Lost) => ending(Status::Interrupted, None),
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
    let model = app.providers.resolve(&job.model).await?;
    let mut deltas = ask(app, &model, request(job)).await?;
    loop {
        progress.writer.ready().await;
        match deltas.next().await {
            Some(Ok(Delta::Text(text))) => {
                let text = storable(text);
                if progress.thinking_since.is_some() {
                    thought(app, job, progress).await?;
                }
                progress.answer.push_str(&text);
                progress.writer.push(Part::Answer, &text);
            }
            Some(Ok(Delta::Thinking(text))) => {
                let text = storable(text);
                progress.thinking_since.get_or_insert_with(Instant::now);
                progress.thinking.push_str(&text);
                progress.writer.push(Part::Thinking, &text);
            }
            Some(Ok(Delta::Usage(usage))) => progress.usage = Some(usage),
            // No tool is offered yet; a model that calls one anyway says so in its finish reason.
            Some(Ok(Delta::ToolCall { .. })) => {}
            Some(Ok(Delta::End(reason))) => {
                if progress.thinking_since.is_some() {
                    thought(app, job, progress).await?;
                }
                // Usage may come behind the end.
                while let Some(Ok(late)) = deltas.next().await {
                    if let Delta::Usage(usage) = late {
                        progress.usage = Some(usage);
                    }
                }
                return Ok(reason);
            }
            Some(Err(error)) => return Err(error.into()),
            None => return Err(providers::Error::Incomplete.into()),
        }
    }
}

/// PostgreSQL's text can't hold a NUL, and no reader misses it.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Says that the thinking is over, behind its last piece and before the first of the answer.
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

fn request(job: &Job) -> providers::Request {
    let messages = job.history.iter().filter(|message| !message.text.trim().is_empty()).map(|message| {
        let role = match message.role {
            Role::User => providers::Role::User,
            Role::Assistant => providers::Role::Assistant,
        };
        providers::Message { role, text: message.text.clone() }
    });
    let settings = &job.settings;
    let system = settings.system_prompt.clone().map(providers::Message::system);
    providers::Request {
        messages: system.into_iter().chain(messages).collect(),
        max_tokens: settings.max_tokens,
        // What was written has few digits; they survive.
        temperature: settings.temperature.map(|warmth| warmth as f32),
        reasoning_effort: settings.reasoning_effort.map(|effort| effort.as_str().to_owned()),
        ..providers::Request::default()
    }
}

fn ending(status: Status, error: Option<ReplyError>) -> Ending {
    Ending { status, finish_reason: None, usage: None, error }
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

fn broken() -> ReplyError {
    ReplyError {
        code: "internal".into(),
        message: "Something broke inside Freshet; the answer so far is kept.".into(),
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
            ending(Status::Complete, None)
        };
        let ended = contained(bug).await;
        assert_eq!(
            (ended.status, ended.error.map(|error| error.code)),
            (Status::Failed, Some("internal".into()))
        );
        assert_eq!(contained(async { ending(Status::Stopped, None) }).await.status, Status::Stopped);
    }
}
