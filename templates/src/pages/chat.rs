//! The conversation: sidebar, title, composer, log. Also in pieces, for a browser without scripts: [`open`], then closed
//! blocks and [`nojs_tail`]s as they come, then, if it ends too early, [`goes_on`], and [`close`].

use maud::{Markup, html};

use super::options::{self, Options};
use crate::layout::{Shell, document};
use crate::parts::composer::{Composer, composer};
use crate::parts::icon::{Icon, icon};
use crate::parts::message::{self, HOLE, Message, ReplyState};
use crate::parts::sidebar::{Sidebar, sidebar};
use crate::parts::welcome::{simulated, welcome};
use crate::{Locale, SafeHtml};

mod samples;
pub use samples::samples;

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Chat {
    /// The shell; `viewer` must be there.
    pub shell: Shell,
    /// The list of conversations.
    pub sidebar: Sidebar,
    /// The conversation; `None` is the page of a new one, `/c/new`.
    pub conversation: Option<Conversation>,
    /// Where messages are written.
    pub composer: Composer,
    /// Whether nobody real answers yet, and a key of one's own would change that.
    pub simulated: bool,
}

/// One conversation.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
    /// Whether its model is told something before the first message.
    pub has_system_prompt: bool,
    /// Whether it stands above the others.
    pub pinned: bool,
    /// Whether it is put away.
    pub archived: bool,
    /// Its messages, oldest first.
    pub messages: Vec<Message>,
    /// The log position that `messages` was read at, `<epoch>.<seq>`.
    pub cursor: String,
    /// Where older messages are, if there are any.
    pub older: Option<String>,
    /// Where the messages are that follow these, if the newest are not here.
    pub newer: Option<String>,
    /// Where the newest messages are, if they are not here. Such a page shows the past and has no stream: what arrives
    /// now belongs behind messages that it does not have.
    pub newest: Option<String>,
}

impl Conversation {
    fn options(&self) -> Options {
        Options {
            id: self.id.clone(),
            title: self.title.clone(),
            pinned: self.pinned,
            archived: self.archived,
        }
    }

    fn is_answering(&self) -> bool {
        let streaming = |message: &Message| matches!(message, Message::Assistant(answer) if answer.state == ReplyState::Streaming);
        self.messages.iter().any(streaming)
    }

    /// Whether two answers stand next to each other.
    fn is_double(&self) -> bool {
        let beside =
            |message: &Message| matches!(message, Message::Assistant(answer) if answer.beside.is_some());
        self.messages.last().is_some_and(beside)
    }
}

/// How the page gets the rest of a running answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delivery {
    /// By the event stream.
    Live,
    /// In the document itself, which stays open.
    Inline,
}

/// The page as a whole. Without scripts and with a running answer the browser goes on to `?stream=html`, which is to be
/// answered in pieces.
#[must_use]
pub fn page(props: &Chat) -> Markup {
    render(props, Delivery::Live)
}

/// The page up to the end of the last message's closed blocks. That message must be an answer.
///
/// # Panics
/// When the conversation has no answer as its last message.
#[must_use]
pub fn open(props: &Chat) -> String {
    cut(props).0
}

/// The page from there on; with the answer's final state, so that its footer says how it ended.
///
/// # Panics
/// When the conversation has no answer as its last message.
#[must_use]
pub fn close(props: &Chat) -> String {
    cut(props).1
}

/// The open end of the answer so far. CSS shows it as long as nothing follows: the next tail or block takes its place.
#[must_use]
pub fn nojs_tail(tail: &SafeHtml) -> Markup {
    html! { div.t { (tail) } }
}

/// What an answer's document says when it has to end before the answer: the browser loads it again in a moment. Stands
/// before [`close`].
#[must_use]
pub fn goes_on(l: Locale, conversation: &str) -> Markup {
    let page = format!("/c/{conversation}?stream=html");
    html! {
        meta http-equiv="refresh" content={ "2; url=" (page) };
        p { a href=(page) { (l.t("answer-goes-on")) } }
    }
}

fn cut(props: &Chat) -> (String, String) {
    let whole = render(props, Delivery::Inline).into_string();
    let (before, after) = whole.rsplit_once(HOLE).expect("the last message of a page in pieces is an answer");
    (before.to_owned(), after.to_owned())
}

fn render(props: &Chat, delivery: Delivery) -> Markup {
    let l = props.shell.locale;
    let title = props.conversation.as_ref().map_or_else(
        || l.t("new-chat").into_owned(),
        |conversation| title_or_untitled(l, &conversation.title),
    );
    let body = html! {
        div.frame {
            (sidebar(&props.shell, &props.sidebar))
            main.chat__main #main tabindex="-1" {
                header.chat__head {
                    button.button--quiet.chat__menu type="button" popovertarget="sidebar" aria-label=(l.t("conversations")) {
                        (icon(Icon::Sidebar))
                    }
                    (heading(l, &title))
                    @if let Some(conversation) = &props.conversation { (tune(l, &conversation.id, conversation.has_system_prompt)) }
                    @if let Some(conversation) = &props.conversation { (options::menu(l, &conversation.options())) }
                    a.button--quiet.chat__new href="/c/new" aria-label=(l.t("new-chat")) title=(l.t("new-chat")) {
                        (icon(Icon::Plus))
                    }
                }
                div.dock {
                    button.latest #latest type="button" hidden data-behavior="latest" aria-label=(l.t("jump-to-latest")) {
                        (icon(Icon::ArrowDown))
                    }
                    (composer(l, &props.composer))
                    p.dock__lost hidden role="status" data-behavior="connection" { (l.t("connection-lost")) }
                    p.dock__note { (l.t("check-answers")) }
                }
                @match &props.conversation {
                    Some(conversation) => (log(l, conversation, delivery)),
                    None => {
                        @let name = props.shell.viewer.as_ref().map_or("", |viewer| &viewer.name);
                        @let note = if props.simulated { simulated(l) } else { html! {} };
                        (welcome(l, name, &note, &props.composer.system_prompt))
                    },
                }
            }
        }
        p.sr #announce role="status" aria-live="polite" {}
    };
    document(&props.shell, &title, "chat", &head(props, delivery), &body)
}

