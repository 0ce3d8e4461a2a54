//! The message catalogue: every word a person sees comes from `locales/<tag>/*.ftl`, through [`Locale::t`].
//! A key that is missing shows itself as `⟦key⟧`, and the tests below fail.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// A value to put into a message: from a string or a number by `.into()`.
pub use fluent_bundle::FluentValue as Value;

/// A language the pages speak. Cheap to copy; the catalogue behind it is parsed once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, the language every other one falls back to.
    #[default]
    En,
    /// German.
    De,
}

/// The files of one language, each about one part of the product.
macro_rules! catalogue {
    ($tag:literal) => {
        concat!(
            include_str!(concat!("../locales/", $tag, "/page.ftl")),
            include_str!(concat!("../locales/", $tag, "/chats.ftl")),
            include_str!(concat!("../locales/", $tag, "/answers.ftl")),
            include_str!(concat!("../locales/", $tag, "/tuning.ftl")),
            include_str!(concat!("../locales/", $tag, "/people.ftl")),
            include_str!(concat!("../locales/", $tag, "/keys.ftl")),
            include_str!(concat!("../locales/", $tag, "/usage.ftl")),
            include_str!(concat!("../locales/", $tag, "/models.ftl")),
        )
    };
}

const EN_WORDS: &str = catalogue!("en");
const DE_WORDS: &str = catalogue!("de");

static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Locale::En, EN_WORDS));
static DE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Locale::De, DE_WORDS));

fn bundle(locale: Locale, source: &str) -> FluentBundle<FluentResource> {
    let tag = locale.tag();
    let resource = FluentResource::try_new(source.to_owned())
        .unwrap_or_else(|(_, errors)| panic!("locales/{tag} does not parse: {errors:?}"));
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().expect("a language tag of ours")]);
    // Isolation marks would travel into attributes and titles; text of unknown direction sits in <bdi> or dir=auto.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match locale {
        Locale::En => |value, _| whole(value).map(|n| Locale::En.number(n)),
        Locale::De => |value, _| whole(value).map(|n| Locale::De.number(n)),
    }));
    bundle.add_resource(resource).unwrap_or_else(|errors| panic!("locales/{tag}: {errors:?}"));
    bundle
}

/// A number without a fraction; Fluent writes the others itself.
fn whole(value: &Value<'_>) -> Option<u64> {
    let Value::Number(number) = value else { return None };
    (number.value >= 0.0 && number.value.fract() == 0.0 && number.value < 1e15).then_some(number.value as u64)
}

impl Locale {
    /// All languages, in the order of a choice.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The best language for an `Accept-Language` header; English when none fits.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (Self::default(), 0.0);
        for part in accept_language.split(',') {
            let mut words = part.split(';').map(str::trim);
            let language = words.next().unwrap_or_default().split('-').next().unwrap_or_default();
            let weight = words.find_map(|word| word.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
            let (Some(locale), Ok(weight)) = (Self::parse(&language.to_ascii_lowercase()), weight) else {
                continue;
            };
            // Of equals the first.
            if weight > best.1 {
                best = (locale, weight);
            }
        }
        best.0
    }

    /// The language with this tag.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }

    /// The value of `<html lang>`, of the setting and of the cookie.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// What those who speak it call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// A number, its digits in groups of three.
    #[must_use]
    pub fn number(self, n: u64) -> String {
        let digits = n.to_string();
        let mark = match self {
            Self::En => ',',
            Self::De => '.',
        };
        let mut text = String::with_capacity(digits.len() * 4 / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }

    /// The value of `<html dir>`.
    #[must_use]
    pub fn dir(self) -> &'static str {
        "ltr"
    }

