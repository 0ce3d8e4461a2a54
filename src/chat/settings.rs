//! What a conversation's model is told besides the messages. It counts from the next message on.

mod store;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::events::{ChatUpdated, SettingsChanged};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    platform::db::Tx,
};

/// Bytes of a system prompt.
pub const SYSTEM_PROMPT_LIMIT: usize = 32 << 10;
/// Tokens that an answer can be limited to, at most.
pub const MOST_TOKENS: u32 = 1_000_000;
/// Where the temperature ends.
pub const HOTTEST: f64 = 2.0;

/// A conversation's settings; what is absent is the provider's to choose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Settings {
    /// Said to the model before the first message, up to 32 KiB.
    pub system_prompt: Option<String>,
    /// From 0 (the likeliest words) to 2 (the most daring ones). Not sent to models that refuse it.
    pub temperature: Option<f64>,
    /// Where an answer ends at the latest, in tokens.
    pub max_tokens: Option<u32>,
    /// How much a model thinks that reasons; not sent to others.
    pub reasoning_effort: Option<Effort>,
}

/// How much a model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// Shortly.
    Low,
    /// As usual.
    Medium,
    /// Thoroughly.
    High,
}

impl Effort {
    /// From the least on.
    pub const ALL: [Self; 4] = [Self::None, Self::Low, Self::Medium, Self::High];

    /// Its name in the API and at the providers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.as_str() == text)
    }
}

/// What is to change: `None` leaves a setting as it is, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// As [`Settings::system_prompt`]; blank clears it, too.
    pub system_prompt: Option<Option<String>>,
    /// As [`Settings::temperature`].
    pub temperature: Option<Option<f64>>,
    /// As [`Settings::max_tokens`].
    pub max_tokens: Option<Option<i64>>,
    /// As [`Settings::reasoning_effort`], by its name.
    pub reasoning_effort: Option<Option<String>>,
}

impl Settings {
    /// These settings with a change, checked.
    ///
    /// # Errors
    /// The first value that doesn't fit, by its field.
    pub fn with(mut self, change: Change) -> Result<Self> {
        if let Some(prompt) = change.system_prompt {
            // A database text can't hold a NUL, and no person means it.
            let prompt = prompt.map(|prompt| prompt.replace('\0', "\u{fffd}"));
            self.system_prompt = prompt.filter(|prompt| !prompt.trim().is_empty());
            if self.system_prompt.as_ref().is_some_and(|prompt| prompt.len() > SYSTEM_PROMPT_LIMIT) {
                let detail = format!("the system prompt is longer than {SYSTEM_PROMPT_LIMIT} bytes");
                return Err(Error::field("system_prompt_too_long", "settings.system_prompt", detail));
            }
        }
        if let Some(temperature) = change.temperature {
            if temperature.is_some_and(|warmth| !(0.0..=HOTTEST).contains(&warmth)) {
                let detail = "the temperature is a number from 0 to 2";
                return Err(Error::field("temperature_out_of_range", "settings.temperature", detail));
            }
            self.temperature = temperature;
        }
        if let Some(tokens) = change.max_tokens {
            let fits = |tokens: i64| u32::try_from(tokens).ok().filter(|n| (1..=MOST_TOKENS).contains(n));
            self.max_tokens = match tokens {
                None => None,
                Some(tokens) => Some(fits(tokens).ok_or_else(|| {
                    let detail = format!("max_tokens is a whole number from 1 to {MOST_TOKENS}");
                    Error::field("max_tokens_out_of_range", "settings.max_tokens", detail)
                })?),
            };
        }
        if let Some(effort) = change.reasoning_effort {
            self.reasoning_effort = match effort {
                None => None,
                Some(name) => Some(Effort::parse(&name).ok_or_else(|| {
                    let detail = "the reasoning effort is none, low, medium or high";
                    Error::field("unknown_reasoning_effort", "settings.reasoning_effort", detail)
                })?),
            };
        }
        Ok(self)
    }
}

/// A conversation's settings.
///
/// # Errors
/// Not the actor's.
pub async fn get(app: &App, actor: &Actor, conversation: Uuid) -> Result<Settings> {
    let json = store::find(&app.db, actor.user.0, conversation).await?.ok_or(Error::NotFound)?;
    Ok(read(&json))
}

