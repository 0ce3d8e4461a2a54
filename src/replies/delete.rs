//! Deleting a conversation, with a way back: what runs in it ends first, with its text.

use uuid::Uuid;

use super::{
    end,
    store::{self, Ending},
};
use crate::{
    accounts::Actor,
    app::App,
    chat::{self, Status, conversations, snapshot},
    error::{Error, Result},
    stream::lease,
};

/// Deletes a conversation. For everybody it is gone at once; [`conversations::restore`] brings it back for a while.
///
/// # Errors
/// Not the actor's.
pub async fn delete(app: &App, actor: &Actor, conversation: Uuid) -> Result<()> {
    let mut tx = app.db.begin().await?;
    chat::hold_conversation(&mut tx, actor.user.0, conversation).await?.ok_or(Error::NotFound)?;
    // Leases before everything else, as writers take them; otherwise each would wait for the other.
    lease::drop_all_on(&mut tx, conversation).await?;
    let running = store::running_in(&mut tx, conversation).await?;
    for (reply, message, started_seq) in &running {
        let (answer, thinking) =
            snapshot::running_text(app, &mut tx, conversation, *reply, *started_seq).await?;
        let ending = Ending::of(Status::Stopped, None);
        let texts = end::Texts::of(&answer, &thinking);
        end::finish_in(app, &mut tx, conversation, *reply, *message, &ending, &texts).await?;
    }
    conversations::hide_in(app, &mut tx, conversation).await?;
    tx.commit().await?;
    app.log.announce_removal(conversation);
    // Elsewhere they notice with their next word.
    running.into_iter().for_each(|(reply, ..)| app.replies.lose(reply));
    Ok(())
}
