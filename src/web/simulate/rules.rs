//! What OpenAI's real models refuse. Only ids of real models are held to it; simulated ones take everything.

use crate::providers::{
    catalog::{self, Known},
    simulated::Refusal,
};

fn known(model: &str) -> Option<&'static Known> {
    catalog::OPENAI.known.iter().find(|known| known.id == model)
}

/// Whether it is one of OpenAI's that think.
pub fn thinks(model: &str) -> bool {
    known(model).is_some_and(|known| known.capabilities.reasoning)
}

/// A temperature where none may be.
pub fn temperature(model: &str, temperature: Option<f32>, effort: Option<&str>) -> Option<Refusal> {
    use catalog::Temperature::{Always, Never, Unthinking};
    temperature?;
    match known(model)?.temperature {
        Always => None,
        Unthinking if effort == Some("none") => None,
        Never | Unthinking => Some(unsupported("temperature")),
    }
}

/// An effort that the model has no word for.
pub fn effort(model: &str, effort: Option<&str>) -> Option<Refusal> {
    let (known, effort) = (known(model)?, effort?);
    let fits = known.efforts.contains(&effort);
    let why = format!("Unsupported value: {effort} is not supported with this model.");
    (!fits).then(|| Refusal::new(400, "unsupported_value", why))
}

/// A parameter that must not be there.
pub fn unsupported(name: &str) -> Refusal {
    let why = format!("Unsupported parameter: '{name}' is not supported with this model.");
    Refusal::new(400, "unsupported_parameter", why)
}

/// A request that makes no sense.
pub fn invalid(why: impl Into<String>) -> Refusal {
    Refusal::new(400, "invalid_request_error", why)
}

/// An id of more than 64 characters.
pub fn too_long(id: &str) -> Option<Refusal> {
    let why = "Invalid id: string too long. Expected a string with maximum length 64.";
    (id.len() > 64).then(|| Refusal::new(400, "string_above_max_length", why))
}
