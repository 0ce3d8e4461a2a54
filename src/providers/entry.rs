//! A provider, and the doors that accounts open to it.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use url::Url;
use uuid::Uuid;

use super::{
    Account, Accounts, Capabilities, Error, Key, Model, ModelPrice, Settings,
    catalog::{self, Row, Temperature},
    health::Who,
    list::List,
    price::Price,
    simulated,
    wire::{self, Limits, Listed, Wire},
};

/// Lists of people's own accounts that are kept at once; beyond that all are forgotten.
const OWN_LISTS: usize = 1_000;

/// See the module.
pub struct Entry {
    pub row: &'static Row,
    system: Option<Account>,
    /// The list of models that the server's own account sees.
    list: Arc<List>,
    /// Lists of people's own accounts, by row and version.
    own: Mutex<HashMap<(Uuid, i64), Arc<List>>>,
    /// In process, without a socket.
    inside: Option<Arc<simulated::InProcess>>,
    /// Where it is for this server and for everybody without an address of their own.
    pub home: Option<Url>,
    settings: Settings,
    http: reqwest::Client,
}

/// A provider as one account sees it.
pub struct Door {
    pub row: &'static Row,
    pub wire: Arc<dyn Wire>,
    pub list: Arc<List>,
    /// `None` in process.
    pub base_url: Option<Url>,
    pub key: Key,
    /// By whom it is known how it has done.
    pub who: Who,
}

impl Entry {
    /// Talks to nobody. `None` for the simulated provider where it isn't wanted.
    pub fn new(row: &'static Row, settings: &Settings, http: &reqwest::Client) -> Option<Self> {
        let is_simulated = row.name == catalog::SIMULATED.name;
        if is_simulated && !settings.simulated {
            return None;
        }
        let system = if is_simulated {
            let base_url = settings.simulated_url.clone();
            Some(Account { id: None, key: "simulated".into(), base_url })
        } else {
            settings.system.iter().find(|(name, _)| *name == row.name).map(|(_, account)| account.clone())
        };
        let inside = (is_simulated && settings.simulated_url.is_none())
            .then(|| Arc::new(simulated::InProcess::new(Limits::from(settings))));
        let foreign = system.as_ref().is_some_and(|account| is_foreign(row, account));
        let list = Arc::new(List::new(row, foreign, settings));
        let home = settings.homes.iter().find(|(name, _)| *name == row.name).map(|(_, url)| url.clone());
        // What the catalogue says of those that need no key is the machine that we run on: only the operator may mean that.
        let home = home.or_else(|| Url::parse(row.base_url).ok().filter(|_| row.needs_key()));
        let (settings, http) = (settings.clone(), http.clone());
        Some(Self { row, system, list, own: Mutex::default(), inside, home, settings, http })
    }

    /// What opens for these accounts.
    ///
    /// # Errors
    /// [`Error::NotConfigured`] without any, [`Error::BadKey`] for a key that can't be sent, [`Error::KeyUnreadable`],
    /// [`Error::Unreachable`] for an address that nobody may be sent to.
    pub fn door(&self, own: &Accounts) -> Result<Door, Error> {
        if let Some(inside) = &self.inside {
            let (wire, list) = (inside.clone(), self.list.clone());
            let who = (self.row.name, None);
            return Ok(Door { row: self.row, wire, list, base_url: None, key: Key::Server, who });
        }
        match own.held(self.row.name) {
            Some(held) => self.own_door(held.account.as_ref().map_err(Clone::clone)?),
            None => {
                let account = self.system.as_ref().ok_or(Error::NotConfigured)?;
                self.open(account, &self.http, self.list.clone(), Key::Server)
            }
        }
    }

    /// A person's own: at the address that they gave, by the client that looks where it leads, or where the server's is.
    fn own_door(&self, account: &Account) -> Result<Door, Error> {
        let http = match (&account.base_url, &self.settings.guarded) {
            (None, _) => &self.http,
            (Some(url), Some(guarded)) if guarded.guard.admits(url) => &guarded.http,
            // The same word as for a host that does not answer: nobody learns what is there.
            (Some(_), _) => return Err(Error::Unreachable),
        };
        let base_url = account.base_url.clone().or_else(|| self.home.clone()).ok_or(Error::NotConfigured)?;
        let account = Account { base_url: Some(base_url), ..account.clone() };
        let list = self.own_list(&account);
        self.open(&account, http, list, Key::Own)
    }

    fn open(
        &self,
        account: &Account,
        http: &reqwest::Client,
        list: Arc<List>,
        key: Key,
    ) -> Result<Door, Error> {
        let base = account.base_url.clone().or_else(|| Url::parse(self.row.base_url).ok());
        let base = base.ok_or(Error::NotConfigured)?;
        let wire = wire::build(self.row, account, &base, Limits::from(&self.settings), http.clone())?;
        let who = (self.row.name, account.id.map(|(id, _)| id));
        Ok(Door { row: self.row, wire: Arc::from(wire), list, base_url: Some(base), key, who })
    }

    /// Host of the server's own base URL, as it may be shown.
    pub fn host(&self) -> Option<String> {
        if self.inside.is_some() {
            return None;
        }
        let own = self.system.as_ref()?.base_url.clone();
        own.or_else(|| Url::parse(self.row.base_url).ok()).as_ref().map(shown_host)
    }

