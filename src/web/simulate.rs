//! `freshet simulate`: soon.
