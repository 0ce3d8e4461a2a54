//! What stays open: event streams for pages and for API clients, over the same log and the same cursors.

mod catch_up;
pub mod cursor;
pub(super) mod demo;
mod frame;
mod html;
mod json;
mod leaving;
mod page_socket;
pub mod plain;
mod pulse;
pub(super) mod pump;
mod renderer;
mod screen;
pub(super) mod socket;
mod standing;
pub(super) mod told;

pub(super) use frame::open_ended;
pub use html::stream as html_stream;
pub use json::{chat_stream, reply_stream};
pub(super) use leaving::let_go;
pub use page_socket::socket as html_socket;
pub use renderer::{Capture, Renderers, Written};
