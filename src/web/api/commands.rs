//! What a client can ask over the WebSocket: JSON → the same inputs, and the same functions, as over HTTP.

use std::{borrow::Cow, pin::Pin, sync::Arc};

use futures::Stream;
use serde::{Deserialize, Deserializer, Serialize};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{messages::AcceptedBody, replies::ReplyBody};
use crate::{
    accounts::Actor,
    app::App,
    chat::{conversations, presence, presence::Attention},
    error::{Error, Result},
    replies::{self, NewMessage, Place},
    web::{
        live::told::{self, Told},
        problem::Problem,
    },
};

/// Bytes of a command's id, which is an idempotency key, too.
const ID: usize = 200;
/// Types that the plan names and nobody can use yet.
const NOT_YET: [&str; 2] = ["read", "tool.invoke"];

/// What a subscription gives.
pub(super) type Events = Pin<Box<dyn Stream<Item = Told> + Send>>;

/// Who gives the commands of one connection.
#[derive(Clone)]
pub(super) struct Peer {
    pub app: App,
    pub actor: Actor,
    /// Of the handshake.
    pub request_id: String,
    /// The connection's own id.
    pub connection: Uuid,
    /// What its subscriptions share: see [`told::everything_in_turn`].
    pub turns: Arc<Semaphore>,
}

/// A command and the name that its answers carry.
#[derive(Debug)]
pub(super) struct Command {
    pub id: String,
    pub order: Order,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub(super) enum Order {
    #[serde(rename = "subscribe")]
    Subscribe { chat: Named, after: Option<String> },
    #[serde(rename = "unsubscribe")]
    Unsubscribe { chat: Named },
    #[serde(rename = "message.send")]
    Send {
        chat: Named,
        content: String,
        model: Option<String>,
        models: Option<Vec<String>>,
        parent_id: Option<Uuid>,
    },
    #[serde(rename = "message.edit")]
    Edit { message: Named, content: String, model: Option<String> },
    #[serde(rename = "message.regenerate")]
    Regenerate { message: Named, model: Option<String> },
    #[serde(rename = "message.continue")]
    GoOn { message: Named, model: Option<String> },
    #[serde(rename = "reply.stop")]
    Stop { reply: Named },
    #[serde(rename = "typing")]
    Typing { chat: Named },
    #[serde(rename = "presence")]
    Presence { chat: Named, status: Attention },
    #[serde(rename = "ping")]
    Ping {},
}

/// An id. One that can't be any names nothing, as in a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named(Option<Uuid>);

impl Named {
    fn get(self) -> Result<Uuid> {
        self.0.ok_or(Error::NotFound)
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Ok(Self(text.parse().ok()))
    }
}

/// A message that is no command, and the id it may carry anyway.
#[derive(Debug)]
pub(super) struct Refused {
    pub id: Option<String>,
    pub error: Error,
}

/// What carrying out a command came to.
pub(super) struct Outcome {
    /// What the client is told.
    pub answer: String,
    /// What changes for the socket.
    pub change: Change,
}

pub(super) enum Change {
    Nothing,
    /// Tell of a conversation from now on, in place of what was told of it so far.
    Watch(Uuid, String, Events),
    Leave(Uuid),
}

impl Command {
    /// Reads a message.
    ///
    /// # Errors
    /// It is none, or one that is not known here.
    pub fn read(text: &str) -> Result<Self, Refused> {
        #[derive(Deserialize)]
        struct Head {
            r#type: String,
            id: Option<String>,
        }
        let refused = |id, error| Err(Refused { id, error });
        let head: Head = match serde_json::from_str(text) {
            Ok(head) => head,
            Err(error) => return refused(None, unreadable(&error)),
        };
        if head.r#type == "ping" && head.id.is_none() {
            return Ok(Self { id: String::new(), order: Order::Ping {} });
        }
        let Some(id) = head.id.filter(|id| is_id(id)) else {
            let detail = "a command has an id of 1 to 200 bytes without control characters";
            return refused(None, Error::field("bad_id", "id", detail));
        };
        if NOT_YET.contains(&head.r#type.as_str()) {
            let detail = format!("{} is not supported yet", head.r#type);
            return refused(Some(id), Error::field("not_supported", "type", detail));
        }
        match order(text) {
            Ok(order) => Ok(Self { id, order }),
            Err(error) => refused(Some(id), error),
        }
    }

    /// Whether it takes its time, so that its arrival is acknowledged at once.
    pub fn takes_time(&self) -> bool {
        matches!(
            self.order,
            Order::Send { .. }
                | Order::Edit { .. }
                | Order::Regenerate { .. }
                | Order::GoOn { .. }
                | Order::Stop { .. }
        )
    }

