//! The conversation page and its forms.

use axum::{
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Response},
};
use freshet_templates::{
    pages::chat::{self as page, Chat},
    parts::{composer::Composer, message::Message as Shown},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    choices::{self, Choices},
    inline,
    shell::{Visit, notice_for},
    sidebar::sidebar,
    tuning,
};
use crate::{
    accounts::Actor,
    app::App,
    chat::{self, Message, NewConversation, Snapshot, Status, conversations, snapshot},
    error::{Error, Result},
    keys, models,
    platform::crypto,
    replies::{self, NewMessage, Place},
    stream::Cursor,
    web::{
        extract::{Form, Path, Query},
        live::{self, Capture},
        present,
        reader::Reader,
        server::Transport,
    },
};

/// Messages on one page: some screens full. The others are a link away, which scripts follow by themselves.
const PAGE: i64 = 30;

/// What a chat page's address may say.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ChatQuery {
    /// A text to start with.
    q: Option<String>,
    /// A model to start with.
    model: Option<String>,
    /// A second model to compare it with.
    model2: Option<String>,
    /// `html`: the page itself stays open and streams.
    stream: Option<String>,
    /// Show the messages up to this one instead of the newest.
    before: Option<String>,
    /// Show the messages around this one.
    at: Option<String>,
}

/// Where an event stream goes on.
#[derive(Debug, Deserialize)]
pub(super) struct EventsQuery {
    after: Option<String>,
}

/// The composer's fields.
#[derive(Debug, Deserialize)]
pub(super) struct MessageForm {
    #[serde(default)]
    content: String,
    model: Option<String>,
    /// A second model to compare it with.
    model2: Option<String>,
    key: Option<String>,
    /// Of a new conversation.
    #[serde(default)]
    system_prompt: String,
}

impl MessageForm {
    fn message(&self) -> NewMessage {
        NewMessage {
            text: tuning::typed(&self.content),
            model: filled(&self.model),
            second: filled(&self.model2),
            key: filled(&self.key),
        }
    }
}

/// `GET /c/new`: a page to begin on.
pub(super) async fn new(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Query(query): Query<ChatQuery>,
) -> Result<Response> {
    let composer = Composer {
        content: query.q.unwrap_or_default(),
        second: filled(&query.model2).unwrap_or_default(),
        ..Composer::default()
    };
    let props = props(&app, &actor, &visit, None, composer, query.model).await?;
    Ok(visit.page(page::page(&props)))
}

/// `POST /c/new`: the first message makes the conversation.
pub(super) async fn create(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(form): Form<MessageForm>,
) -> Result<Response> {
    let sent = match tuning::first(&form.system_prompt) {
        Ok(settings) => {
            let new = NewConversation { settings, ..NewConversation::default() };
            replies::send(&app, &actor, Place::New(new), form.message()).await
        }
        Err(error) => Err(error),
    };
    match sent {
        Ok(accepted) => Ok(visit.done(&format!("/c/{}", accepted.conversation))),
        Err(error) => again(&app, &actor, &visit, None, &form, error).await,
    }
}

/// `GET /c/{id}`: the conversation as it is now, and a stream of what comes.
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Query(query): Query<ChatQuery>,
) -> Result<Response> {
    let shown = Conversation::load(&app, &actor, &visit, id, &query).await?;
    // A document grows at one place only.
    let running = shown.running().filter(|_| !shown.is_double());
    let composer = Composer { model: filled(&query.model).unwrap_or_default(), ..Composer::default() };
    let props = shown.props(&app, &actor, &visit, composer).await?;
    let open_ended = running.filter(|_| query.stream.as_deref() == Some("html"));
    let Some(reply) = open_ended else { return Ok(visit.page(page::page(&props))) };
    let stream = app.limits.open_stream(&actor, Transport::Http)?;
    Ok(stream.hold(inline::stream(app, actor, shown.snapshot, props, (visit.reader, reply)).await))
}

/// `POST /c/{id}/messages`.
pub(super) async fn send(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Form(form): Form<MessageForm>,
) -> Result<Response> {
    match replies::send(&app, &actor, Place::End(id), form.message()).await {
        Ok(_) => Ok(visit.done_live(&format!("/c/{id}"))),
        Err(error) => again(&app, &actor, &visit, Some(id), &form, error).await,
    }
}

