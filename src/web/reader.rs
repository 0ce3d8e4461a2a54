//! Who reads: the language, the region and the time zone that a page, and every frame of its stream, is written for.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::Tz;
use freshet_templates::{Locale, Moment, Region, moment};

use crate::accounts::Preferences;

/// A language, a region and a time zone. Who has the same ones shares what is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reader {
    /// The language.
    pub locale: Locale,
    /// How days and times are written where it is spoken.
    pub region: Region,
    /// The time zone; UTC as long as nobody said.
    pub zone: Tz,
}

impl Default for Reader {
    fn default() -> Self {
        Self { locale: Locale::En, region: Region::default(), zone: Tz::UTC }
    }
}

/// What a browser says of its reader.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints<'a> {
    /// Of the cookie that the switch of languages sets.
    pub language: &'a str,
    /// The header `Accept-Language`.
    pub accepted: &'a str,
    /// Of the cookie that the page's script sets.
    pub zone: &'a str,
}

impl Reader {
    /// What the person chose, else what the browser says.
    pub(super) fn of(hints: Hints<'_>, chosen: Option<&Preferences>) -> Self {
        let locale = chosen.and_then(|chosen| Locale::parse(chosen.locale.as_deref()?));
        let locale = locale.or_else(|| Locale::parse(hints.language));
        let zone = chosen.and_then(|chosen| zone(chosen.time_zone.as_deref()?));
        let locale = locale.unwrap_or_else(|| Locale::negotiate(hints.accepted));
        Self {
            locale,
            region: Region::negotiate(locale, hints.accepted),
            zone: zone.or_else(|| self::zone(hints.zone)).unwrap_or(Tz::UTC),
        }
    }

    /// The day it is for this reader.
    pub fn today(self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.zone).date_naive()
    }

    /// A time of day with its exact moment; the day is its title.
    pub fn clock(self, at: DateTime<Utc>) -> Moment {
        Moment { title: self.full_words(at), ..Moment::new(self.clock_words(at), at.to_rfc3339()) }
    }

    /// A day with its exact moment.
    pub fn date(self, at: DateTime<Utc>) -> Moment {
        Moment::new(self.day_words(at), at.to_rfc3339())
    }

    /// A day and a time of day with their exact moment.
    pub fn date_time(self, at: DateTime<Utc>) -> Moment {
        Moment::new(self.full_words(at), at.to_rfc3339())
    }

    fn clock_words(self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone).format(self.region.clock()).to_string()
    }

    fn day_words(self, at: DateTime<Utc>) -> String {
        let day = self.today(at);
        moment::date(self.locale, self.region, (day.year(), day.month(), day.day()))
    }

    fn full_words(self, at: DateTime<Utc>) -> String {
        let (date, time) = (self.day_words(at), self.clock_words(at));
        self.locale.ta("date-time", &[("date", date.into()), ("time", time.into())])
    }
}

/// The zone that the browser is known to be in, empty for none; `None` where that doesn't matter, since the person chose one.
pub(super) fn asked_zone(hints: Hints<'_>, chosen: Option<&Preferences>) -> Option<String> {
    let chosen = chosen.and_then(|chosen| zone(chosen.time_zone.as_deref()?));
    chosen.is_none().then(|| zone(hints.zone).map(|zone| zone.name().to_owned()).unwrap_or_default())
}

/// A time zone by its IANA name, such as `Europe/Berlin`.
pub(super) fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The names of all time zones that a person would look for, in order: no aliases of whole countries, no bare offsets.
pub(super) fn zones() -> impl Iterator<Item = &'static str> {
    const PARTS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    let known = |name: &&str| name.split_once('/').is_some_and(|(part, _)| PARTS.contains(&part));
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn reader(locale: Locale, zone: &str) -> Reader {
        Reader { locale, region: Region::Europe, zone: zone.parse().unwrap() }
    }

    #[test]
    fn what_the_person_chose_counts_more_than_the_browser() {
        let browser = Hints { language: "", accepted: "de-DE,en;q=0.5", zone: "Asia/Tokyo" };
        assert_eq!(Reader::of(browser, None), reader(Locale::De, "Asia/Tokyo"));
        assert_eq!(Reader::of(Hints { language: "en", ..browser }, None), reader(Locale::En, "Asia/Tokyo"));
        let chosen = Preferences {
            locale: Some("de".into()),
            time_zone: Some("Europe/Berlin".into()),
            ..Preferences::default()
        };
        let other = Hints { language: "en", accepted: "en", ..browser };
        assert_eq!(Reader::of(other, Some(&chosen)), reader(Locale::De, "Europe/Berlin"));
        assert_eq!(Reader::of(browser, Some(&Preferences::default())), Reader::of(browser, None));
    }

    #[test]
    fn a_cookie_that_names_no_place_names_none() {
        for zone in ["", "Mars/Olympus", "<script>", "Europe/Berlin; Path=/", "../../etc/passwd"] {
            assert_eq!(Reader::of(Hints { zone, ..Hints::default() }, None), Reader::default(), "{zone}");
        }
    }

    #[test]
    fn a_moment_is_told_in_the_readers_words_and_zone() {
        let late = at("2026-03-01T23:30:00Z");
        let german = reader(Locale::De, "Europe/Berlin");
        assert_eq!(german.date(late).text, "2. März 2026");
        assert_eq!(german.clock(late).text, "00:30");
        assert_eq!(german.clock(late).title, "2. März 2026, 00:30");
        let british = reader(Locale::En, "America/New_York");
        assert_eq!(british.date_time(late).text, "1 March 2026, 18:30");
        let australian = Reader { region: Region::Commonwealth, ..british };
        assert_eq!(australian.date_time(late).text, "1 March 2026, 6:30 PM");
        let english = Reader { region: Region::America, ..british };
        assert_eq!(english.date_time(late).text, "March 1, 2026, 6:30 PM");
        // Summer time began there on the 8th.
        assert_eq!(english.clock(at("2026-03-09T23:30:00Z")).text, "7:30 PM");
        assert_eq!(german.today(late).to_string(), "2026-03-02");
        assert_eq!(english.today(late).to_string(), "2026-03-01");
    }
}
