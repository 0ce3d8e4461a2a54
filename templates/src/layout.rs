//! The shell around every page: head, skip link, toasts, the one stylesheet and the one script.
//! No inline script, style or handler anywhere: the pages live under
//! `default-src 'none'; script-src 'self'; style-src 'self'; …; require-trusted-types-for 'script'; trusted-types freshet`.

use maud::{DOCTYPE, Markup, html};

use crate::parts::code_theme::CodeTheme;
use crate::parts::icon::mark;
use crate::parts::toast::{self, Toast};
use crate::{Locale, asset};

/// htmx's settings. `prefix` empties the `data-hx-` door, `noSwap` keeps a proxy's error page out of the chat, history is
/// the browser's own, and the one style rule htmx would inject is not needed.
const HTMX_CONFIG: &str = r#"{"prefix":"","extensions":"sse,freshet","noSwap":[204,304,"5xx"],"history":false,"includeIndicatorCSS":false}"#;

/// What every page needs to know besides its own Props.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The language of the page.
    pub locale: Locale,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// The colour of what one can do.
    pub accent: Accent,
    /// The colours of code.
    pub code_theme: CodeTheme,
    /// The time zone that times are written in, where the browser may say another one: empty while it has not. `None` when
    /// the person chose one.
    pub zone: Option<String>,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// Messages shown once, above the page.
    pub toasts: Vec<Toast>,
    /// Path and query of this page: where the theme form comes back to. Must begin with one `/`.
    pub path: String,
    /// Whether the list of conversations is put away on wide screens.
    pub sidebar_hidden: bool,
    /// Development only: load the page again when the server was started anew.
    pub dev_reload: bool,
}

/// The signed-in person, as the sidebar and the settings show them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// The chosen name.
    pub name: String,
    /// The address used to sign in.
    pub email: String,
}

/// The colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// What the operating system prefers.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All three, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value of the cookie, the form field and `<html data-theme>`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a cookie or form value; anything unknown is the system's.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == value).unwrap_or_default()
    }
}

/// The colour of what one can do: links, the main button, what is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accent {
    /// The green of a river.
    #[default]
    Water,
    /// The warm brown of its banks.
    Clay,
}

impl Accent {
    /// Both, in the order of a choice.
    pub const ALL: [Self; 2] = [Self::Water, Self::Clay];

    /// The value of the setting, the form field and `<html data-accent>`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Clay => "clay",
        }
    }

    /// The accent of a cookie or a stored value; anything unknown is water.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        Self::ALL.into_iter().find(|accent| accent.as_str() == value).unwrap_or_default()
    }
}

/// A whole document. `kind` names the page for the stylesheet; `head` goes last into `<head>`.
pub(crate) fn document(shell: &Shell, title: &str, kind: &str, head: &Markup, body: &Markup) -> Markup {
    let l = shell.locale;
    html! {
        (DOCTYPE)
        html lang=(l.tag()) dir=(l.dir()) data-theme=(shell.theme.as_str()) data-accent=[(shell.accent != Accent::Water).then(|| shell.accent.as_str())]
            data-code=(shell.code_theme.as_str()) data-sidebar=[shell.sidebar_hidden.then_some("off")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content";
                meta name="color-scheme" content="light dark";
                (theme_color(shell.theme))
                meta name="referrer" content="same-origin";
                meta name="htmx-config" content=(HTMX_CONFIG);
                title { (title) " · " (l.t("name")) }
                link rel="icon" href=(asset("img/icon.svg")) type="image/svg+xml";
                link rel="apple-touch-icon" href=(asset("img/apple-touch-icon.png"));
                // With cookies: it speaks the person's language.
                link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials";
                link rel="stylesheet" href=(asset("app.css"));
                script src=(asset("app.js")) defer {}
                @if shell.dev_reload { script src="/dev/reload.js" defer {} }
                (head)
            }
            body class=(kind) data-signed-in[shell.viewer.is_some()] data-zone=[&shell.zone]
                data-label-copy=(l.t("copy"))
                data-label-wrap=(l.t("wrap"))
                data-label-copied=(l.t("copied"))
                data-label-copy-failed=(l.t("copy-failed"))
                data-label-offline=(l.t("offline"))
                data-label-refused=(l.t("refused"))
                data-label-dismiss=(l.t("dismiss")) {
                a.skip href="#main" { (l.t("skip-to-content")) }
                (body)
                (toast::region(l, &shell.toasts))
            }
        }
    }
}

/// What a phone paints around the page: `--paper` of css/tokens.css.
fn theme_color(theme: Theme) -> Markup {
    const LIGHT: &str = "#fcfdfc";
    const DARK: &str = "#0f1414";
    html! {
        @match theme {
            Theme::Light => meta name="theme-color" content=(LIGHT);,
            Theme::Dark => meta name="theme-color" content=(DARK);,
            Theme::System => {
                meta name="theme-color" content=(LIGHT) media="(prefers-color-scheme: light)";
                meta name="theme-color" content=(DARK) media="(prefers-color-scheme: dark)";
            }
        }
    }
}

/// The name with its mark, as a link home.
pub(crate) fn brand(l: Locale) -> Markup {
    html! { a.brand href="/" { (mark()) span { (l.t("name")) } } }
}
