//! Which models a person is offered, may use and likes best.

mod allowed;
mod catalogue;
mod picker;
