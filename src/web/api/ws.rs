//! `/api/v1/ws`: everything live over one socket: conversations, sending, stopping.

use std::{panic::resume_unwind, sync::Arc};

use axum::{
    Extension,
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, HeaderValue, Uri},
    response::Response,
};
use futures::{FutureExt as _, StreamExt as _};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tokio_stream::{StreamMap, wrappers::ReceiverStream};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::commands::{Change, Command, Order, Outcome, Peer, Refused, received, refusal};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    web::{
        live::{
            pump::{Pump, Tank},
            socket::{self, Ended, Heard, Socket},
            told::Told,
        },
        problem::Problem,
        request::RequestId,
    },
};

/// The subprotocol.
const PROTOCOL: &str = "freshet.v1";
/// Conversations that a socket may watch.
const WATCHED: usize = 50;
/// Commands under way; further ones are not read meanwhile.
const UNDER_WAY: usize = 16;
/// Messages in a row that are no commands.
const GARBAGE: usize = 20;
/// Events that are written before anything else is looked at …
const AT_ONCE: usize = 64;
/// … and bytes of them, up to one event more.
const BYTES_AT_ONCE: usize = 64 << 10;
/// Snapshots that one connection reads, and holds until they are on their way, at once.
const SNAPSHOTS: usize = 1;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open))
}

