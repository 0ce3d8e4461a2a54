//! How the main constructs look.

use super::model::stream;
use crate::markdown::full::{render, to_html};
use crate::markdown::live::Live;

#[test]
fn a_live_text_may_move_between_threads() {
    fn moves<T: Send + 'static>() {}
    moves::<Live>();
}
