//! Every page of the settings, as it should and as it should not go.

use maud::Markup;

use super::keys::{KeyAnswer, KeyProblem, KeyState, OwnKey, Provider};
use super::{
    Account, Budget, BudgetOf, KeyForm, Keys, Language, LeaveProblem, Line, Models, Profile, Providers,
    Region, Section, Security, Session, Settings, Sum, Usage, page, providers,
};
use crate::layout::{Accent, Shell, Theme, Viewer};
use crate::parts::composer::sample_models;
use crate::parts::field::FieldError;
use crate::{Locale, Moment};

/// Every page, with one session and many with long names, with everything wrong, and in German.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let viewer = Viewer { name: "Ada Lovelace".into(), email: "ada@example.org".into() };
    let shell = Shell { viewer: Some(viewer), path: "/settings".into(), ..Shell::default() };
    let german = Shell { locale: Locale::De, accent: Accent::Silt, theme: Theme::Dark, ..shell.clone() };
    let shown = |section| page(&Settings { shell: shell.clone(), section });
    let gezeigt = |section| page(&Settings { shell: german.clone(), section });
    let profile = Profile {
        name: "Ada Lovelace".into(),
        member_since: Moment::new("1 March 2026", "2026-03-01"),
        is_admin: true,
        error: None,
    };
    let language = Language {
        regions: vec![Region { name: "Europe".into(), zones: vec!["Europe/Berlin".into()] }],
        zone: "Europe/Berlin".into(),
        zone_now: "Europe/Berlin".into(),
        now: Moment::new("14:05", "2026-03-01T14:05:00Z"),
        ..Language::default()
    };
    let models = Models { groups: sample_models(), server: "simulated/essay".into(), ..Models::default() };
    let openai = providers::Provider {
        label: "OpenAI".into(),
        host: Some("api.openai.com".into()),
        key: providers::Whose::Own,
        calls: 1_204,
        failed: 12,
        first_ms: Some((640, 2_310)),
        last_error: Some(("It is overloaded.".into(), Moment::new("2:05 PM", "2026-03-01T14:05:00Z"))),
        rests: Some(16),
        fetched: Some(Moment::new("1:55 PM", "2026-03-01T13:55:00Z")),
        list_error: Some("It cannot be reached.".into()),
    };
    let simulated = providers::Provider {
        label: "Simulated".into(),
        key: providers::Whose::Nobody,
        ..providers::Provider::default()
    };
    let all = Providers { usable: vec![openai, simulated], keyless: vec!["Anthropic".into(), "xAI".into()] };
    let wrong = Security {
        current_error: Some(FieldError::PasswordWrong),
        new_error: Some(FieldError::PasswordTooEasy),
        wait: Some(3),
        sessions: sessions(),
    };
    let one = Security { sessions: sessions()[..1].to_vec(), ..Security::default() };
    let last = Account { problem: Some(LeaveProblem::LastAdmin), ..Account::default() };
    let locked = Account {
        problem: Some(LeaveProblem::TooManyTries { minutes: 1 }),
        error: Some(FieldError::PasswordWrong),
    };
    let nameless = Profile { error: Some(FieldError::NameMissing), ..profile.clone() };
    let gone = Models { error: Some(FieldError::ChoiceUnknown), chosen: "no/more".into(), ..models.clone() };
    vec![
        ("profile", shown(Section::Profile(profile))),
        ("profile-wrong", gezeigt(Section::Profile(nameless))),
        ("appearance", shown(Section::Appearance)),
        ("appearance-german", gezeigt(Section::Appearance)),
        ("language", shown(Section::Language(language.clone()))),
        ("language-german", gezeigt(Section::Language(language))),
        ("models", shown(Section::Models(models))),
        ("models-wrong", gezeigt(Section::Models(gone))),
        ("keys", shown(Section::Keys(keys()))),
        ("keys-first", gezeigt(Section::Keys(Keys { providers: keys().providers.split_off(4), ..keys() }))),
        ("keys-off", shown(Section::Keys(Keys { off: true, ..keys() }))),
        ("keys-wrong", gezeigt(Section::Keys(wrong_key()))),
        ("key", shown(Section::Key(KeyForm { only: keys().providers.pop(), ..KeyForm::default() }))),
        ("usage", shown(Section::Usage(usage()))),
        ("usage-german", gezeigt(Section::Usage(Usage { people: Vec::new(), ..usage() }))),
        ("usage-none", shown(Section::Usage(Usage { month: "November 2026".into(), ..Usage::default() }))),
        ("providers", shown(Section::Providers(all.clone()))),
        ("providers-german", gezeigt(Section::Providers(all))),
        ("security", shown(Section::Security(one))),
        ("security-wrong", gezeigt(Section::Security(wrong))),
        ("account", shown(Section::Account(Account::default()))),
        ("account-last", gezeigt(Section::Account(last))),
        ("account-locked", shown(Section::Account(locked))),
    ]
}

