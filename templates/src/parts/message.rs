//! One message: a person's, or a model's in any state of its life. The markup is the browser protocol's ground:
//! js/stream.js finds `[data-part]` inside `#m-<id>`, and the final DOM equals this rendering, byte for byte.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::{Locale, Moment, SafeHtml};

mod calls;
mod details;
mod ending;
mod foot;
mod samples;

pub use calls::{ToolCall, calls};
pub use details::Details;
pub use ending::{Failure, FailureReason, ReplyState};
pub use foot::{Siblings, foot};
pub use samples::{sample_answer, sample_blocks, samples};

/// Stands where a page that streams without scripts is cut; see `pages::chat::open`.
pub(crate) const HOLE: &str = "<!--hole-->";

/// A message of either kind.
#[derive(Clone, Debug)]
pub enum Message {
    /// Written by a person.
    User(UserMessage),
    /// Written by a model.
    Assistant(AssistantMessage),
}

/// What a person wrote.
#[derive(Clone, Debug, Default)]
pub struct UserMessage {
    /// The message's id.
    pub id: String,
    /// As typed; shown with its line breaks.
    pub text: String,
    /// When.
    pub at: Moment,
    /// Its other versions, if there are any.
    pub siblings: Option<Siblings>,
}

/// What a model wrote, or is writing.
#[derive(Clone, Debug, Default)]
pub struct AssistantMessage {
    /// The message's id.
    pub id: String,
    /// Where the reply stands.
    pub state: ReplyState,
    /// The model's thoughts, when it showed any.
    pub thinking: Option<Thinking>,
    /// Closed blocks, one top-level element each.
    pub blocks: Vec<SafeHtml>,
    /// The open end of a running answer.
    pub tail: Option<SafeHtml>,
    /// The model's label, "GPT-4.1".
    pub model: String,
    /// When it began.
    pub at: Moment,
    /// Other answers to the same message, if there are any.
    pub siblings: Option<Box<Siblings>>,
    /// How it came to be.
    pub details: Box<Details>,
    /// While it stands next to another answer, until one of the two is kept: the reply that writes it.
    pub beside: Option<String>,
    /// Whether it has text but no proper end, so that a model can go on with it.
    pub can_go_on: bool,
    /// The tools that the model asked for.
    pub calls: Vec<ToolCall>,
}

/// Thoughts shown above an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thinking {
    /// Raw text; never HTML.
    pub text: String,
    /// How long it took; `None` while it goes on.
    pub seconds: Option<u64>,
}

/// Either kind of message.
#[must_use]
pub fn message(l: Locale, message: &Message) -> Markup {
    match message {
        Message::User(props) => user(l, props),
        Message::Assistant(props) => assistant(l, props),
    }
}

/// A person's message.
#[must_use]
pub fn user(l: Locale, props: &UserMessage) -> Markup {
    html! {
        article.message.message--user id={ "m-" (props.id) } {
            h2.sr { (l.t("you-said")) }
            div.message__body.message__text hx-ignore dir="auto" { (props.text) }
            (foot::of_user(l, props))
        }
    }
}

/// A model's message.
#[must_use]
pub fn assistant(l: Locale, props: &AssistantMessage) -> Markup {
    shape(l, props, false)
}

/// The same with [`HOLE`] where the blocks end.
pub(crate) fn with_hole(l: Locale, props: &AssistantMessage) -> Markup {
    shape(l, props, true)
}

fn shape(l: Locale, props: &AssistantMessage, hole: bool) -> Markup {
    // A page in pieces could never take "busy" back.
    let busy = props.state == ReplyState::Streaming && !hole;
    html! {
        article.message.message--assistant.message--beside[props.beside.is_some()] id={ "m-" (props.id) } aria-busy=(if busy { "true" } else { "false" }) {
            h2.sr { (l.ta("model-said", &[("model", props.model.as_str().into())])) }
            div.message__body hx-ignore {
                (thinking(l, props.thinking.as_ref()))
                div.prose data-part="blocks" dir="auto" {
                    @for block in &props.blocks { (block) }
                    @if hole { (SafeHtml(HOLE.into())) }
                }
                div.prose data-part="tail" dir="auto" { @if let Some(tail) = &props.tail { (tail) } }
            }
            (calls(l, &props.id, &props.calls))
            (foot(l, props))
        }
    }
}

fn thinking(l: Locale, thinking: Option<&Thinking>) -> Markup {
    html! {
        details.thinking data-part="thinking" hidden[thinking.is_none()] {
            summary.thinking__summary {
                (icon(Icon::ChevronRight))
                span data-part="thought" { (thought_label(l, thinking.and_then(|thinking| thinking.seconds))) }
            }
            div.thinking__text data-part="think" dir="auto" {
                @if let Some(thinking) = thinking { (thinking.text) }
            }
        }
    }
}

/// The label of the thoughts: also the text of `fx:thought`.
#[must_use]
pub fn thought_label(l: Locale, seconds: Option<u64>) -> String {
    match seconds {
        None => l.t("thinking").into_owned(),
        Some(0) => l.t("thought-briefly").into_owned(),
        Some(seconds) => l.ta("thought-for", &[("seconds", seconds.into())]),
    }
}
