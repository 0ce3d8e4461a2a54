//! The chat page: new, empty, answered, streaming, from right to left.

use maud::{Markup, Render as _};

use super::{Chat, Conversation, close, nojs_tail, open, page};
use crate::layout::{Shell, Viewer};
use crate::parts::composer::{Composer, sample_models};
use crate::parts::message::{
    AssistantMessage, Message, ReplyState, UserMessage, sample_answer, sample_blocks,
};
use crate::parts::sidebar::{Sidebar, sample as sample_sidebar};
use crate::{Moment, SafeHtml};

fn question(id: &str, text: &str) -> Message {
    let at = Moment::new("14:04", "2026-03-01T14:04:00Z");
    Message::User(UserMessage { id: id.into(), text: text.into(), at, siblings: None })
}

fn base() -> Chat {
    let viewer = Viewer { name: "Ada".into(), email: "ada@example.org".into() };
    Chat {
        shell: Shell { viewer: Some(viewer), path: "/c/7".into(), ..Shell::default() },
        sidebar: sample_sidebar(),
        conversation: None,
        composer: Composer {
            key: "k1".into(),
            models: sample_models(),
            model: "simulated/essay".into(),
            ..Composer::default()
        },
        simulated: false,
    }
}

fn talking(messages: Vec<Message>, answering: Option<&str>) -> Chat {
    let conversation = Conversation {
        id: "7".into(),
        title: "How rivers carry sediment".into(),
        has_system_prompt: true,
        messages,
        cursor: "1.42".into(),
        older: None,
        newer: None,
        newest: None,
        ..Conversation::default()
    };
    let composer = Composer {
        conversation: Some("7".into()),
        answering: answering.map(str::to_owned),
        ..base().composer
    };
    Chat { conversation: Some(conversation), composer, ..base() }
}

/// A page whose last answer is still running.
pub(super) fn streaming() -> Chat {
    let running = AssistantMessage {
        id: "20".into(),
        state: ReplyState::Streaming,
        blocks: sample_blocks()[..2].to_vec(),
        tail: Some(SafeHtml("<p>The grain settles once its fall speed beats the</p>".into())),
        ..sample_answer()
    };
    let messages = vec![question("19", "How do rivers carry sediment?"), Message::Assistant(running)];
    talking(messages, Some("/replies/r20"))
}

/// What a browser without scripts has at the end.
fn pieces() -> Markup {
    let mut whole = open(&streaming());
    let blocks = &sample_blocks()[2..];
    for block in blocks {
        whole += &nojs_tail(&SafeHtml("<p>What is still being written</p>".into())).0;
        whole += &block.0;
    }
    let mut done = streaming();
    done.composer.answering = None;
    if let Some(Message::Assistant(answer)) =
        done.conversation.as_mut().and_then(|conversation| conversation.messages.last_mut())
    {
        answer.state = ReplyState::Complete;
        answer.tail = None;
    }
    whole += &close(&done);
    SafeHtml(whole).render()
}

/// The page in the states a designer has to look at.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let fresh = Chat { sidebar: Sidebar { current: None, ..sample_sidebar() }, ..base() };
    let empty = Chat { sidebar: Sidebar::default(), ..base() };
    let answered = vec![
        question("1", "How do rivers carry sediment?\nShow me the numbers."),
        Message::Assistant(sample_answer()),
    ];
    let mut more = answered.clone();
    more.push(question("3", "And in Hebrew: איך נהרות נושאים סחף?"));
    let rtl = vec![SafeHtml(
        "<p>נהר נושא סחף בשלוש דרכים, והזרם קובע איזו מהן גוברת.</p><ul><li>אחת</li></ul>".into(),
    )];
    more.push(Message::Assistant(AssistantMessage {
        id: "4".into(),
        thinking: None,
        blocks: rtl,
        state: ReplyState::Stopped,
        ..sample_answer()
    }));
    let mut older = talking(more, None);
    if let Some(conversation) = &mut older.conversation {
        conversation.older = Some("/c/7?before=1".into());
    }
    let side = |id: &str, model: &str| {
        let details = sample_answer().details;
        let blocks = sample_blocks()[..2].to_vec();
        Message::Assistant(AssistantMessage {
            id: id.into(),
            model: model.into(),
            beside: Some(id.into()),
            blocks,
            details,
            ..sample_answer()
        })
    };
    let two = vec![question("1", "How do rivers carry sediment?"), side("2", "Essay"), side("3", "Thinker")];
    vec![
        ("beside", page(&talking(two, None))),
        ("new", page(&fresh)),
        ("first", page(&empty)),
        ("answered", page(&talking(answered, None))),
        ("long", page(&older)),
        ("streaming", page(&streaming())),
        ("pieces", pieces()),
    ]
}