/// As [`get`], of a conversation that the transaction has locked.
pub(crate) async fn in_transaction(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<Settings> {
    Ok(store::find_in(tx, conversation).await?.map(|json| read(&json)).unwrap_or_default())
}

/// Changes some settings and tells who watches.
///
/// # Errors
/// Not the actor's, or a value that doesn't fit.
pub async fn update(app: &App, actor: &Actor, conversation: Uuid, change: Change) -> Result<Settings> {
    let mut tx = app.db.begin().await?;
    let owner = actor.user.0;
    // By the lock's own order: the conversation, then its log. Settings are not a use: it stays where it is in the list.
    let json = store::find_locked(&mut tx, owner, conversation).await?.ok_or(Error::NotFound)?;
    let old = read(&json);
    let new = old.clone().with(change)?;
    if new == old {
        return Ok(new);
    }
    set_in(&mut tx, conversation, &new).await?;
    let told = SettingsChanged { system_prompt: new.system_prompt.is_some() };
    let fact = ChatUpdated { settings: Some(told), ..ChatUpdated::default() };
    let entries = app.log.append(&mut tx, conversation, vec![fact.entry(None)]).await?;
    tx.commit().await?;
    app.log.publish(conversation, &entries);
    Ok(new)
}

/// Writes settings that were checked.
pub(super) async fn set_in(tx: &mut Tx, conversation: Uuid, settings: &Settings) -> sqlx::Result<()> {
    if *settings == Settings::default() {
        return store::set(tx, conversation, "{}").await;
    }
    let json = serde_json::to_string(settings).expect("settings are plain data");
    store::set(tx, conversation, &json).await
}

/// What a newer version wrote and this one can't read counts as not set.
fn read(json: &str) -> Settings {
    serde_json::from_str(json).unwrap_or_else(|error| {
        tracing::warn!(%error, "the settings of a conversation could not be read");
        Settings::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(change: Change) -> Option<&'static str> {
        Settings::default().with(change).err().map(|error| error.code())
    }

    #[test]
    fn values_are_held_to_their_limits() {
        let warm = |warmth| code(Change { temperature: Some(Some(warmth)), ..Change::default() });
        assert_eq!((warm(0.0), warm(2.0)), (None, None));
        for wrong in [-0.1, 2.000_001, f64::NAN, f64::INFINITY] {
            assert_eq!(warm(wrong), Some("temperature_out_of_range"), "{wrong}");
        }
        let tokens = |tokens| code(Change { max_tokens: Some(Some(tokens)), ..Change::default() });
        assert_eq!((tokens(1), tokens(1_000_000)), (None, None));
        for wrong in [0, -1, 1_000_001, i64::MAX] {
            assert_eq!(tokens(wrong), Some("max_tokens_out_of_range"), "{wrong}");
        }
        let prompt = |size| code(Change { system_prompt: Some(Some("x".repeat(size))), ..Change::default() });
        assert_eq!(prompt(SYSTEM_PROMPT_LIMIT), None);
        assert_eq!(prompt(SYSTEM_PROMPT_LIMIT + 1), Some("system_prompt_too_long"));
    }

    #[test]
    fn what_is_not_named_stays_and_null_clears() {
        let all = Settings {
            system_prompt: Some("Be brief.".into()),
            temperature: Some(0.7),
            max_tokens: Some(100),
            reasoning_effort: Some(Effort::High),
        };
        let blank = Change { system_prompt: Some(Some(" \n".into())), ..Change::default() };
        assert_eq!(all.clone().with(Change::default()).unwrap(), all);
        assert_eq!(all.clone().with(blank).unwrap(), Settings { system_prompt: None, ..all.clone() });
        let clear = Change { temperature: Some(None), ..Change::default() };
        assert_eq!(all.clone().with(clear).unwrap(), Settings { temperature: None, ..all });
    }

    #[test]
    fn a_temperature_travels_as_it_was_written() {
        assert_eq!(serde_json::to_string(&(0.7_f64 as f32)).unwrap(), "0.7");
    }
}
