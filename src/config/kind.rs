//! How a setting is read from text, described and shown again. Each row of the table names one of these.

use super::value::{self, DatabaseUrl, HttpUrl, LogFilter, ModelName, RedisUrl, Word};
use crate::platform::{
    crypto::{MasterKey, SecretString},
    http::PrivateHost,
};
use ipnet::IpNet;
use std::{
    fmt::Display,
    marker::PhantomData,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    time::Duration,
};

/// What may be written for a setting and what it means.
pub(super) trait Kind {
    /// What the rest of the program gets.
    type Value;

    /// The kind in a few words with units and range, for the documentation.
    fn words(&self) -> String;

    /// Reads a value. The error completes "NAME …" and never repeats a secret.
    fn parse(&self, text: &str) -> Result<Self::Value, String>;

    /// The value for people; of a secret only that there is one.
    fn show(&self, value: &Self::Value) -> String;

    /// Whether it may be given as a file and must not be printed.
    fn secret(&self) -> bool {
        false
    }

    /// Whether an empty text means "not set", as `NAME=` in an env file and `${NAME:-}` in compose have it.
    fn empty_is_unset(&self) -> bool {
        true
    }
}

/// An IP address; `localhost` for 127.0.0.1.
pub(super) struct Host;
/// A TCP port.
pub(super) struct Port;
/// A whole number from the first to the second.
pub(super) struct Count(pub usize, pub usize);
/// A time in whole seconds, within these bounds.
pub(super) struct Seconds(pub u64, pub u64);
/// A time in whole milliseconds, within these bounds.
pub(super) struct Millis(pub u64, pub u64);
/// On or off.
pub(super) struct Flag;
/// The path of a folder.
pub(super) struct Folder;
/// The path of a file with certificates or a key.
pub(super) struct PemFile;
/// The beginning of names.
pub(super) struct Prefix;
/// Any text that must not be printed.
pub(super) struct Secret;
/// The master key.
pub(super) struct Key;
/// Master keys that were used before, separated by commas.
pub(super) struct Keys;
/// Hosts, IP addresses and networks, separated by commas.
pub(super) struct Hosts;
/// IP addresses and networks, separated by commas.
pub(super) struct Listed;
/// Names of models, with commas between them.
pub(super) struct Names;
/// One of a few words.
pub(super) struct Choice<T>(PhantomData<T>);
/// May be left out.
pub(super) struct Optional<K>(pub K);
/// A type of `value.rs` with its own parser.
pub(super) struct Parsed<T> {
    words: &'static str,
    parse: fn(&str) -> Result<T, String>,
    secret: bool,
}

impl Kind for Host {
    type Value = IpAddr;
    fn words(&self) -> String {
        "IP address".into()
    }
    fn parse(&self, text: &str) -> Result<IpAddr, String> {
        if text == "localhost" {
            return Ok(Ipv4Addr::LOCALHOST.into());
        }
        text.parse().map_err(|_| "is not an IP address such as 127.0.0.1 or ::".into())
    }
    fn show(&self, value: &IpAddr) -> String {
        value.to_string()
    }
}

impl Kind for Port {
    type Value = u16;
    fn words(&self) -> String {
        "port, 0–65535".into()
    }
    fn parse(&self, text: &str) -> Result<u16, String> {
        whole(text, 0, 65_535).map(|port| port as u16)
    }
    fn show(&self, value: &u16) -> String {
        value.to_string()
    }
}

impl Kind for Count {
    type Value = usize;
    fn words(&self) -> String {
        format!("whole number, {}–{}", self.0, self.1)
    }
    fn parse(&self, text: &str) -> Result<usize, String> {
        whole(text, self.0 as u64, self.1 as u64).map(|count| count as usize)
    }
    fn show(&self, value: &usize) -> String {
        value.to_string()
    }
}