/// Open a WebSocket.
///
/// Watch many conversations, send and stop over one connection (docs/STREAM-PROTOCOL.md, subprotocol `freshet.v1`). With a
/// token, or with the session's cookie from a page of this server.
#[utoipa::path(get, path = "/api/v1/ws", tag = "live", responses(
    (status = 101, description = "The connection is a WebSocket now"),
    (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
async fn open(
    State(app): State<App>,
    actor: Actor,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
    uri: Uri,
    ws: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let (ws, stream) = socket::opened(&app, &actor, &headers, &uri, ws)?;
    let offered: Vec<&HeaderValue> = ws.requested_protocols().collect();
    if !offered.is_empty() && !offered.iter().any(|offer| offer.as_bytes() == PROTOCOL.as_bytes()) {
        let detail = format!("the subprotocol here is {PROTOCOL}");
        return Err(Error::Malformed { code: "unknown_subprotocol", detail });
    }
    Ok(ws.protocols([PROTOCOL]).on_upgrade(move |socket| async move {
        let socket = Socket::new(socket, &app, &actor);
        app.tasks.clone().track_future(talk(app, actor, request.0, socket)).await;
        drop(stream);
    }))
}

async fn talk(app: App, actor: Actor, request_id: String, mut socket: Socket) {
    let (connection, turns) = (app.ids.next(), Arc::new(Semaphore::new(SNAPSHOTS)));
    let peer = Peer { app, actor, request_id, connection, turns };
    let mut talk = Talk { peer, watched: StreamMap::new(), tank: Tank::default(), garbage: 0 };
    let why = match talk.go_on(&mut socket).await {
        Ok(never) => match never {},
        Err(why) => why,
    };
    drop(talk);
    socket.end(why, None).await;
}

/// One socket's conversation with the server. Nothing here asks the database: that happens in tasks, which go on while
/// something is written, and which end with this.
struct Talk {
    peer: Peer,
    watched: StreamMap<Uuid, Pump<Told>>,
    tank: Tank,
    /// Messages in a row that were no commands.
    garbage: usize,
}

impl Talk {
    async fn go_on(&mut self, socket: &mut Socket) -> Result<std::convert::Infallible, Ended> {
        // One after the other, so that what a client sends happens in its order …
        let (orders, lane) = mpsc::channel::<Command>(UNDER_WAY);
        let peer = self.peer.clone();
        let lane = ReceiverStream::new(lane).then(move |command| command.carry_out(peer.clone()));
        let tasks = self.peer.app.tasks.clone();
        let mut lane = Pump::start(&tasks, &self.tank, lane, |outcome: &Outcome| outcome.answer.len());
        // … except for stops, which wait for a provider and must not wait for anything else.
        let mut stops = JoinSet::new();
        let over = socket.over();
        loop {
            let outcome = tokio::select! {
                biased;
                why = over.comes() => return Err(why),
                Some(stopped) = stops.join_next() => {
                    // A panic goes on as if it had been here. Nobody else ends them while this goes on.
                    stopped.unwrap_or_else(|error| resume_unwind(error.into_panic()))
                }
                Some(outcome) = lane.next() => outcome,
                heard = socket.hear(), if orders.capacity() > 0 && stops.len() < UNDER_WAY => {
                    let Some(command) = self.hear(heard?, socket).await? else { continue };
                    if matches!(command.order, Order::Stop { .. }) {
                        stops.spawn(tasks.track_future(command.carry_out(self.peer.clone())));
                    } else {
                        // There is room: it was asked for before the message was read.
                        let _ = orders.try_send(command);
                    }
                    continue;
                }
                Some(told) = self.watched.next(), if !self.watched.is_empty() => {
                    self.tell(told, socket).await?;
                    continue;
                }
            };
            self.apply(outcome, socket).await?;
        }
    }

    /// A command, if what was heard is one.
    async fn hear(&mut self, heard: Heard, socket: &mut Socket) -> Result<Option<Command>, Ended> {
        let Heard::Text(text) = heard else {
            socket.say("{\"type\":\"ping\"}").await?;
            socket.flush().await?;
            return Ok(None);
        };
        match Command::read(&text) {
            Ok(command) => {
                self.garbage = 0;
                if command.takes_time() {
                    socket.say(received(&command.id)).await?;
                    socket.flush().await?;
                }
                Ok(Some(command))
            }
            Err(Refused { id, error }) => {
                self.garbage += 1;
                if self.garbage > GARBAGE {
                    return Err(Ended::GARBAGE);
                }
                socket.say(refusal(id.as_deref(), &error, &self.peer.request_id)).await?;
                socket.flush().await?;
                Ok(None)
            }
        }
    }

    async fn apply(&mut self, outcome: Outcome, socket: &mut Socket) -> Result<(), Ended> {
        let mut answer = outcome.answer;
        match outcome.change {
            Change::Nothing => {}
            Change::Leave(chat) => drop(self.watched.remove(&chat)),
            Change::Watch(chat, id, _)
                if self.watched.len() >= WATCHED && !self.watched.contains_key(&chat) =>
            {
                let detail = format!("one connection watches at most {WATCHED} conversations");
                let error = Error::conflict("too_many_subscriptions", detail);
                answer = refusal(Some(&id), &error, &self.peer.request_id);
            }
            Change::Watch(chat, _, events) => {
                let tasks = &self.peer.app.tasks;
                let events = Pump::start(tasks, &self.tank, events, |told| told.data().len());
                self.watched.insert(chat, events);
            }
        }
        socket.say(answer).await?;
        socket.flush().await
    }

    /// Writes an event, and what else is there already, before the network is bothered.
    async fn tell(&mut self, first: (Uuid, Told), socket: &mut Socket) -> Result<(), Ended> {
        let (mut next, mut count, mut bytes) = (Some(first), 0, 0);
        while let Some((chat, told)) = next {
            let message = message(chat, &told);
            (count, bytes) = (count + 1, bytes + message.len());
            socket.say(message).await?;
            let goes_on = count < AT_ONCE && bytes < BYTES_AT_ONCE;
            next = if goes_on { self.watched.next().now_or_never().flatten() } else { None };
        }
        socket.flush().await
    }
}

/// An event's data, flattened into a message. It is one JSON object already, so nothing is parsed.
fn message(chat: Uuid, told: &Told) -> String {
    let name = told.name();
    let mut message = format!("{{\"type\":\"{name}\",\"chat\":\"{chat}\"");
    if let Some(cursor) = told.cursor() {
        message.push_str(&format!(",\"cursor\":\"{cursor}\""));
    }
    let fields = told.data().strip_prefix('{').unwrap_or("}");
    if fields != "}" {
        message.push(',');
    }
    message.push_str(fields);
    message
}
