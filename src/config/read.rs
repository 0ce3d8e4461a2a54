//! From (name, value) pairs to a [`Config`], or to everything that is wrong with them.

use super::{
    RedisUrl,
    kind::Kind,
    show::{Entry, Origin},
    table::{Config, NOT_YET, OF_SCRIPTS, SETTINGS, Setting},
};
use std::{collections::BTreeMap, fmt, fs, path::Path};

/// One thing that is wrong, as one line that starts with the name of the setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {what}")]
pub struct ConfigError {
    name: String,
    what: String,
}

/// Everything that is wrong with the settings; at least one thing. `Display` has one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// The single errors, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(ConfigError::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for ConfigErrors {}

pub(super) fn read(vars: BTreeMap<String, String>) -> Result<Config, ConfigErrors> {
    let mut reader = Reader::new(vars);
    let built = Config::build(&mut reader);
    reader.refuse_unknown();
    let mut errors = std::mem::take(&mut reader.errors);
    let Some(mut config) = built.filter(|_| errors.is_empty()) else {
        return Err(ConfigErrors(errors));
    };
    errors.extend(contradictions(&config));
    if !errors.is_empty() {
        return Err(ConfigErrors(errors));
    }
    config.warnings = reader.warnings();
    config.entries = reader.entries;
    Ok(config)
}

/// Reads rows of the table from the environment and notes what is wrong and where each value came from.
pub(super) struct Reader {
    vars: BTreeMap<String, String>,
    errors: Vec<ConfigError>,
    entries: Vec<Entry>,
}

impl Reader {
    fn new(vars: BTreeMap<String, String>) -> Self {
        Self { vars, errors: Vec::new(), entries: Vec::new() }
    }

    /// The value of one row, or `None` after noting an error.
    pub fn value<K: Kind>(&mut self, setting: &'static Setting, kind: &K) -> Option<K::Value>
    where
        K::Value: OrUnset,
    {
        let (text, origin) = match self.find(setting, kind) {
            Ok(found) => found,
            Err(error) => {
                self.errors.push(error);
                return None;
            }
        };
        let parsed = match (&origin, text.is_empty()) {
            (Origin::Default, true) => Ok(K::Value::unset()),
            _ => kind.parse(&text).map(Some),
        };
        match parsed {
            Ok(Some(value)) => {
                let shown = kind.show(&value);
                self.entries.push(Entry {
                    name: setting.name,
                    value: shown,
                    unset: setting.unset,
                    secret: kind.secret(),
                    origin,
                });
                Some(value)
            }
            Ok(None) => unreachable!("a test holds that only optional settings have an empty default"),
            Err(what) => {
                // The value itself helps to find a typing error, unless it is a secret.
                let seen = if kind.secret() { String::new() } else { format!("={text:?}") };
                self.errors.push(ConfigError {
                    name: format!("{}{seen}", origin.name().unwrap_or(setting.name)),
                    what,
                });
                None
            }
        }
    }

    /// The text of a row and where it stands: under its name, an alias, a file that one of them names, or nowhere.
    fn find(&self, setting: &'static Setting, kind: &impl Kind) -> Result<(String, Origin), ConfigError> {
        let mut found: Option<(String, Origin)> = None;
        for name in std::iter::once(&setting.name).chain(setting.aliases) {
            for (var, is_file) in [((*name).to_owned(), false), (format!("{name}_FILE"), true)] {
                let Some(value) = self.vars.get(&var).map(|value| value.trim()) else { continue };
                if is_file && !kind.secret() || value.is_empty() && (is_file || kind.empty_is_unset()) {
                    continue;
                }
                if let Some((_, before)) = &found {
                    let before = before.name().unwrap_or_default();
                    return Err(ConfigError {
                        name: before.into(),
                        what: format!("and {var} are both set; keep one of them"),
                    });
                }
                found = Some(match is_file {
                    true => (secret_file(&var, value)?, Origin::File { name: var, path: value.into() }),
                    false => (value.to_owned(), Origin::Env(var)),
                });
            }
        }
        let (text, origin) = found.unwrap_or_else(|| (setting.default.to_owned(), Origin::Default));
        if text.contains('\u{fffd}') {
            return Err(ConfigError {
                name: origin.name().unwrap_or(setting.name).into(),
                what: "is not valid UTF-8".into(),
            });
        }
        Ok((text, origin))
    }

    /// Notes every `FRESHET_…` name that nothing reads: a misspelt setting must not be a silent default.
    fn refuse_unknown(&mut self) {
        let known = |var: &str| SETTINGS.iter().any(|setting| reads(setting, var));
        let ours =
            |var: &str| var.starts_with("FRESHET_") && !OF_SCRIPTS.iter().any(|it| var.starts_with(it));
        for var in self.vars.keys().filter(|var| ours(var) && !known(var)) {
            self.errors.push(ConfigError { name: var.clone(), what: unknown(var) });
        }
    }

    fn warnings(&self) -> Vec<String> {
        let set = |name: &str| self.vars.get(name).is_some_and(|value| !value.is_empty());
        let names = NOT_YET.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_FILE")]);
        names
            .filter(|name| set(name))
            .map(|name| format!("{name} is set but not used by this version"))
            .collect()
    }
}

/// What a setting without a value and without a default is: `None` where the type has room for that.
pub(super) trait OrUnset: Sized {
    fn unset() -> Option<Self> {
        None
    }
}

impl<T> OrUnset for Option<T> {
    fn unset() -> Option<Self> {
        Some(None)
    }
}

impl<T> OrUnset for Vec<T> {
    fn unset() -> Option<Self> {
        Some(Vec::new())
    }
}

macro_rules! always_set {
    ($($ty:ty),+) => { $( impl OrUnset for $ty {} )+ };
}
always_set!(
    bool,
    u16,
    usize,
    std::net::IpAddr,
    std::path::PathBuf,
    String,
    std::time::Duration,
    super::HttpUrl,
    super::LogFilter,
    super::LogFormat,
    super::Signup
);

/// Whether `var` is one of the names of this row.
fn reads(setting: &Setting, var: &str) -> bool {
    let name = if (setting.secret)() { var.strip_suffix("_FILE").unwrap_or(var) } else { var };
    setting.name == name || setting.aliases.contains(&name)
}

fn secret_file(var: &str, path: &str) -> Result<String, ConfigError> {
    let wrong = |what: String| ConfigError { name: format!("{var}={path:?}"), what };
    let text =
        fs::read_to_string(Path::new(path)).map_err(|error| wrong(format!("can't be read: {error}")))?;
    // Editors and `echo` end a file with a line break that is no part of the secret.
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() { Err(wrong("is an empty file".into())) } else { Ok(text.to_owned()) }
}

fn contradictions(config: &Config) -> Vec<ConfigError> {
    let redis = &config.redis;
    let no_tls = !redis.url.as_ref().is_some_and(RedisUrl::is_tls);
    let all = [
        (
            config.providers.mock && !config.providers.simulated,
            ("LLM_MOCK_MODE", "is on and FRESHET_SIMULATED is off: no model would be left"),
        ),
        (
            redis.cert_file.is_some() != redis.key_file.is_some(),
            ("REDIS_CERT_FILE", "and REDIS_KEY_FILE belong together: set both or none"),
        ),
        (
            no_tls && (redis.ca_file.is_some() || redis.cert_file.is_some()),
            ("REDIS_URL", "is no rediss:// address, so REDIS_CA_FILE and REDIS_CERT_FILE would do nothing"),
        ),
    ];
    let wrong = all.into_iter().filter(|(is_wrong, _)| *is_wrong);
    wrong.map(|(_, (name, what))| ConfigError { name: name.into(), what: what.into() }).collect()
}

fn unknown(var: &str) -> String {
    let names = || SETTINGS.iter().map(|setting| setting.name);
    if let Some(name) = names().find(|name| var.strip_suffix("_FILE") == Some(name)) {
        return format!("is not known: {name} is no secret, set it directly");
    }
    // Compared without the prefix, since some names have it and others don't: FRESHET_PORT is most likely PORT.
    let bare = |name: &'static str| name.strip_prefix("FRESHET_").unwrap_or(name);
    let wanted = var.strip_prefix("FRESHET_").unwrap_or(var);
    let near = names().map(|name| (distance(wanted, bare(name)), name)).min();
    match near.filter(|(steps, name)| steps * 3 <= bare(name).len().max(6)) {
        Some((_, name)) => format!("is not a setting; did you mean {name}?"),
        None => "is not a setting; `freshet config show` lists them".into(),
    }
}

/// Levenshtein's distance: how many letters to change, add or take away.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::kind, platform::crypto::ExposeSecret};

