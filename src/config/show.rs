//! What the settings are and where each came from, for people (`freshet config show`) and for scripts (`--json`).

use super::Config;
use std::{fmt, path::PathBuf};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The environment, under this name.
    Env(String),
    /// A file that the environment names.
    File {
        /// The variable that names the file.
        name: String,
        /// The file.
        path: PathBuf,
    },
}

impl Origin {
    /// The variable in the environment, if there is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Default => None,
            Self::Env(name) | Self::File { name, .. } => Some(name),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Env(name) => write!(f, "env {name}"),
            Self::File { name, path } => write!(f, "file {} ({name})", path.display()),
        }
    }
}

/// One setting as it may be printed: the value of a secret is masked already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The setting's real name.
    pub name: &'static str,
    /// The value, masked; empty when there is none.
    pub value: String,
    /// What no value means.
    pub unset: &'static str,
    /// Whether it is a secret.
    pub secret: bool,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// All settings as they were read, in the order of the table.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the reader should know without being an error; to be logged once at the start.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// All settings as three columns: name, value, origin. Ends with a line break.
    pub fn to_table(&self) -> String {
        let value = |entry: &Entry| match entry.value.as_str() {
            "" => format!("({})", entry.unset.replace('`', "")),
            value => value.to_owned(),
        };
        let rows: Vec<_> =
            self.entries.iter().map(|it| (it.name, value(it), it.origin.to_string())).collect();
        let names = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
        let values = rows.iter().map(|row| row.1.chars().count()).max().unwrap_or(0);
        rows.iter()
            .map(|(name, value, origin)| format!("{name:names$}  {value:values$}  {origin}\n"))
            .collect()
    }

    /// All settings as a JSON array of `{name, value, secret, origin}`; `value` is null when there is none.
    pub fn to_json(&self) -> serde_json::Value {
        let entry = |it: &Entry| {
            let value = (!it.value.is_empty()).then_some(&it.value);
            serde_json::json!({"name": it.name, "value": value, "secret": it.secret, "origin": it.origin.to_string()})
        };
        self.entries.iter().map(entry).collect()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter().map(|entry| (entry.name, &entry.value))).finish()
    }
}