fn head(props: &Chat, delivery: Delivery) -> Markup {
    // Not away from a message that was refused: it stands in the composer of this page only.
    let answering = props
        .conversation
        .as_ref()
        .filter(|conversation| conversation.is_answering() && props.composer.problem.is_none());
    // A document grows at one place only: with two answers it comes again and again.
    let how = |of: &Conversation| if of.is_double() { ("3", "") } else { ("0", "?stream=html") };
    html! {
        // Half a conversation is not worth painting: what comes behind it would move it. A page in pieces must be painted.
        @if props.conversation.is_some() && delivery == Delivery::Live {
            link rel="expect" href="#announce" blocking="render";
        }
        @if let (Some(conversation), Delivery::Live) = (answering, delivery) {
            @let (wait, query) = how(conversation);
            noscript { meta http-equiv="refresh" content={ (wait) "; url=/c/" (conversation.id) (query) }; }
        }
    }
}

fn log(l: Locale, conversation: &Conversation, delivery: Delivery) -> Markup {
    html! {
        // Laid out after the log, but there before it, so that a page in pieces can hold on to it while it grows.
        div.anchor #anchor {}
        div.log #log role="log" aria-live="off" aria-label=(l.t("messages")) {
            @if let Some(older) = &conversation.older { a.log__older #older href=(older) { (l.t("older-messages")) } }
            @for (index, entry) in conversation.messages.iter().enumerate() {
                @let last = index + 1 == conversation.messages.len();
                @match entry {
                    Message::Assistant(answer) if last && delivery == Delivery::Inline => (message::with_hole(l, answer)),
                    _ => (message::message(l, entry)),
                }
            }
            @if let Some(newest) = &conversation.newest {
                nav.log__on aria-label=(l.t("later-messages")) {
                    @if let Some(newer) = &conversation.newer { a.log__older href=(newer) { (l.t("later-messages")) } }
                    a.log__older href=(newest) { (l.t("newest-messages")) }
                }
            }
        }
        @if delivery == Delivery::Live && conversation.newest.is_none() { (stream(conversation)) }
    }
}

fn stream(conversation: &Conversation) -> Markup {
    let chat = format!("/c/{}", conversation.id);
    let url = format!("{chat}/events?after={}", conversation.cursor);
    html! {
        div #stream hidden data-chat=(chat) data-cursor=(conversation.cursor) hx-sse:connect=(url) hx-sse:close="fx:bye" hx-swap="none"
            hx-sync="this:drop" hx-trigger="load, fx:retry" {}
    }
}

/// The title above the conversation; replaced by its id when the title changes.
#[must_use]
pub(crate) fn heading(l: Locale, title: &str) -> Markup {
    html! { h1.chat__title #title dir="auto" { (title_or_untitled(l, title)) } }
}

/// Leads to the conversation's settings, and shows whether there is a system prompt; replaced by its id when that changes.
#[must_use]
pub(crate) fn tune(l: Locale, conversation: &str, has_system_prompt: bool) -> Markup {
    let label = if has_system_prompt { l.t("tune-set") } else { l.t("tune") };
    let class = if has_system_prompt {
        "button--quiet chat__tune chat__tune--set"
    } else {
        "button--quiet chat__tune"
    };
    html! {
        a class=(class) #tune href={ "/c/" (conversation) "/settings" } data-sheet aria-label=(label) title=(label) {
            (icon(Icon::Sliders))
        }
    }
}

fn title_or_untitled(l: Locale, title: &str) -> String {
    if title.is_empty() { l.t("untitled").into_owned() } else { title.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{close, open, page, samples};

    #[test]
    fn a_page_in_pieces_breaks_inside_the_blocks_of_the_running_answer() {
        let props = samples::streaming();
        let (before, after) = (open(&props), close(&props));
        assert!(before.starts_with("<!DOCTYPE html>") && after.ends_with("</html>"));
        assert!(before.ends_with("</h2>"), "the last closed block of the sample");
        assert!(after.starts_with("</div><div class=\"prose\" data-part=\"tail\""));
    }

    #[test]
    fn a_page_in_pieces_neither_leaves_itself_nor_opens_a_stream() {
        let whole = open(&samples::streaming()) + &close(&samples::streaming());
        assert!(!whole.contains("http-equiv") && !whole.contains("hx-sse:connect"));
    }

    #[test]
    fn a_page_of_older_messages_has_no_stream_and_leads_to_the_newest() {
        let mut props = samples::streaming();
        if let Some(conversation) = &mut props.conversation {
            conversation.newest = Some("/c/7".into());
        }
        let html = page(&props).0;
        assert!(!html.contains("hx-sse:connect") && html.contains("<a class=\"log__older\" href=\"/c/7\">"));
    }

    #[test]
    fn a_refused_message_stays_on_its_page() {
        let mut props = samples::streaming();
        props.composer.problem = Some("Still answering.".into());
        assert!(!page(&props).0.contains("http-equiv"));
    }

    #[test]
    fn a_running_answer_sends_browsers_without_scripts_to_the_page_in_pieces() {
        assert!(
            page(&samples::streaming())
                .0
                .contains("<noscript><meta http-equiv=\"refresh\" content=\"0; url=/c/7?stream=html\">")
        );
    }
}
