//! One message: a person's, or a model's in any state of its life. The markup is the browser protocol's ground:
//! js/stream.js finds `[data-part]` inside `#m-<id>`, and the final DOM equals this rendering, byte for byte.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::{Locale, Moment, SafeHtml};

mod samples;
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
}

/// Where a reply stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReplyState {
    /// Running.
    Streaming,
    /// Finished by the model.
    #[default]
    Complete,
    /// Stopped by a person.
    Stopped,
    /// Ended by an error.
    Failed(Failure),
    /// The server went away in the middle.
    Interrupted,
}

/// Why a reply failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub reason: FailureReason,
    /// Who failed, "OpenAI".
    pub provider: String,
    /// A number to quote when asking for help.
    pub request_id: Option<String>,
}

/// The kinds of failure a person can tell apart and act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// Too many requests.
    RateLimited,
    /// No connection, or a 5xx.
    Unavailable,
    /// The key was refused.
    Unauthorized,
    /// The account has no credit left.
    OutOfCredit,
    /// The model does not exist there.
    ModelMissing,
    /// The conversation is longer than the model can read.
    TooLong,
    /// The provider's filter ended the answer.
    Filtered,
    /// The connection was cut in the middle.
    Cut,
    /// Nothing came for too long.
    Stalled,
    /// The answer could not be understood.
    Malformed,
    /// Our own fault.
    Internal,
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
            footer.message__foot id={ "m-" (props.id) "-foot" } { (copy(l)) span.message__meta { (props.at) } }
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
        article.message.message--assistant id={ "m-" (props.id) } aria-busy=(if busy { "true" } else { "false" }) {
            h2.sr { (l.ta("model-said", &[("model", props.model.as_str().into())])) }
            div.message__body hx-ignore {
                (thinking(l, props.thinking.as_ref()))
                div.prose data-part="blocks" dir="auto" {
                    @for block in &props.blocks { (block) }
                    @if hole { (SafeHtml(HOLE.into())) }
                }
                div.prose data-part="tail" dir="auto" { @if let Some(tail) = &props.tail { (tail) } }
            }
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

/// What stands under an answer: how it ended, which model, what one can do with it. Replaced by its id when a reply ends.
#[must_use]
pub fn foot(l: Locale, props: &AssistantMessage) -> Markup {
    let ended = props.state != ReplyState::Streaming;
    html! {
        footer.message__foot id={ "m-" (props.id) "-foot" } data-ended=[ended.then_some("")] {
            (outcome(l, props))
            @if ended && !props.blocks.is_empty() { (copy(l)) }
            @if ended { (retry(l, &props.id)) }
            span.message__meta { span.message__model { (props.model) } @if ended { " · " (props.at) } }
        }
    }
}

fn outcome(l: Locale, props: &AssistantMessage) -> Markup {
    match &props.state {
        ReplyState::Streaming | ReplyState::Complete => html! {},
        ReplyState::Stopped => html! { p.outcome { (l.t("stopped")) } },
        ReplyState::Interrupted => problem(l, &props.id, &l.t("interrupted"), &l.t("interrupted-text"), None),
        ReplyState::Failed(failure) => {
            let title = if props.blocks.is_empty() { l.t("failed-before") } else { l.t("failed-midway") };
            problem(l, &props.id, &title, &failure.text(l), failure.request_id.as_deref())
        }
    }
}

fn problem(l: Locale, id: &str, title: &str, text: &str, request_id: Option<&str>) -> Markup {
    html! {
        div.problem {
            (icon(Icon::Alert))
            div.problem__words {
                p.problem__title { (title) }
                p.problem__text { (text) }
                @if let Some(request) = request_id { p.problem__id { (l.t("request-id")) " " code { (request) } } }
            }
            form method="post" action={ "/m/" (id) "/regenerate" } {
                button.button type="submit" { (icon(Icon::Retry)) (l.t("retry")) }
            }
        }
    }
}

impl Failure {
    /// What happened and what to do, as a sentence or two.
    #[must_use]
    pub fn text(&self, l: Locale) -> String {
        let by = [("provider", self.provider.as_str().into())];
        match self.reason {
            FailureReason::RateLimited => l.ta("failure-rate-limited", &by),
            FailureReason::Unavailable => l.ta("failure-unavailable", &by),
            FailureReason::Unauthorized => l.ta("failure-unauthorized", &by),
            FailureReason::OutOfCredit => l.ta("failure-out-of-credit", &by),
            FailureReason::ModelMissing => l.ta("failure-model-missing", &by),
            FailureReason::TooLong => l.t("failure-too-long").into_owned(),
            FailureReason::Filtered => l.ta("failure-filtered", &by),
            FailureReason::Cut => l.ta("failure-cut", &by),
            FailureReason::Stalled => l.ta("failure-stalled", &by),
            FailureReason::Malformed => l.ta("failure-malformed", &by),
            FailureReason::Internal => l.t("failure-internal").into_owned(),
        }
    }
}

fn copy(l: Locale) -> Markup {
    html! {
        button.button--quiet.scripted type="button" data-behavior="copy-message" title=(l.t("copy")) aria-label=(l.t("copy")) {
            (icon(Icon::Copy))
        }
    }
}

fn retry(l: Locale, id: &str) -> Markup {
    html! {
        form.message__retry method="post" action={ "/m/" (id) "/regenerate" } {
            button.button--quiet type="submit" title=(l.t("retry")) aria-label=(l.t("retry")) { (icon(Icon::Retry)) }
        }
    }
}
