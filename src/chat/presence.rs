//! Who is here and who is typing: told to who watches now, written down nowhere.
//!
//! A client says again that its person is here about every [`AGAIN`]; who has not been heard of for [`LASTS`] is left
//! out from then on. Nobody is told of a person who just falls silent until somebody else speaks.

use std::{collections::BTreeMap, time::Duration};

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

#[derive(Serialize, Deserialize)]
struct Present {
    user_id: Uuid,
    name: String,
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

/// Notes how present the actor is at `connection`, and tells who watches `chat` who is there now. Somebody with several
/// devices is as present as at the one where they are most.
///
/// # Errors
/// Not a conversation that the actor may see.
pub async fn presence(
    app: &App,
    actor: &Actor,
    chat: Uuid,
    connection: Uuid,
    status: Attention,
) -> Result<()> {
    conversations::get(app, actor, chat).await?;
    let who = Present { user_id: actor.user.0, name: actor.name.clone(), status };
    let note = (status != Attention::Gone).then(|| json(&who));
    let notes = app.bus.pin(chat, connection, note, LASTS).await;
    #[derive(Serialize)]
    struct Users {
        users: Vec<Present>,
    }
    tell(app, chat, "presence", json(&Users { users: people(&notes) }));
    Ok(())
}

/// Each person once, by id: here, if anywhere.
fn people(notes: &[String]) -> Vec<Present> {
    let mut people = BTreeMap::<Uuid, Present>::new();
    for present in notes.iter().filter_map(|note| serde_json::from_str::<Present>(note).ok()) {
        let known = people.get(&present.user_id);
        if known.is_none_or(|known| known.status != Attention::Here) {
            people.insert(present.user_id, present);
        }
    }
    people.into_values().collect()
}

fn tell(app: &App, chat: Uuid, name: &str, data: String) {
    app.bus.aside(chat, Aside { name: name.into(), data: data.into() });
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("names and ids are plain data")
}
