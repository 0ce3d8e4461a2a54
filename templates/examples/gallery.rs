//! Writes the gallery to a folder of static files: for design review without a server.
//! `cargo run -p freshet-templates --example gallery -- <folder>`; serve the folder as the root of a site.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use freshet_templates::assets;
use freshet_templates::pages::gallery;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    for file in assets() {
        write(&folder, file.url.trim_start_matches('/'), file.bytes)?;
    }
    for (name, page) in gallery::all() {
        write(&folder, &format!("{name}.html"), page.0.as_bytes())?;
    }
    write(&folder, "dev/gallery.css", include_bytes!("../../assets/dev/gallery.css"))?;
    write(&folder, "parts.html", gallery::parts_page().0.as_bytes())?;
    write(&folder, "index.html", gallery::index(|name| format!("{name}.html")).0.as_bytes())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)
}
