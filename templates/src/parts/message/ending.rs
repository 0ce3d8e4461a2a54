//! How an answer stands or ended, and why one failed, in words.

use crate::Locale;

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
    /// It has more to do than it can.
    Overloaded,
    /// It has failed so often that it is not asked for a moment.
    Resting,
    /// No connection, or a 5xx.
    Unavailable,
    /// The key was refused.
    Unauthorized,
    /// The key may not ask for this.
    Forbidden,
    /// There is no key.
    KeyMissing,
    /// There is one that this server can't read any more.
    KeyUnreadable,
    /// The provider has switched off the account or the key.
    Banned,
    /// The account has no credit left.
    OutOfCredit,
    /// The model does not exist there.
    ModelMissing,
    /// More than one provider offers a model of this name.
    ModelAmbiguous,
    /// The conversation is longer than the model can read.
    TooLong,
    /// The provider's filter refused the answer, or ended it.
    Filtered,
    /// The connection was cut in the middle.
    Cut,
    /// Nothing came for too long.
    Stalled,
    /// The answer could not be understood.
    Malformed,
    /// The provider did not accept what it was asked.
    Refused,
    /// Our own fault.
    Internal,
}

impl Failure {
    /// What happened and what to do, as a sentence or two.
    #[must_use]
    pub fn text(&self, l: Locale) -> String {
        let by = [("provider", self.provider.as_str().into())];
        match self.reason {
            FailureReason::RateLimited => l.ta("failure-rate-limited", &by),
            FailureReason::Overloaded => l.ta("failure-overloaded", &by),
            FailureReason::Resting => l.ta("failure-resting", &by),
            FailureReason::Unavailable => l.ta("failure-unavailable", &by),
            FailureReason::Unauthorized => l.ta("failure-unauthorized", &by),
            FailureReason::Forbidden => l.ta("failure-forbidden", &by),
            FailureReason::KeyMissing => l.ta("failure-key-missing", &by),
            FailureReason::KeyUnreadable => l.ta("failure-key-unreadable", &by),
            FailureReason::Banned => l.ta("failure-banned", &by),
            FailureReason::OutOfCredit => l.ta("failure-out-of-credit", &by),
            FailureReason::ModelMissing => l.ta("failure-model-missing", &by),
            FailureReason::ModelAmbiguous => l.t("failure-model-ambiguous").into_owned(),
            FailureReason::TooLong => l.t("failure-too-long").into_owned(),
            FailureReason::Filtered => l.ta("failure-filtered", &by),
            FailureReason::Cut => l.ta("failure-cut", &by),
            FailureReason::Stalled => l.ta("failure-stalled", &by),
            FailureReason::Malformed => l.ta("failure-malformed", &by),
            FailureReason::Refused => l.ta("failure-refused", &by),
            FailureReason::Internal => l.t("failure-internal").into_owned(),
        }
    }
}