/// `GET /c/{id}/events`: the page's stream (docs/STREAM-PROTOCOL.md).
pub(super) async fn events(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    conversations::get(&app, &actor, id).await?;
    let stream = app.limits.open_stream(&actor, Transport::Http)?;
    let after = live::cursor::wanted(&headers, query.after.as_deref());
    Ok(stream.hold(live::html_stream(app, actor, id, visit.reader, after)))
}

/// `GET /c/{id}/ws`: the same as a WebSocket, for those to whom the stream does not get through.
pub(super) async fn socket(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Query(query): Query<EventsQuery>,
    (headers, uri): (HeaderMap, Uri),
    ws: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let opened = live::socket::opened(&app, &actor, &headers, &uri, ws)?;
    conversations::get(&app, &actor, id).await?;
    let after = live::cursor::wanted(&headers, query.after.as_deref());
    Ok(live::html_socket(app, actor, id, visit.reader, after, opened))
}

/// A message that was not taken: nothing typed is lost.
async fn again(
    app: &App,
    actor: &Actor,
    visit: &Visit,
    conversation: Option<Uuid>,
    form: &MessageForm,
    error: Error,
) -> Result<Response> {
    let Some(notice) = notice_for(&error) else { return Err(error) };
    if visit.by_script {
        return Ok(visit.refused(error, "/"));
    }
    let problem = notice.toast(visit.locale()).text;
    let composer = Composer {
        content: form.content.clone(),
        model: filled(&form.model).unwrap_or_default(),
        second: form.model2.clone().unwrap_or_default(),
        system_prompt: tuning::typed(&form.system_prompt),
        problem: Some(problem),
        ..Composer::default()
    };
    let props = match conversation {
        None => props(app, actor, visit, None, composer, form.model.clone()).await?,
        Some(id) => {
            let shown = Conversation::load(app, actor, visit, id, &ChatQuery::default()).await?;
            shown.props(app, actor, visit, composer).await?
        }
    };
    Ok((error.status(), visit.page(page::page(&props))).into_response())
}

/// A conversation with what is on screen of its running replies.
struct Conversation {
    snapshot: Snapshot,
    capture: Capture,
    has_system_prompt: bool,
    older: Option<String>,
    newer: Option<String>,
    newest: Option<String>,
}

impl Conversation {
    async fn load(app: &App, actor: &Actor, visit: &Visit, id: Uuid, query: &ChatQuery) -> Result<Self> {
        let mut snapshot = snapshot::newest(app, actor, id, PAGE).await?;
        let mut capture = Capture::default();
        if snapshot.messages.iter().any(is_running) {
            // The screen first, then the rows: what they have beyond it, the stream repeats harmlessly.
            capture = app.renderers.capture(app, actor, id, visit.reader).await?;
            snapshot = snapshot::newest(app, actor, id, PAGE).await?;
        }
        let settings = chat::settings::get(app, actor, id).await?;
        let at = query.at.as_deref().and_then(|at| Uuid::try_parse(at).ok());
        let until = match (&query.before, at) {
            (Some(before), _) => Some(before.clone()),
            (None, Some(at)) => {
                chat::messages::page_around(app, actor, id, at, PAGE).await?.map(|end| end.to_string())
            }
            (None, None) => None,
        };
        if let Some(until) = &until {
            snapshot.messages = chat::messages::list(app, actor, id, Some(until), PAGE).await?.items;
        }
        let parent = snapshot.messages.first().and_then(|first| first.parent_id);
        // A message of another branch ends its page: what follows there is not shown anywhere.
        let goes_on = until.as_ref().filter(|until| at.is_none_or(|at| at.to_string() != **until));
        Ok(Self {
            snapshot,
            capture,
            has_system_prompt: settings.system_prompt.is_some(),
            older: parent.map(|parent| format!("/c/{id}?before={parent}")),
            newer: goes_on.map(|until| format!("/c/{id}?at={until}#m-{until}")),
            newest: until.is_some().then(|| format!("/c/{id}")),
        })
    }

    fn all_running(&self) -> Vec<Uuid> {
        let running = self.snapshot.messages.iter().filter(|message| is_running(message));
        running.filter_map(|message| message.reply.as_ref().map(|reply| reply.id)).collect()
    }

