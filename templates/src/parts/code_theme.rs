//! The colours of code: four themes, two light and two dark. css/highlight.css paints them by `<html data-code>` alone.

use std::borrow::Cow;

use crate::Locale;

/// Which theme code blocks are shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeTheme {
    /// As the page: Shore where it is light, Deep where it is dark.
    #[default]
    Auto,
    /// Light, with the colours of the page.
    Shore,
    /// Light and calm, like print: ink, blue and brick.
    Paper,
    /// Dark, with the colours of the page.
    Deep,
    /// Dark and warm.
    Ember,
}

impl CodeTheme {
    /// All of them, in the order of a choice.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Shore, Self::Paper, Self::Deep, Self::Ember];

    /// The value of the setting, the form field and `<html data-code>`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Shore => "shore",
            Self::Paper => "paper",
            Self::Deep => "deep",
            Self::Ember => "ember",
        }
    }

    /// The theme of a stored or sent value; anything unknown goes with the page.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == value).unwrap_or_default()
    }

    /// What a person calls it.
    #[must_use]
    pub fn label(self, l: Locale) -> Cow<'static, str> {
        match self {
            Self::Auto => l.t("code-theme-auto"),
            Self::Shore => l.t("code-theme-shore"),
            Self::Paper => l.t("code-theme-paper"),
            Self::Deep => l.t("code-theme-deep"),
            Self::Ember => l.t("code-theme-ember"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CodeTheme;
    use crate::Locale;

    #[test]
    fn every_theme_has_a_name_and_is_read_back() {
        for theme in CodeTheme::ALL {
            assert_eq!(CodeTheme::parse(theme.as_str()), theme);
            assert!(!theme.label(Locale::En).contains('⟦'), "{theme:?}");
        }
        assert_eq!(CodeTheme::parse("<b>"), CodeTheme::Auto);
    }
}