    /// Carries it out with the rights of this moment.
    pub async fn carry_out(self, peer: Peer) -> Outcome {
        let id = self.id;
        match self.order.carry_out(&peer, &id).await {
            Ok(outcome) => outcome,
            Err(error) => {
                Outcome { answer: refusal(Some(&id), &error, &peer.request_id), change: Change::Nothing }
            }
        }
    }
}

impl Order {
    async fn carry_out(self, peer: &Peer, id: &str) -> Result<Outcome> {
        let Peer { app, actor, .. } = peer;
        let (answer, change) = match self {
            Self::Subscribe { chat, after } => return subscribe(peer, id, chat, after).await,
            Self::Unsubscribe { chat } => (ack(id, "done", Nothing {}), Change::Leave(chat.get()?)),
            Self::Send { chat, content, model, models, parent_id } => {
                let chat = chat.get()?;
                let (model, second) = super::messages::models(model, models)?;
                let place = match parent_id {
                    Some(parent) => Place::After(chat, Some(parent)),
                    None => Place::End(chat),
                };
                let accepted =
                    replies::send(app, actor, place, NewMessage { second, ..new(content, model, id) })
                        .await?;
                (ack(id, "processing", AcceptedBody::of(accepted)), Change::Nothing)
            }
            Self::Edit { message, content, model } => {
                let accepted = replies::edit(app, actor, message.get()?, new(content, model, id)).await?;
                (ack(id, "processing", AcceptedBody::of(accepted)), Change::Nothing)
            }
            Self::Regenerate { message, model } => {
                let key = Some(id.to_owned());
                let accepted = replies::regenerate(app, actor, message.get()?, model, key).await?;
                (ack(id, "processing", AcceptedBody::of(accepted)), Change::Nothing)
            }
            Self::GoOn { message, model } => {
                let key = Some(id.to_owned());
                let accepted = replies::go_on(app, actor, message.get()?, model, key).await?;
                (ack(id, "processing", AcceptedBody::of(accepted)), Change::Nothing)
            }
            Self::Stop { reply } => {
                #[derive(Serialize)]
                struct Stopped {
                    reply: ReplyBody,
                }
                let (chat, message) = replies::stop(app, actor, reply.get()?).await?;
                (ack(id, "done", Stopped { reply: ReplyBody::of(chat, message)? }), Change::Nothing)
            }
            Self::Typing { chat } => {
                presence::typing(app, actor, chat.get()?).await?;
                (ack(id, "done", Nothing {}), Change::Nothing)
            }
            Self::Presence { chat, status } => {
                presence::presence(app, actor, chat.get()?, peer.connection, status).await?;
                (ack(id, "done", Nothing {}), Change::Nothing)
            }
            Self::Ping {} => (pong(id), Change::Nothing),
        };
        Ok(Outcome { answer, change })
    }
}

async fn subscribe(peer: &Peer, id: &str, chat: Named, after: Option<String>) -> Result<Outcome> {
    let Peer { app, actor, turns, .. } = peer;
    let chat = conversations::get(app, actor, chat.get()?).await?.id;
    // Garbage is no error: it is answered like a cursor that can't be continued.
    let after = after.and_then(|after| after.parse().ok());
    let watch = app.log.subscribe(chat, after).await;
    let events = told::everything_in_turn(app.clone(), actor.clone(), chat, watch, Arc::clone(turns));
    Ok(Outcome {
        answer: ack(id, "done", Nothing {}),
        change: Change::Watch(chat, id.to_owned(), Box::pin(events)),
    })
}

fn new(text: String, model: Option<String>, id: &str) -> NewMessage {
    NewMessage { text, model, second: None, key: Some(id.to_owned()) }
}

fn order(text: &str) -> Result<Order> {
    /// Its id is taken away first: what else it has must be known.
    #[derive(Deserialize)]
    struct Whole {
        #[serde(rename = "id")]
        _id: String,
        #[serde(flatten)]
        order: Order,
    }
    serde_json::from_str(text).map(|whole: Whole| whole.order).map_err(|error| {
        let words = error.to_string();
        if words.starts_with("unknown variant") {
            return Error::field("unknown_type", "type", words);
        }
        unreadable(&error)
    })
}

fn unreadable(error: &serde_json::Error) -> Error {
    let detail = error.to_string();
    if error.is_data() {
        Error::Invalid { code: "invalid_body", field: None, detail }
    } else {
        Error::Malformed { code: "malformed_json", detail }
    }
}

fn is_id(id: &str) -> bool {
    (1..=ID).contains(&id.len()) && !id.chars().any(char::is_control)
}

#[derive(Serialize)]
struct Nothing {}

/// An acknowledgement.
fn ack(id: &str, status: &'static str, rest: impl Serialize) -> String {
    #[derive(Serialize)]
    struct Ack<'a, T> {
        r#type: &'static str,
        id: &'a str,
        status: &'static str,
        #[serde(flatten)]
        rest: T,
    }
    serde_json::to_string(&Ack { r#type: "ack", id, status, rest }).expect("an answer is plain data")
}

/// It has arrived.
pub(super) fn received(id: &str) -> String {
    ack(id, "received", Nothing {})
}

/// An answer to a `ping`.
fn pong(id: &str) -> String {
    match id {
        "" => serde_json::json!({ "type": "pong" }).to_string(),
        id => serde_json::json!({ "type": "pong", "id": id }).to_string(),
    }
}

/// The problem that the HTTP face gives, as an answer to a command or, without its id, to a message that is none.
pub(super) fn refusal(id: Option<&str>, error: &Error, request_id: &str) -> String {
    if let Error::Internal(cause) = error {
        tracing::error!(request.id = %request_id, cause = format!("{cause:#}"), "a command failed");
    }
    #[derive(Serialize)]
    struct WithProblem {
        problem: Problem,
    }
    let problem = Problem::of(error, request_id.to_owned());
    match id {
        Some(id) => ack(id, "error", WithProblem { problem }),
        None => serde_json::json!({ "type": "error", "problem": problem }).to_string(),
    }
}
