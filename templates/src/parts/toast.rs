//! Short messages above the page. They fade by CSS alone; errors stay until dismissed.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::Locale;

/// How a toast is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Something to know; it goes away by itself.
    #[default]
    Info,
    /// Something went wrong; it stays.
    Error,
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub level: Level,
    /// What a person reads.
    pub text: String,
    /// A number to quote when asking for help.
    pub request_id: Option<String>,
    /// What can be done about it at once.
    pub action: Option<ToastAction>,
}

/// A button in a toast.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToastAction {
    /// "Undo".
    pub label: String,
    /// Where its form posts to.
    pub action: String,
}

/// What the server itself has to say after an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// After `POST /logout`.
    SignedOut,
    /// The session ended; sign in again.
    SessionExpired,
    /// One session was revoked.
    SessionRevoked,
    /// All sessions but this one were revoked.
    OthersRevoked,
    /// A setting was saved.
    Saved,
    /// The password was changed; other sign-ins have ended.
    PasswordChanged,
    /// The account is gone with everything in it.
    AccountDeleted,
    /// The conversation already answers; wait or stop it first.
    StillAnswering,
    /// The message was empty.
    EmptyMessage,
    /// The message is too long.
    MessageTooLong,
    /// The branch has too many messages to be copied.
    BranchTooLong,
    /// The system prompt is too long.
    SystemPromptTooLong,
    /// The model is not offered (any more).
    UnknownModel,
    /// A budget or a quota is used up.
    BudgetExhausted,
    /// A conversation was deleted.
    ChatDeleted,
    /// A conversation was put away.
    ChatArchived,
    /// A deleted conversation came back.
    ChatRestored,
    /// It was deleted too long ago, or for good.
    ChatGone,
    /// A key of one's own was stored and works.
    KeySaved,
    /// A key of one's own was stored; how it does stands beside it.
    KeyStored,
    /// A key of one's own is gone.
    KeyRemoved,
    /// The key that a message would need can't be opened.
    KeyUnreadable,
    /// The lists of models were fetched.
    ListsFetched,
    /// It was done a moment ago.
    TooSoon,
    /// One favourite too many.
    TooManyFavourites,
    /// Something failed that is not the person's fault; nothing was lost.
    Failed,
}

impl Notice {
    /// The notice as a toast.
    #[must_use]
    pub fn toast(self, l: Locale) -> Toast {
        let (level, text) = match self {
            Self::SignedOut => (Level::Info, l.t("notice-signed-out")),
            Self::SessionExpired => (Level::Error, l.t("notice-session-expired")),
            Self::SessionRevoked => (Level::Info, l.t("notice-session-revoked")),
            Self::OthersRevoked => (Level::Info, l.t("notice-others-revoked")),
            Self::Saved => (Level::Info, l.t("notice-saved")),
            Self::PasswordChanged => (Level::Info, l.t("notice-password-changed")),
            Self::AccountDeleted => (Level::Info, l.t("notice-account-deleted")),
            Self::StillAnswering => (Level::Error, l.t("notice-still-answering")),
            Self::EmptyMessage => (Level::Error, l.t("notice-empty-message")),
            Self::MessageTooLong => (Level::Error, l.t("notice-message-too-long")),
            Self::BranchTooLong => (Level::Error, l.t("notice-branch-too-long")),
            Self::SystemPromptTooLong => (Level::Error, l.t("notice-system-prompt-too-long")),
            Self::UnknownModel => (Level::Error, l.t("notice-unknown-model")),
            Self::BudgetExhausted => (Level::Error, l.t("notice-budget-exhausted")),
            Self::ChatDeleted => (Level::Info, l.t("notice-chat-deleted")),
            Self::ChatArchived => (Level::Info, l.t("notice-chat-archived")),
            Self::ChatRestored => (Level::Info, l.t("notice-chat-restored")),
            Self::ChatGone => (Level::Error, l.t("notice-chat-gone")),
            Self::KeySaved => (Level::Info, l.t("notice-key-saved")),
            Self::KeyStored => (Level::Info, l.t("notice-key-stored")),
            Self::KeyRemoved => (Level::Info, l.t("notice-key-removed")),
            Self::KeyUnreadable => (Level::Error, l.t("notice-key-unreadable")),
            Self::ListsFetched => (Level::Info, l.t("notice-lists-fetched")),
            Self::TooSoon => (Level::Error, l.t("notice-too-soon")),
            Self::TooManyFavourites => (Level::Error, l.t("notice-too-many-favourites")),
            Self::Failed => (Level::Error, l.t("notice-failed")),
        };
        Toast { level, text: text.into_owned(), request_id: None, action: None }
    }

    /// The notice about the conversation `id`, with a way to undo it if there is one.
    #[must_use]
    pub fn toast_about(self, l: Locale, id: &str) -> Toast {
        let verb = match self {
            Self::ChatDeleted => "restore",
            Self::ChatArchived => "unarchive",
            _ => return self.toast(l),
        };
        let action = ToastAction { label: l.t("undo").into_owned(), action: format!("/c/{id}/{verb}") };
        Toast { action: Some(action), ..self.toast(l) }
    }
}

/// The place where toasts appear, with those the page was loaded with.
#[must_use]
pub fn region(l: Locale, toasts: &[Toast]) -> Markup {
    html! {
        div.toasts #toasts role="status" aria-live="polite" {
            @for toast in toasts { (show(l, toast)) }
        }
    }
}

/// One toast.
#[must_use]
pub fn show(l: Locale, toast: &Toast) -> Markup {
    let (class, picture) = match toast.level {
        Level::Info => ("toast toast--info", Icon::Info),
        Level::Error => ("toast toast--error", Icon::Alert),
    };
    html! {
        div class=(class) data-behavior="toast" {
            (icon(picture))
            p.toast__text {
                (toast.text)
                @if let Some(id) = &toast.request_id { " " small { (l.t("request-id")) " " code { (id) } } }
            }
            @if let Some(action) = &toast.action {
                form method="post" action=(action.action) hx-post=(action.action) hx-swap="none" hx-sync="this:drop" {
                    button.toast__action type="submit" { (action.label) }
                }
            }
            button.toast__close.scripted type="button" data-behavior="dismiss" aria-label=(l.t("dismiss")) { (icon(Icon::Close)) }
        }
    }
}

/// Both levels, short and long, and one with something to do.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let l = Locale::En;
    let long = "A sentence that goes on for longer than anybody would like, ".repeat(4);
    let error =
        Toast { level: Level::Error, text: long, request_id: Some("req-0197f3a2".into()), action: None };
    let action = Some(ToastAction { label: "Undo".into(), action: "/c/7/restore".into() });
    let undo = Toast { text: "Conversation deleted.".into(), action, ..Toast::default() };
    vec![
        ("info", show(l, &Notice::OthersRevoked.toast(l))),
        ("error", show(l, &error)),
        ("undo", show(l, &undo)),
    ]
}
