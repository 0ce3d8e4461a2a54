//! With whose key a provider is asked.

use std::{collections::HashMap, fmt, sync::Arc};

use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

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
pub struct Accounts(Arc<HashMap<String, Account>>);

impl Accounts {
    /// Who has none of their own.
    pub fn none() -> Self {
        Self::default()
    }

    /// The account at a provider.
    pub fn at(&self, provider: &str) -> Option<&Account> {
        self.0.get(provider)
    }
}

impl FromIterator<(String, Account)> for Accounts {
    fn from_iter<I: IntoIterator<Item = (String, Account)>>(accounts: I) -> Self {
        Self(Arc::new(accounts.into_iter().collect()))
    }
}
