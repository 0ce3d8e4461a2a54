//! With whose key a provider is asked.

use std::{collections::HashMap, fmt, sync::Arc};

use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use super::Error;

/// A key at a provider, and the one place that it may be sent to.
#[derive(Clone)]
pub struct Account {
    /// The row that holds a person's own key, and how often it was changed; `None` for the server's.
    pub id: Option<(Uuid, i64)>,
    /// Empty where a server wants none.
    pub key: SecretString,
    /// `None` is the provider itself.
    pub base_url: Option<Url>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("key", &"****").finish_non_exhaustive()
    }
}

/// A person's own accounts, by the provider's name. They win over the server's. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Accounts(Arc<HashMap<String, Held>>);

/// What a person has at one provider.
#[derive(Debug, Clone)]
pub struct Held {
    /// The account, or why it can't be used. Such a provider can't be used at all: the server's account is no silent
    /// substitute for somebody's own.
    pub account: Result<Account, Error>,
    /// Whether nobody has seen it work since it was last seen to fail.
    pub doubted: bool,
}

impl Accounts {
    /// Who has none of their own.
    pub fn none() -> Self {
        Self::default()
    }

    /// These, by the provider's name.
    pub fn of(held: impl IntoIterator<Item = (String, Held)>) -> Self {
        Self(Arc::new(held.into_iter().collect()))
    }

    /// The account at a provider, if it is there and can be used.
    pub fn at(&self, provider: &str) -> Option<&Account> {
        self.held(provider)?.account.as_ref().ok()
    }

    /// What there is at a provider.
    pub fn held(&self, provider: &str) -> Option<&Held> {
        self.0.get(provider)
    }
}

impl FromIterator<(String, Account)> for Accounts {
    fn from_iter<I: IntoIterator<Item = (String, Account)>>(accounts: I) -> Self {
        Self::of(
            accounts.into_iter().map(|(name, account)| (name, Held { account: Ok(account), doubted: false })),
        )
    }
}