    static GEMINI: Setting = Setting {
        section: "",
        name: "GEMINI_API_KEY",
        aliases: &["GOOGLE_API_KEY"],
        doc: "",
        words: String::new,
        secret: || true,
        default: "",
        unset: "",
        example: "",
    };

    fn gemini(vars: &[(&str, &str)]) -> (Option<String>, Reader) {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut reader = Reader::new(vars);
        let key = reader.value(&GEMINI, &kind::Optional(kind::Secret)).flatten();
        (key.map(|key| key.expose_secret().to_owned()), reader)
    }

    #[test]
    fn an_alias_counts_when_the_real_name_is_not_set() {
        assert_eq!(gemini(&[("GEMINI_API_KEY", "a")]).0.as_deref(), Some("a"));
        assert_eq!(gemini(&[("GEMINI_API_KEY", ""), ("GOOGLE_API_KEY", "b")]).0.as_deref(), Some("b"));
        let (_, reader) = gemini(&[("GOOGLE_API_KEY", "b")]);
        assert_eq!(
            (reader.entries[0].name, reader.entries[0].origin.name()),
            ("GEMINI_API_KEY", Some("GOOGLE_API_KEY"))
        );
        assert!(reads(&GEMINI, "GOOGLE_API_KEY_FILE"));
    }

    #[test]
    fn a_name_and_its_alias_together_are_refused() {
        let (key, reader) = gemini(&[("GEMINI_API_KEY", "a"), ("GOOGLE_API_KEY", "b")]);
        assert_eq!(key, None);
        let line = "GEMINI_API_KEY and GOOGLE_API_KEY are both set; keep one of them";
        assert_eq!(reader.errors[0].to_string(), line);
    }

    #[test]
    fn distance_counts_single_changes() {
        assert_eq!((distance("", "abc"), distance("kitten", "sitting"), distance("same", "same")), (3, 3, 0));
    }
}