impl Kind for Seconds {
    type Value = Duration;
    fn words(&self) -> String {
        format!("seconds, {}–{}", self.0, self.1)
    }
    fn parse(&self, text: &str) -> Result<Duration, String> {
        whole(text, self.0, self.1).map(Duration::from_secs)
    }
    fn show(&self, value: &Duration) -> String {
        value.as_secs().to_string()
    }
}

impl Kind for Millis {
    type Value = Duration;
    fn words(&self) -> String {
        format!("milliseconds, {}–{}", self.0, self.1)
    }
    fn parse(&self, text: &str) -> Result<Duration, String> {
        whole(text, self.0, self.1).map(Duration::from_millis)
    }
    fn show(&self, value: &Duration) -> String {
        value.as_millis().to_string()
    }
}

impl Kind for Flag {
    type Value = bool;
    fn words(&self) -> String {
        "on or off".into()
    }
    fn parse(&self, text: &str) -> Result<bool, String> {
        match text.to_ascii_lowercase().as_str() {
            "on" | "true" | "yes" | "1" => Ok(true),
            "off" | "false" | "no" | "0" => Ok(false),
            _ => Err("is neither on (true, yes, 1) nor off (false, no, 0)".into()),
        }
    }
    fn show(&self, value: &bool) -> String {
        if *value { "on" } else { "off" }.into()
    }
}

impl Kind for Folder {
    type Value = PathBuf;
    fn words(&self) -> String {
        "folder".into()
    }
    fn parse(&self, text: &str) -> Result<PathBuf, String> {
        Ok(PathBuf::from(text))
    }
    fn show(&self, value: &PathBuf) -> String {
        value.display().to_string()
    }
}

impl Kind for PemFile {
    type Value = PathBuf;
    fn words(&self) -> String {
        "file".into()
    }
    fn parse(&self, text: &str) -> Result<PathBuf, String> {
        Ok(PathBuf::from(text))
    }
    fn show(&self, value: &PathBuf) -> String {
        value.display().to_string()
    }
}

impl Kind for Prefix {
    type Value = String;
    fn words(&self) -> String {
        "1–64 letters, digits, `.`, `_` or `-`".into()
    }
    fn parse(&self, text: &str) -> Result<String, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        match (1..=64).contains(&text.len()) && text.chars().all(fits) {
            true => Ok(text.to_owned()),
            false => Err("has something else than 1–64 letters, digits, `.`, `_` or `-`".into()),
        }
    }
    fn show(&self, value: &String) -> String {
        value.clone()
    }
}

impl Kind for Secret {
    type Value = SecretString;
    fn words(&self) -> String {
        "secret".into()
    }
    fn parse(&self, text: &str) -> Result<SecretString, String> {
        // It goes into a header, where a line break would end in an error far from here.
        match text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            true => Err("holds a space or a line break, which no key has".into()),
            false => Ok(text.into()),
        }
    }
    fn show(&self, _: &SecretString) -> String {
        "****".into()
    }
    fn secret(&self) -> bool {
        true
    }
}

impl Kind for Key {
    type Value = MasterKey;
    fn words(&self) -> String {
        "64 hexadecimal digits".into()
    }
    fn parse(&self, text: &str) -> Result<MasterKey, String> {
        MasterKey::from_hex(text).map_err(|error| error.to_string())
    }
    fn show(&self, _: &MasterKey) -> String {
        "****".into()
    }
    fn secret(&self) -> bool {
        true
    }
    // Who writes `ENCRYPTION_KEY=` meant to give a key. Making another one in a file would work today and lose
    // everything sealed with it when the disk of the container goes.
    fn empty_is_unset(&self) -> bool {
        false
    }
}

impl Kind for Keys {
    type Value = Vec<MasterKey>;
    fn words(&self) -> String {
        "64 hexadecimal digits, or several of these separated by commas".into()
    }
    fn parse(&self, text: &str) -> Result<Vec<MasterKey>, String> {
        text.split(',').map(|key| Key.parse(key.trim())).collect()
    }
    fn show(&self, value: &Vec<MasterKey>) -> String {
        vec!["****"; value.len()].join(", ")
    }
    fn secret(&self) -> bool {
        true
    }
}

