mod growth;
mod look;
mod math;
mod model;
mod payloads;
mod property;
mod safety;
