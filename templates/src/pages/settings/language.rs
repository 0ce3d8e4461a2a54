//! In which language and time zone pages are written.

use maud::{Markup, html};

use super::save;
use crate::parts::field::{Choice, FieldError, choice, option};
use crate::{Locale, Moment};

/// Language and time zone.
#[derive(Clone, Debug, Default)]
pub struct Language {
    /// The tag of the chosen language; empty when it is the browser's.
    pub chosen: String,
    /// What is wrong with it.
    pub error: Option<FieldError>,
    /// All time zones.
    pub regions: Vec<Region>,
    /// The chosen one; empty when it is the browser's.
    pub zone: String,
    /// What is wrong with it.
    pub zone_error: Option<FieldError>,
    /// The zone that pages are written for now.
    pub zone_now: String,
    /// What time it is there.
    pub now: Moment,
}

/// Time zones of one part of the world.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// `Europe`.
    pub name: String,
    /// The names that are stored: `Europe/Berlin`.
    pub zones: Vec<String>,
}

pub(super) fn section(l: Locale, props: &Language) -> Markup {
    let languages = html! {
        (option("", &l.t("language-auto"), &props.chosen))
        @for locale in Locale::ALL { option value=(locale.tag()) lang=(locale.tag()) selected[locale.tag() == props.chosen] { (locale.name()) } }
    };
    let zones = html! {
        (option("", &l.t("zone-auto"), &props.zone))
        @for region in &props.regions {
            optgroup label=(region.name) {
                @for zone in &region.zones { (option(zone, &place(zone), &props.zone)) }
            }
        }
    };
    let now = l
        .ta("zone-now", &[("zone", place(&props.zone_now).into()), ("time", props.now.text.as_str().into())]);
    html! {
        section.panel aria-labelledby="language-region" {
            h2.panel__title #language-region { (l.t("language-region")) }
            form.form method="post" action="/settings/language" {
                (choice(l, &Choice { name: "locale", label: &l.t("language"), error: props.error, hint: Some(&l.t("language-hint")) }, &languages))
                (choice(l, &Choice { name: "time_zone", label: &l.t("time-zone"), error: props.zone_error, hint: Some(&now) }, &zones))
                (save(l))
            }
        }
    }
}

/// `America/Argentina/Buenos_Aires` as people write it.
fn place(zone: &str) -> String {
    let place = zone.split_once('/').map_or(zone, |(_, place)| place);
    place.replace('_', " ").replace('/', ", ")
}
