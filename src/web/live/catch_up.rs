//! What a page that was away has to be told before it can go on live.

use freshet_templates::fragments;
use uuid::Uuid;

use super::{
    frame::Frame,
    renderer::Start,
    screen::{Behind, plain, say_end},
};
use crate::{
    accounts::Actor,
    app::App,
    chat::{
        self, Event,
        events::{ReplyEnded, ReplyStarted},
    },
    error::Result,
    markdown,
    stream::Cursor,
    web::{present, reader::Reader},
};

/// Decides how a viewer with `after` goes on at a screen that stands at `at`; `behind` is what it may lack of what is
/// there.
pub(super) async fn start(
    app: &App,
    actor: &Actor,
    (conversation, reader): (Uuid, Reader),
    after: Option<Cursor>,
    at: Cursor,
    behind: Behind,
) -> Result<Start> {
    let mut tx = app.db.begin_read().await?;
    let position = app.log.position(&mut tx, conversation).await?.ok_or(crate::error::Error::NotFound)?;
    let known = |after: &Cursor| {
        after.epoch == position.epoch && (position.floor..=position.head).contains(&after.seq)
    };
    let Some(after) = after.filter(known) else { return Ok(Start::Resync(at)) };
    if after.seq >= at.seq {
        // The page was made from a newer state than the screen has reached: older frames are skipped until it has.
        return Ok(Start::CatchUp(after, Frame::default()));
    }
    let facts = app.log.facts(&mut tx, conversation, after.seq, at.seq).await?;
    tx.commit().await?;
    let mut frame = Frame::default();
    let mut changed = Changed::default();
    for entry in facts {
        let event = Event::read(&entry);
        changed.note(&event);
        tell(app, actor, (conversation, reader), &event, &mut frame).await?;
    }
    frame.extend(&behind.running);
    // How it stands now is said last: on the way there a line might be told of that has changed again.
    match changed {
        Changed { said: true, .. } => frame.extend(&behind.line),
        Changed { title: true, .. } => frame.extend(&behind.title),
        _ => &mut frame,
    };
    if changed.place {
        frame.extend(&behind.place);
    }
    frame.at(at);
    Ok(Start::CatchUp(at, frame))
}

/// What of the conversation itself has changed.
#[derive(Default)]
struct Changed {
    /// Something was said in it, or ended: its line goes to the top.
    said: bool,
    title: bool,
    place: bool,
}

impl Changed {
    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::ReplyStarted(_) | Event::ReplyEnded(_) => self.said = true,
            Event::ChatUpdated(updated) => {
                self.title |= updated.title.is_some();
                self.place |= updated.pinned.is_some() || updated.archived.is_some();
            }
            _ => {}
        }
    }
}

async fn tell(
    app: &App,
    actor: &Actor,
    (conversation, reader): (Uuid, Reader),
    event: &Event<'_>,
    frame: &mut Frame,
) -> Result<()> {
    let locale = reader.locale;
    match event {
        Event::MessageCreated(created) => {
            let user = present::user(reader, &created.message);
            frame.chrome(&fragments::user_message(locale, &user).into_string());
        }
        Event::ReplyStarted(started) => begun(reader, started, frame),
        Event::ReplyEnded(ended) => whole(app, actor, reader, ended, frame).await?,
        Event::ChatUpdated(updated) => {
            if let Some(settings) = &updated.settings {
                let id = conversation.to_string();
                frame.chrome(&fragments::tune(locale, &id, settings.system_prompt).into_string());
            }
            if updated.leaf_id.is_some() {
                frame.event("fx:resync", "-");
            }
        }
        // Of a reply that runs its screen tells, of one that has ended its end.
        Event::Delta(_) | Event::ReplyThought(_) | Event::ReplyToolCall(_) | Event::Unknown => {}
    }
    Ok(())
}

fn begun(reader: Reader, started: &ReplyStarted, frame: &mut Frame) {
    let shown = present::assistant(reader, &started.message());
    frame.chrome(&fragments::assistant_message(reader.locale, &shown).into_string());
}

/// A reply that ended while the page was away, as a whole: what of it the page has doesn't matter.
async fn whole(
    app: &App,
    actor: &Actor,
    reader: Reader,
    ended: &ReplyEnded,
    frame: &mut Frame,
) -> Result<()> {
    let locale = reader.locale;
    let (_, message) = chat::messages::get(app, actor, ended.message).await?;
    let text = message.text.clone();
    let blocks = tokio::task::spawn_blocking(move || markdown::full::render(&text))
        .await
        .map_err(|error| crate::error::Error::Internal(error.into()))?;
    let id = message.id;
    if !message.thinking.is_empty() {
        frame.event("fx:think", &format!("{id} 0\n{}", plain(&message.thinking)));
        let ms = message.reply.as_ref().and_then(|reply| reply.thinking_ms).unwrap_or(0);
        let label = fragments::thought_label(locale, Some(present::seconds(ms)));
        frame.event("fx:thought", &format!("{id} 0\n{label}"));
    }
    frame.event("fx:body", &format!("{id} {}\n{}", blocks.len(), blocks.concat()));
    let mut shown = present::assistant(reader, &message);
    // The footer asks whether there is anything to copy.
    shown.blocks = blocks.iter().cloned().map(freshet_templates::SafeHtml).collect();
    if !shown.calls.is_empty() {
        frame.chrome(&fragments::message_calls(locale, &shown.id, &shown.calls).into_string());
    }
    frame.chrome(&fragments::message_foot(locale, &shown).into_string());
    frame.chrome(&fragments::composer_state(locale, None).into_string());
    say_end(locale, id, blocks.len(), ended.status, frame);
    Ok(())
}
