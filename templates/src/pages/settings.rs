//! Settings: a page for each matter, with the way to the others beside it. Every form works without scripts.

mod account;
mod appearance;
pub mod keys;
mod language;
mod models;
mod profile;
pub mod providers;
mod samples;
mod security;
mod usage;

use std::borrow::Cow;

use maud::{Markup, html};

pub use account::{Account, LeaveProblem};
pub use keys::{KeyForm, Keys};
pub use language::{Language, Region};
pub use models::Models;
pub use profile::Profile;
pub use providers::Providers;
pub use samples::samples;
pub use security::{Security, Session};
pub use usage::{Budget, BudgetOf, Line, Sum, Usage};

use crate::Locale;
use crate::assets::asset;
use crate::layout::{Shell, brand, document};

/// Props of the page.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The shell; `viewer` must be there.
    pub shell: Shell,
    /// What is set here.
    pub section: Section,
}

/// What a page of the settings is about.
#[derive(Clone, Debug)]
pub enum Section {
    /// Who one is.
    Profile(Profile),
    /// How pages look; the shell says how they do now.
    Appearance,
    /// Language and time zone.
    Language(Language),
    /// With which model one begins.
    Models(Models),
    /// Keys of one's own.
    Keys(Keys),
    /// The key at one provider.
    Key(KeyForm),
    /// What was used, and what is left.
    Usage(Usage),
    /// How the providers do.
    Providers(Providers),
    /// The password, and where one is signed in.
    Security(Security),
    /// Leaving for good.
    Account(Account),
}

impl Section {
    fn path(&self) -> &'static str {
        match self {
            Self::Profile(_) => "/settings",
            Self::Appearance => "/settings/appearance",
            Self::Language(_) => "/settings/language",
            Self::Models(_) => "/settings/models",
            Self::Keys(_) | Self::Key(_) => "/settings/keys",
            Self::Usage(_) => "/settings/usage",
            Self::Providers(_) => "/settings/providers",
            Self::Security(_) => "/settings/security",
            Self::Account(_) => "/settings/account",
        }
    }
}

/// Where the pages are, and what they are called.
fn places(l: Locale) -> [(&'static str, Cow<'static, str>); 9] {
    [
        ("/settings", l.t("profile")),
        ("/settings/appearance", l.t("appearance")),
        ("/settings/language", l.t("language-region")),
        ("/settings/models", l.t("models")),
        ("/settings/keys", l.t("keys")),
        ("/settings/usage", l.t("usage")),
        ("/settings/providers", l.t("providers")),
        ("/settings/security", l.t("security")),
        ("/settings/account", l.t("account")),
    ]
}

/// The pages at `/settings` and below.
#[must_use]
pub fn page(props: &Settings) -> Markup {
    let l = props.shell.locale;
    let (here, places) = (props.section.path(), places(l));
    let name =
        places.iter().find(|(path, _)| *path == here).map(|(_, name)| name.clone()).unwrap_or_default();
    let body = html! {
        header.site { (brand(l)) nav.site__nav { a.button.button--plain href="/" { (l.t("back-to-chats")) } } }
        main.settings #main {
            h1.settings__title { (l.t("settings")) }
            nav.settings__places aria-label=(l.t("settings")) {
                @for (path, name) in &places {
                    a.settings__place href=(path) aria-current=[(*path == here).then_some("page")] { (name) }
                }
            }
            div.settings__section {
                @match &props.section {
                    Section::Profile(profile) => (profile::section(&props.shell, profile)),
                    Section::Appearance => (appearance::section(&props.shell)),
                    Section::Language(language) => (language::section(l, language)),
                    Section::Models(models) => (models::section(l, models)),
                    Section::Keys(keys) => (keys::sections(l, keys)),
                    Section::Key(key) => (keys::section(l, key)),
                    Section::Usage(usage) => (usage::sections(l, usage)),
                    Section::Providers(providers) => (providers::sections(l, providers)),
                    Section::Security(security) => (security::sections(&props.shell, security)),
                    Section::Account(account) => (account::section(&props.shell, account)),
                }
            }
        }
    };
    let head = html! { link rel="stylesheet" href=(asset("settings.css")); };
    document(&props.shell, &format!("{name} · {}", l.t("settings")), "plain", &head, &body)
}

/// The address, for password managers: they must know whose password changes.
fn whose(shell: &Shell) -> Markup {
    let email = shell.viewer.as_ref().map(|viewer| viewer.email.as_str()).unwrap_or_default();
    html! { input type="hidden" name="username" autocomplete="username" value=(email); }
}

fn save(l: Locale) -> Markup {
    html! { div.panel__end { button.button.button--main type="submit" { (l.t("save")) } } }
}
