//! The tools that a model asks for. None is carried out yet, but what it asked for is never hidden: each call is stored
//! and logged as soon as it is whole, or as far as it came when the answer ends.

use super::{
    drive::{Job, storable},
    store,
};
use crate::{
    app::App,
    chat::{ToolCall, events::ReplyToolCall},
    stream::lease,
};

/// Calls of one answer; a model that asks for more is out of its mind.
const MOST: usize = 128;

/// The calls of a running reply.
#[derive(Debug, Default)]
pub(super) struct Tools {
    calls: Vec<ToolCall>,
    /// Which of the provider's numbers the last call has.
    last: Option<u32>,
    /// How many of the calls are told.
    told: usize,
}

impl Tools {
    /// Takes a fragment. True when it begins a call, so that those before it are whole.
    pub fn take(&mut self, index: u32, id: Option<String>, name: Option<String>, arguments: &str) -> bool {
        let id = id.filter(|id| !id.is_empty());
        let same = self.last == Some(index)
            && self.calls.last().is_some_and(|call| id.as_ref().is_none_or(|id| call.id == *id));
        if !same && self.calls.len() < MOST {
            self.last = Some(index);
            let index = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
            let (id, name) = (storable(id.unwrap_or_default()), storable(name.unwrap_or_default()));
            let arguments = storable(arguments.to_owned());
            self.calls.push(ToolCall { index, id, name, arguments });
            return self.calls.len() > 1;
        }
        if let Some(call) = self.calls.last_mut().filter(|_| same) {
            call.arguments.push_str(&storable(arguments.to_owned()));
            if let Some(name) = name.filter(|_| call.name.is_empty()) {
                call.name = storable(name);
            }
        }
        false
    }
}

/// Tells of all calls but the last, which may still grow. Of very many not one by one: each time all are stored and
/// shown anew.
pub(super) async fn tell_whole(app: &App, job: &Job, tools: &mut Tools) {
    let whole = tools.calls.len().saturating_sub(1);
    if is_worth_telling(tools.told, whole) {
        tell_up_to(app, job, tools, whole).await;
    }
}

fn is_worth_telling(told: usize, whole: usize) -> bool {
    whole > told + told / 8
}

/// Tells of all calls that are not told yet.
pub(super) async fn tell(app: &App, job: &Job, tools: &mut Tools) {
    tell_up_to(app, job, tools, tools.calls.len()).await;
}

async fn tell_up_to(app: &App, job: &Job, tools: &mut Tools, end: usize) {
    if end <= tools.told {
        return;
    }
    match store_and_log(app, job, tools, end).await {
        Ok(()) => tools.told = end,
        // Tried again with the next one, or at the end.
        Err(error) => tracing::warn!(%error, "the tools that a model asked for could not be stored"),
    }
}

async fn store_and_log(app: &App, job: &Job, tools: &Tools, end: usize) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    if !lease::hold(&mut tx, job.reply, job.fence).await? {
        return Ok(());
    }
    store::tool_calls(&mut tx, job.reply, &tools.calls[..end]).await?;
    let new = tools.calls[tools.told..end].iter();
    let facts = new
        .map(|call| ReplyToolCall { reply: job.reply, call: call.clone() }.entry(Some(job.reply)))
        .collect();
    let entries = app.log.append(&mut tx, job.conversation, facts).await?;
    tx.commit().await?;
    app.log.publish(job.conversation, &entries);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(tools: &Tools) -> Vec<(&str, &str, &str)> {
        tools.calls.iter().map(|call| (&call.id[..], &call.name[..], &call.arguments[..])).collect()
    }

    #[test]
    fn fragments_become_calls() {
        let (mut tools, text) = (Tools::default(), |text: &str| Some(text.to_owned()));
        assert!(!tools.take(0, text("a"), text("add"), ""));
        assert!(!tools.take(0, None, None, "{\"a\":"));
        assert!(!tools.take(0, text(""), None, " 1}"));
        assert!(tools.take(1, text("b"), text("find"), "{}"));
        // A look-alike that numbers all of them 0.
        assert!(tools.take(1, text("c"), text("find"), "\0"));
        let expected = [("a", "add", "{\"a\": 1}"), ("b", "find", "{}"), ("c", "find", "\u{fffd}")];
        assert_eq!(named(&tools), expected);
    }

    #[test]
    fn many_calls_are_told_by_the_handful() {
        let (mut told, mut times) = (0, 0);
        for whole in 1..=MOST {
            if is_worth_telling(told, whole) {
                (told, times) = (whole, times + 1);
            }
            assert!(
                whole <= 8 && told == whole || whole > 8 && told * 9 >= whole * 8 - 8,
                "{told} of {whole}"
            );
        }
        assert!(times < 40, "{times}");
    }

    #[test]
    fn a_flood_of_calls_ends() {
        let mut tools = Tools::default();
        for index in 0..1000 {
            tools.take(index, Some(index.to_string()), Some("x".into()), "{}");
        }
        assert_eq!(tools.calls.len(), MOST);
        assert_eq!(tools.calls[MOST - 1].arguments, "{}");
    }
}