impl Kind for Hosts {
    type Value = Vec<PrivateHost>;
    fn words(&self) -> String {
        "host names, IP addresses and networks, separated by commas".into()
    }
    fn parse(&self, text: &str) -> Result<Vec<PrivateHost>, String> {
        let host =
            |part: &str| part.parse().map_err(|()| format!("holds `{part}`, which is no host or network"));
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(host).collect()
    }
    fn show(&self, value: &Vec<PrivateHost>) -> String {
        value.iter().map(PrivateHost::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Kind for Listed {
    type Value = Vec<IpNet>;
    fn words(&self) -> String {
        "IP addresses and networks, separated by commas".into()
    }
    fn parse(&self, text: &str) -> Result<Vec<IpNet>, String> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(value::network).collect()
    }
    fn show(&self, value: &Vec<IpNet>) -> String {
        value.iter().map(IpNet::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Kind for Names {
    type Value = Vec<ModelName>;
    fn words(&self) -> String {
        "names of models, separated by commas".into()
    }
    fn parse(&self, text: &str) -> Result<Vec<ModelName>, String> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(ModelName::parse).collect()
    }
    fn show(&self, value: &Vec<ModelName>) -> String {
        value.iter().map(ModelName::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl<T> Choice<T> {
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Word> Kind for Choice<T> {
    type Value = T;
    fn words(&self) -> String {
        T::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    }
    fn parse(&self, text: &str) -> Result<T, String> {
        let found = T::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.ok_or_else(|| format!("is none of {}", self.words().replace('`', "")))
    }
    fn show(&self, value: &T) -> String {
        T::WORDS.iter().find(|(_, known)| known == value).map_or(String::new(), |(word, _)| (*word).into())
    }
}

impl<K: Kind> Kind for Optional<K> {
    type Value = Option<K::Value>;
    fn words(&self) -> String {
        self.0.words()
    }
    fn parse(&self, text: &str) -> Result<Self::Value, String> {
        self.0.parse(text).map(Some)
    }
    fn show(&self, value: &Self::Value) -> String {
        value.as_ref().map_or(String::new(), |value| self.0.show(value))
    }
    fn secret(&self) -> bool {
        self.0.secret()
    }
    fn empty_is_unset(&self) -> bool {
        self.0.empty_is_unset()
    }
}

impl<T: Display> Kind for Parsed<T> {
    type Value = T;
    fn words(&self) -> String {
        self.words.into()
    }
    fn parse(&self, text: &str) -> Result<T, String> {
        (self.parse)(text)
    }
    fn show(&self, value: &T) -> String {
        value.to_string()
    }
    fn secret(&self) -> bool {
        self.secret
    }
}

impl Parsed<HttpUrl> {
    pub fn origin() -> Self {
        Self { words: "http or https URL without a path", parse: HttpUrl::parse_origin, secret: false }
    }
    pub fn url() -> Self {
        Self { words: "http or https URL", parse: HttpUrl::parse, secret: false }
    }
}

impl Parsed<DatabaseUrl> {
    pub fn database() -> Self {
        Self { words: "database URL", parse: DatabaseUrl::parse, secret: true }
    }
}

impl Parsed<RedisUrl> {
    pub fn redis() -> Self {
        Self { words: "Redis URL", parse: RedisUrl::parse, secret: true }
    }
}

impl Parsed<LogFilter> {
    pub fn filter() -> Self {
        Self { words: "log filter", parse: LogFilter::parse, secret: false }
    }
}

impl Parsed<ModelName> {
    pub fn model() -> Self {
        Self { words: "model name", parse: ModelName::parse, secret: false }
    }
}

fn whole(text: &str, least: u64, most: u64) -> Result<u64, String> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("is not a whole number from {least} to {most}"))
}
