//! Every colour of code is readable in all four themes: at least 4.5 to 1 on the ground it stands on.

use std::collections::BTreeMap;

const HIGHLIGHT: &str = include_str!("../../assets/css/highlight.css");
const TOKENS: &str = include_str!("../../assets/css/tokens.css");

/// Light and dark.
type Pair = [String; 2];

/// The two sides of `property: light-dark(#a, #b)` in a rule.
fn pair(rule: &str, property: &str) -> Option<Pair> {
    let rest = rule.split(&format!("{property}: light-dark(")).nth(1)?;
    let (light, rest) = rest.split_once(", ")?;
    Some([light.to_owned(), rest.split_once(')')?.0.to_owned()])
}

/// Class to (colour, ground if it has its own).
fn classes(css: &str) -> BTreeMap<&str, (Pair, Option<Pair>)> {
    let mut found = BTreeMap::new();
    for line in css.lines().map(str::trim).filter(|line| line.starts_with(".h-")) {
        let (names, rule) = line.split_once(" {").unwrap();
        let colour = pair(rule, " color").unwrap_or_else(|| panic!("{line}"));
        for name in names.split(", ") {
            found.insert(name, (colour.clone(), pair(rule, "background")));
        }
    }
    found
}

fn luminance(colour: &str) -> f64 {
    assert!(colour.len() == 7 && colour.starts_with('#'), "{colour}");
    let part = |i: usize| {
        let value = f64::from(u8::from_str_radix(&colour[i..i + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_colour_of_code_is_readable_in_every_theme() {
    let (first, second) =
        HIGHLIGHT.split_once("\n\n:is([data-code=\"paper\"], [data-code=\"ember\"]) {\n").unwrap();
    let other = first.lines().find(|line| line.contains("--mist")).unwrap();
    let themes = [
        (["shore", "deep"], classes(first), pair(TOKENS, "--mist").unwrap(), pair(TOKENS, "--ink").unwrap()),
        (["paper", "ember"], classes(second), pair(other, "--mist").unwrap(), pair(other, "--ink").unwrap()),
    ];
    let all: Vec<_> = themes[0].1.keys().collect();
    assert!(all.len() >= 14 && themes[1].1.keys().eq(all), "both pairs paint the same classes");
    for (names, classes, ground, ink) in &themes {
        for (side, name) in names.iter().enumerate() {
            let plain = contrast(&ink[side], &ground[side]);
            assert!(plain >= 7.0, "{name}: plain code has {plain:.2}");
            for (class, (colour, own)) in classes {
                let ground = own.as_ref().unwrap_or(ground);
                let found = contrast(&colour[side], &ground[side]);
                assert!(found >= 4.5, "{name} {class}: {found:.2}");
            }
        }
    }
}
