//! What can be chosen: the words of a person's preferences, as both faces take them.

use freshet_templates::{
    Locale,
    layout::{Accent, Theme},
    parts::code_theme::CodeTheme,
};

use super::reader;
use crate::{
    accounts::{Actor, Change},
    app::App,
    error::{Error, Result},
    keys, models,
};

/// The change, if every choice in it can be made.
///
/// # Errors
/// [`Error::Invalid`] about the field.
pub(super) async fn checked(app: &App, actor: &Actor, mut change: Change) -> Result<Change> {
    among("locale", &change.locale, |word| Locale::parse(word).is_some())?;
    among("time_zone", &change.time_zone, |word| reader::zone(word).is_some())?;
    among("theme", &change.theme, |word| Theme::ALL.iter().any(|known| known.as_str() == word))?;
    among("accent", &change.accent, |word| Accent::ALL.iter().any(|known| known.as_str() == word))?;
    among("code_theme", &change.code_theme, |word| {
        CodeTheme::ALL.iter().any(|known| known.as_str() == word)
    })?;
    if let Some(Some(model)) = &mut change.default_model {
        let own = keys::accounts_of(app, actor.user.0).await?;
        let found = models::find(app, actor, &own, model).await;
        *model =
            found.map_err(|error| Error::field("unknown_model", "default_model", error.to_string()))?.name;
    }
    Ok(change)
}

fn among(field: &'static str, word: &Option<Option<String>>, known: impl Fn(&str) -> bool) -> Result<()> {
    match word {
        Some(Some(word)) if !known(word) => {
            Err(Error::field("unknown_choice", field, format!("this is not one of the choices of {field}")))
        }
        _ => Ok(()),
    }
}
