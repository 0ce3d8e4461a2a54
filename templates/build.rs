//! Bundles ../assets into what a browser is sent: `app.css` (all of css/, in [`CSS`]'s order), `settings.css` (css/pages/, which
//! the first view of a conversation does without), `app.js` (htmx, its SSE
//! extension, then js/, in [`SCRIPTS`]' order) and every file of img/ as it stands. Each gets a fingerprint in its URL.
//! One script file on purpose: with separate deferred files htmx starts before its extensions are registered.

use std::fmt::Write as _;
use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The cascade: tokens, then elements, then the page's frame; components follow in alphabetical order.
const CSS: &[&str] = &["tokens.css", "base.css", "layout.css"];
/// Vendored first, then the modules that others rely on; the rest of js/ follows in alphabetical order.
const SCRIPTS: &[&str] = &["vendor/htmx-4.0.1/htmx.min.js", "vendor/htmx-4.0.1/hx-sse.min.js", "js/trust.js"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../assets");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo:rerun-if-changed={}", root.display());

    let css: Vec<PathBuf> = CSS.iter().map(|name| root.join("css").join(name)).collect();
    let scripts: Vec<PathBuf> = SCRIPTS.iter().map(|name| root.join(name)).collect();
    let mut files = vec![
        ("app.css".to_owned(), squeeze(&join(&css, &root.join("css"))?).into_bytes()),
        ("settings.css".to_owned(), squeeze(&join(&[], &root.join("css/pages"))?).into_bytes()),
        ("app.js".to_owned(), lean(&join(&scripts, &root.join("js"))?).into_bytes()),
    ];
    for path in listed(&root.join("img"))? {
        let name = path.file_name().and_then(|name| name.to_str()).expect("asset names are ASCII");
        files.push((format!("img/{name}"), fs::read(&path)?));
    }

    let mut table = String::from("&[\n");
    for (name, bytes) in &files {
        let stored = out.join(name.replace('/', "-"));
        fs::write(&stored, bytes)?;
        let kind = content_type(name);
        let print = fingerprint(bytes);
        writeln!(
            table,
            "Asset {{ name: {name:?}, url: \"/assets/{print}/{name}\", content_type: {kind:?}, bytes: include_bytes!({stored:?}) }},"
        )
        .expect("writing to a String");
    }
    table.push_str("]\n");
    fs::write(out.join("assets.rs"), table)
}

/// The named files first, then the rest of `folder`.
fn join(first: &[PathBuf], folder: &Path) -> io::Result<String> {
    let rest = listed(folder)?.into_iter().filter(|path| !first.contains(path));
    let mut all = String::new();
    for path in first.iter().cloned().chain(rest) {
        println!("cargo:rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        all.push_str(&text);
        all.push('\n');
    }
    Ok(all)
}

fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// Comments and indentation are for us, not for the wire. No CSS string of ours holds a comment mark or a line break.
fn squeeze(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").expect("a CSS comment is closed").1;
    }
    text.push_str(rest);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// The same for scripts, as far as it is safe without reading the language: indentation and lines that are only a comment.
/// Lines stay lines, so no semicolon is missed. What would make it wrong is refused: text that goes on over a line's end.
fn lean(js: &str) -> String {
    let mut text = String::with_capacity(js.len());
    for line in js.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        // Minified ones of others are one long line each, and may hold what they like.
        assert!(line.len() > 1_000 || line.matches('`').count() % 2 == 0, "text over several lines: {line}");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Only has to change when the bytes do; nobody trusts it for more.
fn fingerprint(bytes: &[u8]) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    format!("{:016x}", hasher.finish())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        other => panic!("assets/img holds a file of unknown kind: {other:?}"),
    }
}
