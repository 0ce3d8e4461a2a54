//! What a person has chosen for themselves. Kept as words: the faces know what can be chosen, and read a word that they
//! don't know (any more) as no choice.

/// The choices of one person; `None` where they leave it to the browser or the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Preferences {
    /// The language, as `de`.
    pub locale: Option<String>,
    /// The time zone, as `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// Light or dark.
    pub theme: Option<String>,
    /// The colour of what one can do.
    pub accent: Option<String>,
    /// The colours of code.
    pub code_theme: Option<String>,
    /// The model that new conversations begin with.
    pub default_model: Option<String>,
}

/// What a person changes about themselves. An outer `None` leaves a thing as it is; an inner one leaves the choice to
/// the browser or the server again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What others call this person.
    pub name: Option<String>,
    /// See [`Preferences`], as all below.
    pub locale: Option<Option<String>>,
    /// The time zone.
    pub time_zone: Option<Option<String>>,
    /// Light or dark.
    pub theme: Option<Option<String>>,
    /// The colour of what one can do.
    pub accent: Option<Option<String>>,
    /// The colours of code.
    pub code_theme: Option<Option<String>>,
    /// The model that new conversations begin with.
    pub default_model: Option<Option<String>>,
}
