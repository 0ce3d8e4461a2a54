//! The message catalogue: every word a person sees comes from `locales/<tag>/*.ftl`, through [`Locale::t`].
//! A key that is missing shows itself as `⟦key⟧`, and the tests below fail.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// A value to put into a message: from a string or a number by `.into()`.
pub use fluent_bundle::FluentValue as Value;

/// A language the pages speak. Cheap to copy; the catalogue behind it is parsed once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English, the language every other one falls back to.
    #[default]
    En,
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
        )
    };
}

const EN_WORDS: &str = catalogue!("en");

static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle("en", EN_WORDS));

fn bundle(tag: &str, source: &str) -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(source.to_owned())
        .unwrap_or_else(|(_, errors)| panic!("locales/{tag} does not parse: {errors:?}"));
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().expect("a language tag of ours")]);
    // Isolation marks would travel into attributes and titles; text of unknown direction sits in <bdi> or dir=auto.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).unwrap_or_else(|errors| panic!("locales/{tag}: {errors:?}"));
    bundle
}

impl Locale {
    /// The best language for an `Accept-Language` header; English when none fits.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let wanted = fluent_langneg::parse_accepted_languages(accept_language);
        wanted.iter().find_map(|tag| Self::from_language(tag.language.as_str())).unwrap_or_default()
    }

    fn from_language(language: &str) -> Option<Self> {
        (language == "en").then_some(Self::En)
    }

    /// The value of `<html lang>`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
        }
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
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Owned(format!("⟦{key}⟧"));
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if errors.is_empty() { Cow::Owned(text.into_owned()) } else { Cow::Owned(format!("⟦{key}⟧")) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
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

    fn keys_written() -> BTreeSet<String> {
        let text = super::EN_WORDS;
        let is_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
        text.lines().filter(is_key).filter_map(|line| line.split(" =").next()).map(str::to_owned).collect()
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
    fn numbers_choose_the_plural() {
        assert_eq!(Locale::En.ta("thought-for", &[("seconds", 1.into())]), "Thought for 1 second");
        assert_eq!(Locale::En.ta("thought-for", &[("seconds", 12.into())]), "Thought for 12 seconds");
    }
}
