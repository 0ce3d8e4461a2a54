//! Freshet's pages and fragments: Props in, Maud out.
//!
//! No database, HTTP, clock or domain types: Props hold plain strings, and times come as words plus RFC 3339. Text is
//! escaped by Maud; ready-made HTML enters only as [`SafeHtml`].
//!
//! * [`layout`]: the shell around every page. * [`pages`]: one page = Props + fn + `samples()`.
//! * [`parts`]: what pages are made of. * [`fragments`]: what the live stream sends.
//! * [`i18n`]: every word a person sees. * [`mod@assets`]: fingerprinted files.
//!
//! [`pages::gallery`] shows every sample: at `/gallery` of a development server, or by
//! `cargo run -p freshet-templates --example gallery -- <folder>` as a folder of static pages.

mod assets;
pub mod fragments;
pub mod i18n;
pub mod layout;
pub mod moment;
pub mod pages;
pub mod parts;
mod region;
mod safe;

pub use assets::{Asset, asset, assets};
pub use i18n::Locale;
pub use moment::Moment;
pub use region::Region;
pub use safe::SafeHtml;
