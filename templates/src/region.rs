//! Where somebody reads: one language writes its days and times differently from place to place.

use crate::Locale;

/// How the places of one language write days and times of day, as far as they differ (Unicode's CLDR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Region {
    /// March 1, 2026, 2:05 PM.
    #[default]
    America,
    /// 1 March 2026, 2:05 PM.
    Commonwealth,
    /// 1 March 2026, 14:05.
    Europe,
}

/// Where English puts the month first.
const MONTH_FIRST: &str = "AS BI CA GU MH MP PH PR UM US VI";
/// Where the clock has twelve hours, and the day comes first: `h` and `h B` in CLDR's `timeData`.
const TWELVE_HOURS: &str = "AE AG AU BB BD BM BN BS CC CX DM DO EG FJ FM GD GH GM GY HK HM IN JM KI KN KY LC LK LR \
    MO MW MY NA NF NZ PG PK PW SA SB SG SL SS SZ TC TK TO TT TV UY VC VG VU WS ZM 001";

impl Region {
    /// The region for pages in `locale`, by an `Accept-Language` header: of the best tag in this language, else of the
    /// best one that names a place at all.
    #[must_use]
    pub fn negotiate(locale: Locale, accept_language: &str) -> Self {
        if locale == Locale::De {
            return Self::Europe;
        }
        let mut best: Option<(bool, f32, &str)> = None;
        for part in accept_language.split(',') {
            let mut words = part.split(';').map(str::trim);
            let mut tag = words.next().unwrap_or_default().split('-');
            let same = tag.next().is_some_and(|language| language.eq_ignore_ascii_case(locale.tag()));
            let weight = words.find_map(|word| word.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
            let (Some(place), Ok(weight)) = (tag.find(|word| is_place(word)), weight) else { continue };
            // Of equals the first.
            let is_better = |(known, most, _)| (same, weight) > (known, most);
            if weight > 0.0 && best.is_none_or(is_better) {
                best = Some((same, weight, place));
            }
        }
        best.map_or(Self::default(), |(_, _, place)| Self::of(&place.to_ascii_uppercase()))
    }

    fn of(place: &str) -> Self {
        let is_in = |places: &str| places.split_whitespace().any(|known| known == place);
        match () {
            () if is_in(MONTH_FIRST) => Self::America,
            () if is_in(TWELVE_HOURS) => Self::Commonwealth,
            () => Self::Europe,
        }
    }

    /// How a time of day is written, in strftime's words.
    #[must_use]
    pub fn clock(self) -> &'static str {
        match self {
            Self::America | Self::Commonwealth => "%-I:%M %p",
            Self::Europe => "%H:%M",
        }
    }
}

/// Two letters, or the three digits of a larger area.
fn is_place(word: &str) -> bool {
    let letters = word.len() == 2 && word.bytes().all(|b| b.is_ascii_alphabetic());
    letters || (word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_the_one_of_the_language_that_is_shown() {
        let english = |accepted| Region::negotiate(Locale::En, accepted);
        for american in ["", "en", "en-US,en;q=0.9", "en-CA", "de, en-us;q=0.3", "en-GB;q=0", "*;q=banana"] {
            assert_eq!(english(american), Region::America, "{american}");
        }
        for far in ["en-AU", "en-IN,en-GB;q=0.8", "en-001", "de-DE,en-NZ;q=0.1"] {
            assert_eq!(english(far), Region::Commonwealth, "{far}");
        }
        for near in
            ["en-GB,en-US;q=0.9", "en-IE", "en-za", "en-150", "de-DE,de;q=0.9,en;q=0.5", "en,en-GB;q=0.9"]
        {
            assert_eq!(english(near), Region::Europe, "{near}");
        }
        assert_eq!(english("zh-Hant-HK"), Region::Commonwealth, "a script is no place");
        for german in ["", "de-AT", "en-US"] {
            assert_eq!(Region::negotiate(Locale::De, german), Region::Europe, "{german}");
        }
    }
}
