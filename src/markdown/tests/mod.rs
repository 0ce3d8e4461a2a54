mod growth;
mod look;
mod model;
mod payloads;
mod property;
mod safety;