    /// The running reply, if the newest message has one.
    fn running(&self) -> Option<Uuid> {
        self.snapshot.messages.last().filter(|message| is_running(message))?;
        self.all_running().pop()
    }

    /// Whether two answers stand next to each other.
    fn is_double(&self) -> bool {
        self.snapshot.messages.last().is_some_and(|message| message.beside_id.is_some())
    }

    fn cursor(&self) -> Cursor {
        self.capture.cursor.unwrap_or(self.snapshot.chat.cursor)
    }

    async fn props(&self, app: &App, actor: &Actor, visit: &Visit, composer: Composer) -> Result<Chat> {
        let chat = &self.snapshot.chat;
        let composer = Composer {
            conversation: Some(chat.id.to_string()),
            answering: present::stoppable(chat.id, &self.all_running()),
            ..composer
        };
        let model = Some(composer.model.clone()).filter(|model| !model.is_empty());
        let model = model.unwrap_or_else(|| chat.model.clone());
        let mut props = props(app, actor, visit, Some(chat.id), composer, Some(model)).await?;
        let messages = self.messages(visit.reader).await?;
        props.conversation = Some(page::Conversation {
            id: chat.id.to_string(),
            title: chat.title.clone(),
            has_system_prompt: self.has_system_prompt,
            pinned: chat.pinned_at.is_some(),
            archived: chat.archived_at.is_some(),
            messages,
            cursor: self.cursor().to_string(),
            older: self.older.clone(),
            newer: self.newer.clone(),
            newest: self.newest.clone(),
        });
        Ok(props)
    }

    /// The messages as HTML; rendered off the async threads, since a conversation may be long.
    async fn messages(&self, reader: Reader) -> Result<Vec<Shown>> {
        let mut shown = render(reader, self.snapshot.messages.clone()).await?;
        for message in self.snapshot.messages.iter().filter(|message| is_running(message)) {
            let slot = shown
                .iter_mut()
                .find(|shown| matches!(shown, Shown::Assistant(a) if a.id == message.id.to_string()));
            let (Some(Shown::Assistant(answer)), Some(written)) =
                (slot, self.capture.written.get(&message.id))
            else {
                continue;
            };
            answer.blocks.clone_from(&written.blocks);
            answer.tail = Some(written.tail.clone());
            answer.thinking.clone_from(&written.thinking);
        }
        Ok(shown)
    }
}

async fn render(reader: Reader, messages: Vec<Message>) -> Result<Vec<Shown>> {
    let rendered = tokio::task::spawn_blocking(move || {
        let shown = messages.iter().map(|message| match is_running(message) {
            // What a running reply shows is on the renderer's screen, or comes by the stream.
            true => {
                let bare = Message { thinking: String::new(), ..message.clone() };
                Shown::Assistant(present::assistant(reader, &bare))
            }
            false => present::message(reader, message),
        });
        shown.collect()
    });
    rendered.await.map_err(|error| Error::Internal(error.into()))
}

fn is_running(message: &Message) -> bool {
    message.reply.as_ref().is_some_and(|reply| reply.status == Status::Running)
}

/// What every page with a composer shows.
pub(super) async fn props(
    app: &App,
    actor: &Actor,
    visit: &Visit,
    current: Option<Uuid>,
    composer: Composer,
    model: Option<String>,
) -> Result<Chat> {
    let model = match filled(&model) {
        Some(model) => model,
        None => models::first(app, actor).await?,
    };
    let Choices { groups, gone } = choices::few(app, actor, &model).await?;
    Ok(Chat {
        shell: visit.shell(Some(actor)),
        sidebar: sidebar(app, actor, visit.reader, current).await?,
        conversation: None,
        composer: Composer { key: crypto::random_token(), model, models: groups, gone, ..composer },
        simulated: only_simulated(app, actor).await?,
    })
}

/// Whether no provider but the simulated one can be used, and a key would change that.
async fn only_simulated(app: &App, actor: &Actor) -> Result<bool> {
    let own = keys::accounts_of(app, actor.user.0).await?;
    let real =
        app.providers.status(&own).into_iter().any(|provider| provider.configured && !provider.simulated);
    Ok(!real && !app.config.providers.mock && keys::own::allowed(app).is_ok())
}

pub(super) fn filled(text: &Option<String>) -> Option<String> {
    text.as_ref().filter(|text| !text.trim().is_empty()).cloned()
}
