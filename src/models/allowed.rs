//! Which models the operator lets whom use.

use crate::{
    accounts::{Actor, Role},
    app::App,
    config::ModelName,
    providers::{Key, Model, catalog},
};

/// The operator's list for this actor; `None` where there is none.
pub(super) fn list<'a>(app: &'a App, actor: &Actor) -> Option<&'a [ModelName]> {
    let list = match actor.role {
        Role::Admin => return None,
        Role::Moderator => &app.config.chats.models_moderator,
        Role::User => &app.config.chats.models_user,
    };
    (!list.is_empty()).then_some(list)
}

/// Whether this actor may use a model. The lists are about the server's keys; with a key of their own people do as they like.
pub(super) fn may_use(app: &App, actor: &Actor, model: &Model) -> bool {
    let Some(list) = list(app, actor) else { return true };
    model.key == Key::Own || list.iter().any(|pattern| fits(pattern.as_str(), plain(model)))
}

/// A model's name; the options behind a simulated one's colon make no other model of it.
fn plain(model: &Model) -> &str {
    let name = model.name.as_str();
    let options = name.split_once(':').filter(|_| model.provider == catalog::SIMULATED.name);
    options.map_or(name, |(name, _)| name)
}

/// Whether a name fits a pattern, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for piece in middle.split('*') {
        let Some(at) = left.find(piece) else { return false };
        left = &left[at + piece.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name) in [
            ("openai/gpt-6-luna", "openai/gpt-6-luna"),
            ("openai/*", "openai/gpt-6-luna"),
            ("openrouter/*/llama-*:free", "openrouter/meta/llama-4:free"),
            ("*", "ollama/qwen3:8b"),
            ("*luna", "openai/gpt-6-luna"),
            ("a*b*b", "a-b-b"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("openai/gpt-6", "openai/gpt-6-luna"),
            ("openai/*", "openrouter/openai/gpt-6-luna"),
            ("*luna", "openai/gpt-6-luna-2"),
            ("a*b*b", "a-b"),
            ("aa*aa", "aaa"),
            ("", "openai/gpt-6-luna"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
