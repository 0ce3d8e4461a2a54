//! Writes every sample of every part and page to a folder of static files, with an index: for design review, axe and
//! screenshots. `cargo run -p freshet-templates --example gallery -- <folder>`; serve the folder as the root of a site.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use freshet_templates::{Locale, asset, assets, fragments, pages, parts};
use maud::{DOCTYPE, Markup, html};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    for file in assets() {
        write(&folder, file.url.trim_start_matches('/'), file.bytes)?;
    }
    let pages = pages::samples();
    for (name, page) in &pages {
        write(&folder, &format!("{name}.html"), page.0.as_bytes())?;
    }
    write(&folder, "parts.html", parts_page().0.as_bytes())?;
    let index = index(pages.iter().map(|(name, _)| name.as_str()).chain(["parts"]));
    write(&folder, "index.html", index.0.as_bytes())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)
}

fn head(title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        title { (title) }
        link rel="stylesheet" href=(asset("app.css"));
    }
}

fn index<'a>(names: impl Iterator<Item = &'a str>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" { head { (head("Gallery")) } body.gallery {
            h1 { "Gallery" }
            ul { @for name in names { li { a href={ (name) ".html" } { (name) } } } }
        } }
    }
}

/// Every sample of every part below each other.
fn parts_page() -> Markup {
    let groups = [
        ("message", parts::message::samples()),
        ("composer", parts::composer::samples()),
        ("menu", parts::menu::samples()),
        ("toast", parts::toast::samples()),
        ("fragment", fragments::samples()),
    ];
    html! {
        (DOCTYPE)
        html lang=(Locale::En.tag()) { head { (head("Parts")) } body.gallery {
            @for (part, samples) in &groups {
                @for (name, markup) in samples {
                    section { h2.gallery__name { (part) " / " (name) } (markup) }
                }
            }
        } }
    }
}
