//! A conversation's settings, as a sheet.

use maud::{Markup, html};

use super::settings::Sum;
use super::sheet::{self, Sheet, Submit};
use crate::Locale;
use crate::layout::Shell;

/// Props of the sheet.
#[derive(Clone, Debug, Default)]
pub struct Tuning {
    /// The shell.
    pub shell: Shell,
    /// The conversation's address, `/c/7`.
    pub chat: String,
    /// What stands in the fields.
    pub fields: Fields,
    /// Whether the conversation's model reasons, so that it can be told how much.
    pub reasons: bool,
    /// What was wrong with them.
    pub problems: Problems,
    /// What the conversation has come to; `None` before its first answer.
    pub used: Option<Sum>,
}

/// The fields as they were typed; empty is "as the model likes".
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// What the model is told first.
    pub system_prompt: String,
    /// A number.
    pub temperature: String,
    /// A whole number.
    pub max_tokens: String,
    /// `none`, `low`, `medium` or `high`.
    pub reasoning_effort: String,
}

/// Which fields were wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Problems {
    /// Too long.
    pub system_prompt: bool,
    /// No number, or beyond its limits.
    pub temperature: bool,
    /// No number, or beyond its limits.
    pub max_tokens: bool,
}

/// The page at `/c/{id}/settings`.
#[must_use]
pub fn page(props: &Tuning) -> Markup {
    let l = props.shell.locale;
    let action = format!("{}/settings", props.chat);
    let sheet = Sheet { title: l.t("tune-title").into(), back: props.chat.clone(), problem: None };
    let submit = Submit { label: l.t("tune-save").into(), danger: false };
    let form = sheet::form(l, &action, &props.chat, &fields(l, props), &submit);
    sheet::page(&props.shell, &sheet, &form)
}

fn fields(l: Locale, props: &Tuning) -> Markup {
    let Tuning { fields, problems, .. } = props;
    html! {
        (system_prompt(l, props))
        div.tuning {
            (number(l, &Number {
                name: "temperature",
                label: &l.t("temperature"),
                hint: &l.t("temperature-hint"),
                value: &fields.temperature,
                limits: ("0", "2", "0.1"),
                problem: problems.temperature.then(|| l.t("problem-temperature").into_owned()),
            }))
            (number(l, &Number {
                name: "max_tokens",
                label: &l.t("max-tokens"),
                hint: &l.t("max-tokens-hint"),
                value: &fields.max_tokens,
                limits: ("1", "1000000", "1"),
                problem: problems.max_tokens.then(|| l.t("problem-max-tokens").into_owned()),
            }))
            @if props.reasons { (effort(l, &fields.reasoning_effort)) }
        }
        p.field__hint { (l.t("tune-counts")) }
        @if let Some(used) = &props.used { p.field__hint { (so_far(l, used)) } }
    }
}

fn so_far(l: Locale, used: &Sum) -> String {
    let about = if used.estimated { "≈ " } else { "" };
    let cost = used.cost.as_ref().map_or(l.t("usage-unknown").into_owned(), |cost| format!("{about}{cost}"));
    let tokens = format!("{about}{}", l.number(used.tokens));
    l.ta("usage-of-chat", &[("calls", used.calls.into()), ("tokens", tokens.into()), ("cost", cost.into())])
}

fn system_prompt(l: Locale, props: &Tuning) -> Markup {
    let wrong = props.problems.system_prompt;
    html! {
        div.field {
            label.field__label for="tune-system" { (l.t("system-prompt")) }
            textarea.field__input #tune-system name="system_prompt" rows="6" dir="auto" autofocus[wrong] aria-invalid=[wrong.then_some("true")]
                aria-describedby="tune-system-hint" { (props.fields.system_prompt) }
            @if wrong { p.field__error role="alert" { (l.t("notice-system-prompt-too-long")) } }
            p.field__hint #tune-system-hint { (l.t("system-prompt-hint")) }
        }
    }
}

struct Number<'a> {
    name: &'a str,
    label: &'a str,
    hint: &'a str,
    value: &'a str,
    /// Least, most, step.
    limits: (&'a str, &'a str, &'a str),
    problem: Option<String>,
}

fn number(l: Locale, field: &Number<'_>) -> Markup {
    let (id, hint) = (format!("tune-{}", field.name), format!("tune-{}-hint", field.name));
    let (least, most, step) = field.limits;
    html! {
        div.field {
            label.field__label for=(id) { (field.label) }
            input.field__input id=(id) name=(field.name) type="number" min=(least) max=(most) step=(step) value=(field.value)
                placeholder=(l.t("as-the-model-likes")) inputmode="decimal" autocomplete="off"
                autofocus[field.problem.is_some()] aria-invalid=[field.problem.as_ref().map(|_| "true")] aria-describedby=(hint);
            @if let Some(problem) = &field.problem { p.field__error role="alert" { (problem) } }
            p.field__hint id=(hint) { (field.hint) }
        }
    }
}

fn effort(l: Locale, chosen: &str) -> Markup {
    let efforts = [
        ("", l.t("as-the-model-likes")),
        ("none", l.t("effort-none")),
        ("low", l.t("effort-low")),
        ("medium", l.t("effort-medium")),
        ("high", l.t("effort-high")),
    ];
    html! {
        div.field {
            label.field__label for="tune-effort" { (l.t("reasoning-effort")) }
            select.field__input #tune-effort name="reasoning_effort" aria-describedby="tune-effort-hint" {
                @for (value, label) in &efforts { option value=(value) selected[*value == chosen] { (label) } }
            }
            p.field__hint #tune-effort-hint { (l.t("reasoning-effort-hint")) }
        }
    }
}

/// Untouched, set, refused.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let plain = Tuning { chat: "/c/7".into(), ..Tuning::default() };
    let fields = Fields {
        system_prompt: "You are a patient geologist.\nAnswer in two short paragraphs.".into(),
        temperature: "0.7".into(),
        max_tokens: "2000".into(),
        reasoning_effort: "high".into(),
    };
    let used = Some(Sum { calls: 12, tokens: 3_400, cost: Some("$0.0123".into()), estimated: true });
    let set = Tuning { fields, used, reasons: true, ..plain.clone() };
    let problems = Problems { system_prompt: true, temperature: true, max_tokens: true };
    let refused = Tuning { problems, ..set.clone() };
    vec![("plain", page(&plain)), ("set", page(&set)), ("refused", page(&refused))]
}
