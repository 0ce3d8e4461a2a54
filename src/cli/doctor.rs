//! `freshet doctor`: one line for each thing the server needs, and an exit code that says whether it would work.
//!
//! Rule: it changes nothing. A folder or key that the first start will make is reported as that, not made.

use crate::{
    config::{Config, ConfigErrors},
    platform::crypto::MasterKey,
};
use std::{fs, path::Path, process::ExitCode};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Works, but somebody should know.
    Warn,
    /// The server would not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, and what to do about it. Never a secret.
    pub detail: String,
}

/// All that was looked at, in order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    checks: Vec<Check>,
    wrong_settings: bool,
}

impl Report {
    /// The checks that need nothing but this machine: settings, data folder, secret key.
    pub fn of_this_machine(config: &Config) -> Self {
        let mut report = Self::default();
        match config.warnings() {
            [] => report.add("settings", Verdict::Ok, "valid"),
            warnings => {
                warnings.iter().for_each(|warning| report.add("settings", Verdict::Warn, warning.as_str()))
            }
        }
        let (verdict, detail) = data_folder(&config.storage.data_dir);
        report.add("data folder", verdict, detail);
        let (verdict, detail) = secret_key(config);
        report.add("secret key", verdict, detail);
        report
    }

    /// What there is to say when the settings can't be read: nothing else can be looked at.
    pub fn of_wrong_settings(errors: &ConfigErrors) -> Self {
        let mut report = Self { wrong_settings: true, ..Self::default() };
        errors.iter().for_each(|error| report.add("settings", Verdict::Fail, error.to_string()));
        report
    }

    /// Adds a line at the end.
    pub fn add(&mut self, name: &'static str, verdict: Verdict, detail: impl Into<String>) {
        self.checks.push(Check { name, verdict, detail: detail.into() });
    }

    /// The worst verdict of all; `Ok` when nothing was looked at.
    pub fn verdict(&self) -> Verdict {
        let any = |verdict| self.checks.iter().any(|check| check.verdict == verdict);
        if any(Verdict::Fail) {
            Verdict::Fail
        } else if any(Verdict::Warn) {
            Verdict::Warn
        } else {
            Verdict::Ok
        }
    }

    /// One line for each check: verdict, name, detail.
    pub fn to_text(&self) -> String {
        let line = |check: &Check| {
            let verdict = match check.verdict {
                Verdict::Ok => "ok",
                Verdict::Warn => "warn",
                Verdict::Fail => "FAIL",
            };
            format!("{verdict:4}  {:12}  {}\n", check.name, super::logging::without_controls(&check.detail))
        };
        self.checks.iter().map(line).collect()
    }

    /// `{verdict, checks: [{name, verdict, detail}]}`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({"verdict": self.verdict(), "checks": self.checks})
    }

    /// 0 when the server would work (warnings included), 2 when its settings are wrong, 1 for anything else.
    pub fn exit_code(&self) -> ExitCode {
        match self.verdict() {
            Verdict::Fail if self.wrong_settings => ExitCode::from(super::WRONG_SETTING),
            Verdict::Fail => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        }
    }
}

fn data_folder(folder: &Path) -> (Verdict, String) {
    let shown = folder.display();
    match fs::metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            (Verdict::Ok, format!("{shown} is not there yet, the first start makes it"))
        }
        Err(error) => (Verdict::Fail, format!("{shown} can't be read: {error}")),
        Ok(found) if !found.is_dir() => (Verdict::Fail, format!("{shown} is no folder")),
        // Asking by trying: rights, read-only mounts and full disks all say no here.
        Ok(_) => match try_to_write(folder) {
            Ok(()) => (Verdict::Ok, format!("{shown} can be written")),
            Err(error) => (Verdict::Fail, format!("{shown} can't be written: {error}")),
        },
    }
}

fn try_to_write(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let written = fs::write(&probe, "x");
    drop(fs::remove_file(&probe));
    written
}

fn secret_key(config: &Config) -> (Verdict, String) {
    if config.storage.encryption_key.is_some() {
        return (Verdict::Ok, "given by ENCRYPTION_KEY".into());
    }
    let path = config.storage.data_dir.join(MasterKey::FILE);
    match MasterKey::load(&config.storage.data_dir) {
        Err(error) => (Verdict::Fail, error.to_string()),
        Ok(None) => (Verdict::Ok, format!("{} is not there yet, the first start makes it", path.display())),
        Ok(Some(_)) if others_can_read(&path) => {
            (Verdict::Warn, format!("{0} can be read by others: chmod 600 {0}", path.display()))
        }
        Ok(Some(_)) => (Verdict::Ok, path.display().to_string()),
    }
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_at(dir: &Path) -> Report {
        Report::of_this_machine(&Config::read([("FRESHET_DATA_DIR", dir.to_str().unwrap())]).unwrap())
    }

    #[test]
    fn before_the_first_start_all_is_well_and_nothing_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let report = looked_at(&data);
        assert_eq!(report.verdict(), Verdict::Ok, "{}", report.to_text());
        assert!(!data.exists());
    }

    #[test]
    fn after_the_first_start_all_is_well() {
        let dir = tempfile::tempdir().unwrap();
        MasterKey::load_or_create(dir.path()).unwrap();
        let report = looked_at(dir.path());
        assert_eq!(report.verdict(), Verdict::Ok, "{}", report.to_text());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "the probe is gone");
    }

    #[test]
    fn a_broken_key_fails_and_an_open_one_warns() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(MasterKey::FILE), "changeme").unwrap();
        assert_eq!(looked_at(dir.path()).verdict(), Verdict::Fail);
        fs::remove_file(dir.path().join(MasterKey::FILE)).unwrap();
        MasterKey::load_or_create(dir.path()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = dir.path().join(MasterKey::FILE);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            let report = looked_at(dir.path());
            assert_eq!(report.verdict(), Verdict::Warn);
            assert!(report.to_text().contains("chmod 600"), "{}", report.to_text());
        }
    }

    #[test]
    fn a_file_in_the_place_of_the_data_folder_fails() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let report = looked_at(file.path());
        assert!(report.to_text().contains("FAIL  data folder "), "{}", report.to_text());
    }

    #[test]
    fn wrong_settings_are_findings_one_for_each() {
        let errors = Config::read([("PORT", "x"), ("HOST", "y")]).unwrap_err();
        let report = Report::of_wrong_settings(&errors);
        assert_eq!(report.to_text().lines().count(), 2);
        assert_eq!(report.to_json()["checks"][1]["verdict"], "fail");
        assert_eq!(format!("{:?}", report.exit_code()), format!("{:?}", ExitCode::from(2)));
    }
}