fn usage() -> Usage {
    let sum = |calls, tokens, cost: Option<&str>, estimated| Sum {
        calls,
        tokens,
        cost: cost.map(str::to_owned),
        estimated,
    };
    let line = |name: &str, share, sum| Line { name: name.to_owned(), sum, share };
    let budget = |of, used: &str, limit: &str, percent| Budget {
        of,
        used: used.to_owned(),
        limit: limit.to_owned(),
        percent,
    };
    Usage {
        month: "November 2026".into(),
        total: sum(1_234, 5_678_901, Some("$3.2071"), true),
        budgets: vec![
            budget(BudgetOf::Day, "$0.12", "$0.50", 24),
            budget(BudgetOf::Month, "$4.71", "$5.00", 94),
            budget(BudgetOf::Answers, "12", "200", 6),
        ],
        days: vec![
            line("1 November 2026", 12, sum(40, 81_000, Some("$0.041"), false)),
            line("2 November 2026", 100, sum(1_194, 5_597_901, Some("$3.1661"), true)),
        ],
        models: vec![
            line("openai/gpt-6.1-sol", 100, sum(900, 5_000_000, Some("$3.2071"), true)),
            line(
                "openrouter/a-provider-with-a-long-name/a-model-with-a-longer-one",
                0,
                sum(334, 678_901, None, false),
            ),
        ],
        people: vec![
            line("ada@example.org", 100, sum(1_230, 5_678_000, Some("$3.2"), true)),
            line("", 1, sum(4, 901, Some("$0.0071"), false)),
        ],
    }
}

fn sessions() -> Vec<Session> {
    let current = Session {
        id: "s1".into(),
        device: "Firefox on Linux".into(),
        ip: "192.0.2.7".into(),
        last_used: Moment::new("1 March 2026, 2:05 PM", "2026-03-01T14:05:00Z"),
        is_current: true,
        is_phone: false,
    };
    let other = Session {
        id: "s2".into(),
        device: "Safari on iPhone".into(),
        is_phone: true,
        is_current: false,
        ..current.clone()
    };
    let odd = Session {
        id: "s3".into(),
        device: "Mozilla/5.0 (a device whose name nobody shortened) ".repeat(3),
        ip: "2001:db8:85a3:8d3:1319:8a2e:370:7348".into(),
        ..other.clone()
    };
    vec![current, other, odd]
}

fn keys() -> Keys {
    let own = |state, last4: &str| OwnKey {
        last4: last4.into(),
        state,
        checked: Some(Moment::new("1 March 2026, 2:05 PM", "2026-03-01T14:05:00Z")),
        base_url: None,
    };
    let at = |name: &str, label: &str, own| Provider {
        name: name.into(),
        label: label.into(),
        key_page: "https://example.com/keys".into(),
        has_server_key: name == "gemini",
        own,
    };
    let far =
        OwnKey { base_url: Some("https://llm.example.com/v1".into()), ..own(KeyState::Unreachable, "") };
    let providers = vec![
        at("openai", "OpenAI", Some(own(KeyState::Ok, "9f3a"))),
        at("anthropic", "Anthropic", Some(own(KeyState::Exhausted, "Q-AA"))),
        at("xai", "xAI", Some(own(KeyState::Limited, "x7Yz"))),
        at("compatible", "OpenAI-compatible", Some(far)),
        at("gemini", "Google Gemini", None),
        at("v0", "v0", None),
    ];
    let choices = providers.iter().map(|it| (it.name.clone(), it.label.clone())).collect();
    Keys { providers, form: KeyForm { choices, ..KeyForm::default() }, off: false }
}

fn wrong_key() -> Keys {
    let mut keys = keys();
    keys.form.chosen = "openai".into();
    keys.form.answer = KeyAnswer {
        problem: Some(KeyProblem::Refused(KeyState::Wrong, "OpenAI".into())),
        can_insist: true,
        looks_like: Some(("anthropic".into(), "Anthropic".into())),
    };
    keys
}