    /// What is known to be offered right now, without asking anybody; for the model to begin with.
    pub fn first(&self, own: &Accounts) -> Option<String> {
        let door = self.door(own).ok()?;
        let id = door.list.first().or_else(|| Some(self.row.known.first()?.id.to_owned()))?;
        Some(format!("{}/{id}", self.row.name))
    }

    fn own_list(&self, account: &Account) -> Arc<List> {
        let new = || Arc::new(List::new(self.row, is_foreign(self.row, account), &self.settings));
        // One that is not stored is tried once.
        let Some(id) = account.id else { return new() };
        let mut own = self.own.lock();
        if own.len() >= OWN_LISTS && !own.contains_key(&id) {
            own.clear();
        }
        own.entry(id).or_insert_with(new).clone()
    }
}

/// Whether the account is at somebody else's server behind this row.
fn is_foreign(row: &Row, account: &Account) -> bool {
    account.base_url.as_ref().is_some_and(|url| url.as_str().trim_end_matches('/') != row.base_url)
}

impl Door {
    /// What the provider offers now.
    pub async fn models(&self) -> Vec<Model> {
        self.list.shown(self.wire.as_ref()).await.iter().map(|listed| self.model(listed)).collect()
    }

    /// Any id of the provider, also one that the list hides or that could not be checked.
    pub async fn find(&self, id: &str) -> Option<Model> {
        if self.is_simulated() {
            return simulated::knows(id).then(|| self.model(&Listed::of(id.to_owned())));
        }
        self.list.has(id, self.wire.as_ref()).await.map(|listed| self.model(&listed))
    }

    /// Only an id that the provider really lists: a guess must not make a bare id ambiguous.
    pub async fn find_listed(&self, id: &str) -> Option<Model> {
        if self.is_simulated() && simulated::knows(id) {
            return Some(self.model(&Listed::of(id.to_owned())));
        }
        self.list.lists(id, self.wire.as_ref()).await.map(|listed| self.model(&listed))
    }

    /// Whether its answers are made up by Freshet itself.
    pub fn is_simulated(&self) -> bool {
        self.row.name == catalog::SIMULATED.name
    }

    /// The price of a model: what the provider's own list says, or on its own host what we know.
    fn price(&self, listed: &Listed) -> Option<Price> {
        let known = self.row.known.iter().find(|known| known.id == listed.id);
        let own = self.base_url == Url::parse(self.row.base_url).ok();
        listed.price.or_else(|| known?.price.filter(|_| own))
    }

    fn model(&self, listed: &Listed) -> Model {
        let id = listed.id.as_str();
        let known = self.row.known.iter().find(|known| known.id == id);
        // The options behind a simulated model's colon change nothing about that.
        let base = id.split(':').next().filter(|_| self.is_simulated()).unwrap_or(id);
        let kind = self.row.known.iter().find(|known| known.id == base);
        let guess = || Capabilities { reasoning: looks_reasoning(id), ..Capabilities::NONE };
        let capabilities = listed.capabilities.or(kind.map(|known| known.capabilities)).unwrap_or_else(guess);
        let price = self.price(listed);
        let number = |listed: Option<u32>, known: Option<u32>| listed.or(known).filter(|number| *number > 0);
        let label = listed.label.clone().or_else(|| known.map(|known| known.label.to_owned()));
        Model {
            name: format!("{}/{id}", self.row.name),
            id: id.to_owned(),
            provider: self.row.name.to_owned(),
            provider_label: self.row.label.to_owned(),
            label: label.unwrap_or_else(|| id.to_owned()),
            reasoning: capabilities.reasoning,
            capabilities,
            context_window: number(listed.context_window, known.map(|known| known.context_window)),
            max_output: number(listed.max_output, known.map(|known| known.max_output)),
            efforts: listed.efforts.clone().unwrap_or_else(|| {
                let unknown = if capabilities.reasoning { self.row.dialect.efforts } else { &[] };
                let words = known.map_or(unknown, |known| known.efforts);
                words.iter().map(|word| (*word).to_owned()).collect()
            }),
            temperature: kind.map_or(
                if capabilities.reasoning { Temperature::Never } else { Temperature::Always },
                |known| known.temperature,
            ),
            price: price.map(ModelPrice::from),
            exact: price,
            retires: listed.retires.clone().or_else(|| known?.retires.map(str::to_owned)),
            key: self.key,
        }
    }
}

/// The lists of OpenAI, xAI and Meta have ids only; reasoning families are known by their names.
fn looks_reasoning(id: &str) -> bool {
    let family = id.rsplit('/').next().unwrap_or(id);
    let thinks = ["o1", "o3", "o4", "gpt-5", "gpt-6", "gpt-oss", "grok-4", "muse-"];
    thinks.iter().any(|start| family.starts_with(start)) && !family.contains("non-reasoning")
}

/// Host of a base URL for people: a public name as it is; everything that describes somebody's network as `private`.
pub fn shown_host(url: &Url) -> String {
    match url.host() {
        Some(url::Host::Domain(name)) if name.contains('.') && !is_private_name(name) => name.to_owned(),
        _ => "private".to_owned(),
    }
}

fn is_private_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    ["localhost", "local", "internal", "lan", "home", "corp", "test", "svc", "home.arpa"]
        .iter()
        .any(|end| name == *end || name.ends_with(&format!(".{end}")))
}
