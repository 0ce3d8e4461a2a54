//! Who is here and who is typing: told to who watches now, written down nowhere.
//!
//! A client says again that its person is here about every [`AGAIN`]; who has not been heard of for [`LASTS`] is left
//! out from then on. Nobody is told of a person who just falls silent until somebody else speaks.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::conversations;
use crate::{accounts::Actor, app::App, error::Result, platform::bus::Aside};

/// How long a person counts as present without saying so again.
pub const LASTS: Duration = Duration::from_secs(30);
/// How often a client says so.
pub const AGAIN: Duration = Duration::from_secs(15);

/// How present somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Attention {
    /// Looking at the conversation.
    Here,
    /// It is open, but in the background.
    Away,
    /// Not any more.
    Gone,
}

#[derive(Serialize)]
struct Typing<'a> {
    user_id: Uuid,
    name: &'a str,
}

#[derive(Serialize)]
struct Present<'a> {
    user_id: Uuid,
    name: &'a str,
    status: Attention,
}

/// Tells who watches `chat` that the actor is typing.
///
/// # Errors
/// Not a conversation that the actor may see.
pub async fn typing(app: &App, actor: &Actor, chat: Uuid) -> Result<()> {
    conversations::get(app, actor, chat).await?;
    let who = Typing { user_id: actor.user.0, name: &actor.name };
    tell(app, chat, "typing", json(&who));
    Ok(())
}

/// Notes how present the actor is, and tells who watches `chat` who is there now.
///
/// # Errors
/// Not a conversation that the actor may see.
pub async fn presence(app: &App, actor: &Actor, chat: Uuid, status: Attention) -> Result<()> {
    conversations::get(app, actor, chat).await?;
    let who = Present { user_id: actor.user.0, name: &actor.name, status };
    let note = (status != Attention::Gone).then(|| json(&who));
    let present = app.bus.pin(chat, actor.user.0, note, LASTS).await;
    tell(app, chat, "presence", format!("{{\"users\":[{}]}}", present.join(",")));
    Ok(())
}

fn tell(app: &App, chat: Uuid, name: &str, data: String) {
    app.bus.aside(chat, Aside { name: name.into(), data: data.into() });
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("names and ids are plain data")
}
