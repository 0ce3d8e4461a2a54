//! How a conversation itself stands, outside of its messages: its title, its line in the lists, what can be done with it.

use freshet_templates::{Locale, fragments, pages::options::Options, parts::sidebar::Item};
use maud::Markup;
use uuid::Uuid;

use super::frame::Frame;
use crate::chat::{Conversation, events::ChatUpdated};

/// What lists and the head of the page show of a conversation.
pub(super) struct Standing {
    locale: Locale,
    id: Uuid,
    title: String,
    pinned: bool,
    archived: bool,
}

impl Standing {
    pub fn of(chat: &Conversation, locale: Locale) -> Self {
        Self {
            locale,
            id: chat.id,
            title: chat.title.clone(),
            pinned: chat.pinned_at.is_some(),
            archived: chat.archived_at.is_some(),
        }
    }

    /// Takes a change in and says it.
    pub fn update(&mut self, updated: &ChatUpdated, answering: bool, frame: &mut Frame) {
        if let Some(title) = &updated.title {
            self.title.clone_from(title);
            self.say_title(answering, frame);
        }
        if updated.pinned.is_some() || updated.archived.is_some() {
            self.pinned = updated.pinned.unwrap_or(self.pinned);
            self.archived = updated.archived.unwrap_or(self.archived);
            self.say_place(answering, frame);
        }
        if let Some(settings) = &updated.settings {
            let id = self.id.to_string();
            frame.chrome(&fragments::tune(self.locale, &id, settings.system_prompt).into_string());
        }
    }

    /// Says the title, with the line where it stands.
    pub fn say_title(&self, answering: bool, frame: &mut Frame) {
        frame.chrome(&fragments::title(self.locale, &self.title).into_string());
        self.say_line(fragments::sidebar_item_in_place, answering, frame);
    }

    /// Says the title, and that the conversation is the one used last.
    pub fn say_used(&self, answering: bool, frame: &mut Frame) {
        frame.chrome(&fragments::title(self.locale, &self.title).into_string());
        match (self.archived, self.pinned) {
            (true, _) => {}
            (false, true) => self.say_line(fragments::sidebar_item_pinned, answering, frame),
            (false, false) => self.say_line(fragments::sidebar_item, answering, frame),
        }
    }

    /// What can be done with the conversation now.
    pub fn say_options(&self, frame: &mut Frame) {
        let (title, pinned, archived) = (self.title.clone(), self.pinned, self.archived);
        let options = Options { id: self.id.to_string(), title, pinned, archived };
        frame.chrome(&fragments::options(self.locale, &options).into_string());
    }

    /// Says that the conversation is pinned or archived, or no longer.
    fn say_place(&self, answering: bool, frame: &mut Frame) {
        self.say_options(frame);
        match (self.archived, self.pinned) {
            (true, _) => {
                frame.chrome(&fragments::sidebar_item_gone(&self.id.to_string()).into_string());
            }
            (false, true) => self.say_line(fragments::sidebar_item_pinned, answering, frame),
            // Where it belongs among the others only the list knows: pages load it anew.
            (false, false) => {
                frame.event("fx:chats", "-");
            }
        }
    }

    fn say_line(&self, line: fn(Locale, &Item, Option<&str>) -> Markup, answering: bool, frame: &mut Frame) {
        let id = self.id.to_string();
        let item = Item { id: id.clone(), title: self.title.clone(), answering };
        frame.chrome(&line(self.locale, &item, Some(&id)).into_string());
    }
}
