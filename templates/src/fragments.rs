//! What the live stream sends besides model text: unnamed events of `<hx-partial>`s, trusted app chrome only.
//!
//! All of them may arrive twice. Replacements by id are idempotent by nature. What is appended or prepended is guarded
//! by the `freshet` htmx extension (js/trust.js): a message whose id is already on the page is dropped, since it may
//! have grown meanwhile; anything else with a known id takes the place of its older self.
//! Several may be concatenated into one event.

use maud::{Markup, html};

use crate::Locale;
use crate::pages::options::{self, Options};
use crate::parts::composer;
use crate::parts::message::{self, AssistantMessage, ToolCall, UserMessage};
use crate::parts::sidebar::{self, Item, Sidebar};
use crate::parts::toast::{self, Toast};

pub use crate::parts::message::thought_label;

/// A person's message, appended to the log.
#[must_use]
pub fn user_message(l: Locale, props: &UserMessage) -> Markup {
    html! { hx-partial hx-target="#log" hx-swap="append" { (message::user(l, props)) } }
}

/// A model's message, appended to the log: usually an empty one that streams, but any state is fine.
#[must_use]
pub fn assistant_message(l: Locale, props: &AssistantMessage) -> Markup {
    html! { hx-partial hx-target="#log" hx-swap="append" { (message::assistant(l, props)) } }
}

/// The footer of a message after its reply changed state. Send it before `fx:done` or `fx:fail`.
#[must_use]
pub fn message_foot(l: Locale, props: &AssistantMessage) -> Markup {
    let target = format!("#m-{}-foot", props.id);
    html! { hx-partial hx-target=(target) hx-swap="outerHTML" { (message::foot(l, props)) } }
}

/// The tools that an answer asks for.
#[must_use]
pub fn message_calls(l: Locale, id: &str, calls: &[ToolCall]) -> Markup {
    let target = format!("#m-{id}-calls");
    html! { hx-partial hx-target=(target) hx-swap="outerHTML" { (message::calls(l, id, calls)) } }
}

/// A conversation's line in the sidebar, moved to the top of today's.
#[must_use]
pub fn sidebar_item(l: Locale, item: &Item, current: Option<&str>) -> Markup {
    html! { hx-partial hx-target="#chats-today" hx-swap="prepend" { (sidebar::item(l, item, current)) } }
}

/// A conversation's line in the sidebar, moved to the top of the pinned ones.
#[must_use]
pub fn sidebar_item_pinned(l: Locale, item: &Item, current: Option<&str>) -> Markup {
    html! { hx-partial hx-target="#chats-pinned" hx-swap="prepend" { (sidebar::item(l, item, current)) } }
}

/// Takes a conversation's line out of the lists.
#[must_use]
pub fn sidebar_item_gone(id: &str) -> Markup {
    html! { hx-partial hx-target={ "#chat-" (id) } hx-swap="delete" {} }
}

/// The whole list of the sidebar, anew.
#[must_use]
pub fn sidebar_list(l: Locale, props: &Sidebar) -> Markup {
    html! { hx-partial hx-target="#chats" hx-swap="outerHTML" { (sidebar::list(l, props)) } }
}

/// The menu of the conversation on the page.
#[must_use]
pub fn options(l: Locale, props: &Options) -> Markup {
    html! { hx-partial hx-target="#options" hx-swap="outerHTML" { (options::menu(l, props)) } }
}

/// A conversation's line in the sidebar, where it stands: a new title, or "answering" on and off.
#[must_use]
pub fn sidebar_item_in_place(l: Locale, item: &Item, current: Option<&str>) -> Markup {
    let target = format!("#chat-{}", item.id);
    html! { hx-partial hx-target=(target) hx-swap="outerHTML" { (sidebar::item(l, item, current)) } }
}

/// How it stands with conversations that were being answered: the lines of those that are not any more, and what asks
/// for the rest.
#[must_use]
pub fn answering(l: Locale, done: &[Item], going_on: &[String]) -> Markup {
    html! {
        @for item in done { (sidebar_item_in_place(l, item, None)) }
        // As a part as well: an answer of parts leaves the element that asked as it is.
        @if going_on.is_empty() { hx-partial hx-target="#answering" hx-swap="delete" {} }
        @else { hx-partial hx-target="#answering" hx-swap="outerHTML" { (sidebar::watch(going_on.iter().map(String::as_str))) } }
    }
}

/// The title above the conversation.
#[must_use]
pub fn title(l: Locale, title: &str) -> Markup {
    html! { hx-partial hx-target="#title" hx-swap="outerHTML" { (crate::pages::chat::heading(l, title)) } }
}

/// The way to the settings, with or without the mark of a system prompt.
#[must_use]
pub fn tune(l: Locale, conversation: &str, has_system_prompt: bool) -> Markup {
    let button = crate::pages::chat::tune(l, conversation, has_system_prompt);
    html! { hx-partial hx-target="#tune" hx-swap="outerHTML" { (button) } }
}

/// Send, or Stop while something runs at the address `answering`.
#[must_use]
pub fn composer_state(l: Locale, answering: Option<&str>) -> Markup {
    html! { hx-partial hx-target="#composer-stop" hx-swap="outerHTML" { (composer::stop(l, answering)) } }
}

/// A toast; also the body of an error answer to an `HX-Request`.
#[must_use]
pub fn toast(l: Locale, toast: &Toast) -> Markup {
    html! { hx-partial hx-target="#toasts" hx-swap="append" { (toast::show(l, toast)) } }
}

/// How an answer ended, said once to screen readers: the text of `fx:done` and `fx:fail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// `fx:done` of a complete answer with this many blocks.
    Ready(u64),
    /// `fx:done` of a stopped one.
    Stopped,
    /// `fx:fail`.
    Failed,
    /// `fx:fail` after the server went away.
    Interrupted,
}

impl Announcement {
    /// The words.
    #[must_use]
    pub fn text(self, l: Locale) -> String {
        match self {
            Self::Ready(blocks) => l.ta("announce-ready", &[("blocks", blocks.into())]),
            Self::Stopped => l.t("announce-stopped").into_owned(),
            Self::Failed => l.t("announce-failed").into_owned(),
            Self::Interrupted => l.t("announce-interrupted").into_owned(),
        }
    }
}

/// Every fragment once.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let l = Locale::En;
    let answer = message::sample_answer();
    let item = Item { id: "7".into(), title: "Sediment".into(), answering: true };
    vec![
        ("user-message", user_message(l, &UserMessage { id: "1".into(), ..UserMessage::default() })),
        ("assistant-message", assistant_message(l, &answer)),
        ("message-foot", message_foot(l, &answer)),
        ("message-calls", message_calls(l, "2", &[ToolCall::default()])),
        ("sidebar-item", sidebar_item(l, &item, Some("7"))),
        ("sidebar-item-pinned", sidebar_item_pinned(l, &item, None)),
        ("sidebar-item-gone", sidebar_item_gone("7")),
        ("sidebar-list", sidebar_list(l, &sidebar::sample())),
        ("options", options(l, &Options::default())),
        ("sidebar-item-in-place", sidebar_item_in_place(l, &item, None)),
        ("title", title(l, "Sediment")),
        ("tune", tune(l, "7", true)),
        ("composer-answering", composer_state(l, Some("/replies/42"))),
        ("composer-ready", composer_state(l, None)),
        ("toast", toast(l, &toast::Notice::Failed.toast(l))),
    ]
}
