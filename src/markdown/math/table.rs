//! Tables of formulas: what converters say by `style`, or by attributes browsers do not know, as our classes.

use super::tree::Element;

/// Classes a formula may have; css/prose.css draws them.
pub(super) const CLASSES: &[&str] = &[
    "center", "left", "right", "m-down", "m-up", "m-box", "m-rb", "m-lb", "m-tb", "m-bb", "m-gap", "m-end",
    "m-start", "m-half", "m-wide",
];

/// The class for one declaration of a style.
pub(super) fn class_of(declaration: &str) -> Option<&'static str> {
    let (property, value) = declaration.split_once(':')?;
    Some(match (property.trim(), value.trim()) {
        ("text-align", "right") => "right",
        ("text-align", "left") => "left",
        ("text-align", "center") => "center",
        ("padding-right", "0") => "m-end",
        ("padding-left", "0") => "m-start",
        ("padding-left", "1em") => "m-gap",
        ("width", "50%") => "m-half",
        ("width", "100%") => "m-wide",
        ("border-right", _) => "m-rb",
        ("border-left", _) => "m-lb",
        ("border-top", _) => "m-tb",
        ("border-bottom", _) => "m-bb",
        _ => return None,
    })
}

/// Puts the columns' alignment, spacing and lines, which the second converter says at the table, on its cells.
pub(super) fn spread(table: &mut Element) {
    let words = |value: Option<String>| -> Vec<String> {
        value.unwrap_or_default().split(' ').map(str::to_owned).collect()
    };
    let aligned = words(table.take("columnalign"));
    let tight = table.take("columnspacing").is_some_and(|spacing| spacing == "0em");
    let (columns, rows) = (words(table.take("columnlines")), words(table.take("rowlines")));
    let wide = table.attributes.get("width").is_some_and(|width| width == "100%");
    if table.take("width").is_some() && wide {
        add(table, "m-wide");
    }
    let drawn =
        |lines: &[String], i: usize| lines.get(i).is_some_and(|line| line == "solid" || line == "dashed");
    for (r, row) in table.elements().filter(|row| row.name == "mtr").enumerate() {
        for (c, cell) in row.elements().filter(|cell| cell.name == "mtd").enumerate() {
            match aligned.get(c).map(String::as_str) {
                Some("right") => add(cell, if tight { "right m-end" } else { "right" }),
                Some("left") => add(cell, if tight { "left m-start" } else { "left" }),
                _ => {}
            }
            if drawn(&columns, c) {
                add(cell, "m-rb");
            }
            if r > 0 && drawn(&rows, r - 1) {
                add(cell, "m-tb");
            }
            if cell.take("width").is_some_and(|width| width == "50%") {
                add(cell, "m-half");
            }
        }
    }
}

fn add(element: &mut Element, class: &str) {
    let classes = element.attributes.entry("class").or_default();
    if !classes.is_empty() {
        classes.push(' ');
    }
    classes.push_str(class);
}
