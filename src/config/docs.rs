//! The table of settings as documentation. Tests hold that the files in the repository are what these print.

use super::table::{SETTINGS, Setting};

/// `docs/CONFIGURATION.md`.
pub fn reference() -> String {
    let mut page = String::from(HEAD);
    for section in sections() {
        page += &format!("\n## {}\n", section[0].section);
        section.iter().for_each(|setting| page += &described(setting));
    }
    page
}

/// `.env.example`: every setting, commented out.
pub fn env_example() -> String {
    let mut file = String::from(ENV_HEAD);
    for section in sections() {
        file += &format!("\n# --- {} ---\n", section[0].section);
        for setting in section {
            let shown = if setting.default.is_empty() { setting.example } else { setting.default };
            let doc =
                setting.doc.trim().lines().map(|line| format!("# {}\n", line.trim())).collect::<String>();
            file += &format!("\n{doc}#{}={}\n", setting.name, quoted(shown));
        }
    }
    file
}

const HEAD: &str = "\
<!-- Printed by `freshet config docs` from src/config/table.rs. To change it, change the table and run
     `UPDATE=1 cargo test --lib config`. -->
# Configuration

Freshet reads its settings from the environment, once, at the start. Nothing has to be set.

- A value that can't be used stops the start with one line for each, and exit code 2. So does a name that begins with
  `FRESHET_` and is not listed here.
- An empty value is the same as none (except for `ENCRYPTION_KEY`, where it is an error).
- Each secret can be given as a file instead: `NAME_FILE=/path`. One line break at the end of the file is dropped.
- `freshet config show` prints what is in force and where it came from, with secrets masked; `--json` for scripts.
- `freshet doctor` checks that it works.
";

const ENV_HEAD: &str = "\
# Settings of Freshet. Copy this file to `.env` and take the `#` away where you want something else than the default.
# `just dev` reads it; elsewhere say so: systemd's `EnvironmentFile`, or `set -a; . ./.env` before `cargo run`.
# Nothing has to be set. `docs/CONFIGURATION.md` says more. Printed by `freshet config env-example`.
";

fn sections() -> impl Iterator<Item = &'static [Setting]> {
    SETTINGS.chunk_by(|one, next| one.section == next.section)
}

fn described(setting: &Setting) -> String {
    let default = match setting.default {
        "" => setting.unset.to_owned(),
        value => format!("`{value}`"),
    };
    let doc = setting.doc.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let mut text = format!(
        "\n### `{}`\n\n{doc}\n\n- Value: {}\n- Default: {default}\n",
        setting.name,
        (setting.words)()
    );
    text += &format!("- Example: `{}`\n", setting.example);
    if !setting.aliases.is_empty() {
        text += &format!("- Also read as: `{}`\n", setting.aliases.join("`, `"));
    }
    if (setting.secret)() {
        text += &format!("- Secret; also as `{}_FILE`\n", setting.name);
    }
    text
}

/// Quoted for a shell and for compose where it has to be.
fn quoted(value: &str) -> String {
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@,=".contains(&byte));
    if plain { value.to_owned() } else { format!("'{value}'") }
}