    /// The message `key`.
    #[must_use]
    pub fn t(self, key: &str) -> Cow<'static, str> {
        self.format(key, None)
    }

    /// The message `key` with values put in: `l.ta("moment-minutes", &[("n", 5.into())])`.
    #[must_use]
    pub fn ta(self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.format(key, Some(&args)).into_owned()
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let bundle: &'static FluentBundle<FluentResource> = match self {
            Self::En => &EN,
            Self::De => &DE,
        };
        // What a translation lacks is said in English; a test lists it.
        let found = bundle.get_message(key).or_else(|| EN.get_message(key));
        let Some(pattern) = found.and_then(|message| message.value()) else {
            return Cow::Owned(format!("⟦{key}⟧"));
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if errors.is_empty() { Cow::Owned(text.into_owned()) } else { Cow::Owned(format!("⟦{key}⟧")) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;
    use std::{fs, io};

    use super::Locale;

    /// Keys named in the sources of this crate and of the server: the first argument of `.t("` and `.ta("`.
    fn keys_used() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut keys = BTreeSet::new();
        for folder in [root.join("src"), root.join("../src")] {
            read_folder(&folder, &mut keys).unwrap();
        }
        keys
    }

    fn read_folder(folder: &Path, keys: &mut BTreeSet<String>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                read_folder(&path, keys)?;
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("i18n.rs") {
                let text = fs::read_to_string(&path)?;
                for opening in [".t(\"", ".ta(\""] {
                    let found = text.split(opening).skip(1).filter_map(|rest| rest.split('"').next());
                    keys.extend(found.map(str::to_owned));
                }
            }
        }
        Ok(())
    }

    /// Each message with the variables it takes.
    fn messages(words: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut messages = BTreeMap::<_, BTreeSet<_>>::new();
        let mut key = String::new();
        for line in words.lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                key = line.split(" =").next().unwrap().to_owned();
                messages.entry(key.clone()).or_default();
            }
            let names = line.split('$').skip(1).map(|rest| {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
            });
            if !line.starts_with('#') {
                messages.entry(key.clone()).or_default().extend(names);
            }
        }
        messages.remove("");
        messages
    }

    fn keys_written() -> BTreeSet<String> {
        messages(super::EN_WORDS).into_keys().collect()
    }

    /// Translators begin here: what is missing is listed by key.
    #[test]
    fn every_language_has_the_same_messages_with_the_same_variables() {
        let english = messages(super::EN_WORDS);
        let german = messages(super::DE_WORDS);
        let missing: Vec<_> = english.keys().filter(|key| !german.contains_key(*key)).collect();
        assert!(missing.is_empty(), "locales/de lacks {missing:#?}");
        let alone: Vec<_> = german.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(alone.is_empty(), "only locales/de has {alone:#?}");
        let other: Vec<_> = english.iter().filter(|(key, names)| german[*key] != **names).collect();
        assert!(other.is_empty(), "locales/de has other variables than {other:#?}");
    }

    #[test]
    fn no_message_is_written_twice() {
        for words in [super::EN_WORDS, super::DE_WORDS] {
            let lines =
                words.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())).count();
            assert_eq!(lines, messages(words).len());
        }
    }

    #[test]
    fn every_key_in_the_sources_has_words() {
        let missing: Vec<_> = keys_used().difference(&keys_written()).cloned().collect();
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn every_message_is_used() {
        let unused: Vec<_> = keys_written().difference(&keys_used()).cloned().collect();
        assert_eq!(unused, Vec::<String>::new());
    }

    #[test]
    fn a_missing_key_shows_itself() {
        assert_eq!(Locale::En.t("no-such-key"), "⟦no-such-key⟧");
    }

    #[test]
    fn an_unknown_language_is_answered_in_english() {
        assert_eq!(Locale::negotiate("xx-YY, en-GB;q=0.5"), Locale::En);
        assert_eq!(Locale::negotiate(""), Locale::En);
        assert_eq!(Locale::negotiate("*;;;q=banana"), Locale::En);
    }

    #[test]
    fn the_language_that_is_wanted_most_is_chosen() {
        for wanted in ["de", "de-AT", "DE-de, en;q=0.9", "fr, en;q=0.2, de;q=0.7", "en;q=0, de;q=0.1"] {
            assert_eq!(Locale::negotiate(wanted), Locale::De, "{wanted}");
        }
        for wanted in ["en, de", "de;q=0", "de;q=0.5, en-US", "d"] {
            assert_eq!(Locale::negotiate(wanted), Locale::En, "{wanted}");
        }
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        let written = |n| Locale::ALL.map(|locale| locale.number(n));
        assert_eq!(written(0), ["0", "0"]);
        assert_eq!(written(999), ["999", "999"]);
        assert_eq!(written(1_234_567), ["1,234,567", "1.234.567"]);
        assert_eq!(Locale::De.ta("thought-for", &[("seconds", 1200.into())]), "1.200 Sekunden nachgedacht");
    }

    #[test]
    fn numbers_choose_the_plural() {
        assert_eq!(Locale::En.ta("thought-for", &[("seconds", 1.into())]), "Thought for 1 second");
        assert_eq!(Locale::En.ta("thought-for", &[("seconds", 12.into())]), "Thought for 12 seconds");
    }
}
