//! Moments: the words for a person come ready-made, except for those of the calendar.

use crate::{Locale, Region};

/// A moment as a person reads it and as a machine does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// "14:05", "3 minutes ago".
    pub text: String,
    /// More of it, for who asks: the day of a time. Empty for none.
    pub title: String,
    /// RFC 3339, for `<time datetime>`.
    pub rfc3339: String,
}

impl Moment {
    /// Both forms, ready-made.
    pub fn new(text: impl Into<String>, rfc3339: impl Into<String>) -> Self {
        Self { text: text.into(), title: String::new(), rfc3339: rfc3339.into() }
    }
}

impl maud::Render for Moment {
    fn render(&self) -> maud::Markup {
        let title = (!self.title.is_empty()).then_some(&self.title);
        maud::html! { time datetime=(self.rfc3339) title=[title] { (self.text) } }
    }
}

/// A day in words: "1 March 2026", "March 1, 2026".
#[must_use]
pub fn date(l: Locale, region: Region, (year, month, day): (i32, u32, u32)) -> String {
    let month = match month {
        1 => l.t("month-1"),
        2 => l.t("month-2"),
        3 => l.t("month-3"),
        4 => l.t("month-4"),
        5 => l.t("month-5"),
        6 => l.t("month-6"),
        7 => l.t("month-7"),
        8 => l.t("month-8"),
        9 => l.t("month-9"),
        10 => l.t("month-10"),
        11 => l.t("month-11"),
        _ => l.t("month-12"),
    };
    // As text: a year is written without a mark between its digits.
    let (year, day) = (year.to_string(), day.to_string());
    let values = [("day", day.into()), ("month", month.into()), ("year", year.into())];
    match region {
        Region::America => l.ta("date-month-first", &values),
        Region::Commonwealth | Region::Europe => l.ta("date", &values),
    }
}
