//! The models as a field offers them: those a person likes best first, then by provider.

use freshet_templates::parts::composer::{ModelChoice, ModelGroup};

use crate::{accounts::Actor, app::App, error::Result, keys, models, providers, web::present};

/// Models of one provider in the composer's field; the page of all models has the others.
const FEW: usize = 30;

/// What the composer offers.
pub(super) struct Choices {
    pub groups: Vec<ModelGroup>,
    /// Whether the chosen model can't be used (any more).
    pub gone: bool,
}

/// The models that can be used now, with `model` among them.
pub(super) async fn model_groups(app: &App, actor: &Actor, model: Option<&str>) -> Result<Vec<ModelGroup>> {
    let (mut favourites, mut groups) = (ModelGroup::default(), Vec::<ModelGroup>::new());
    for offer in models::offered(app, actor).await? {
        let (model, favourite) = (offer.model, offer.favourite);
        let choice = ModelChoice { name: model.name, label: model.label };
        if favourite {
            favourites.models.push(choice);
            continue;
        }
        match groups.last_mut().filter(|group| group.provider == model.provider_label) {
            Some(group) => group.models.push(choice),
            None => groups.push(ModelGroup { provider: model.provider_label, models: vec![choice] }),
        }
    }
    if !favourites.models.is_empty() {
        groups.insert(0, favourites);
    }
    if let Some(model) = model.filter(|model| !is_among(&groups, model)) {
        groups.push(alone(model));
    }
    Ok(groups)
}

/// As [`model_groups`], at most a few of each provider: every page with a composer carries them.
pub(super) async fn few(app: &App, actor: &Actor, model: &str) -> Result<Choices> {
    let mut groups = model_groups(app, actor, None).await?;
    let mut gone = false;
    if !is_among(&groups, model) {
        let own = keys::accounts_of(app, actor.user.0).await?;
        let found = models::find(app, actor, &own, model).await;
        // Of a key that can't be opened another page tells.
        gone = found.is_err_and(|error| error != providers::Error::KeyUnreadable);
        groups.push(alone(model));
    }
    for group in groups.iter_mut().filter(|group| !group.provider.is_empty()) {
        let mut places = 0..;
        group.models.retain(|choice| places.next().is_some_and(|place| place < FEW) || choice.name == model);
    }
    Ok(Choices { groups, gone })
}

/// A model that the lists don't show (any more) stays the chosen one; sending says if it is gone.
fn alone(model: &str) -> ModelGroup {
    let choice = ModelChoice { label: present::model_label(model), name: model.to_owned() };
    let provider = model.split('/').next().unwrap_or_default().to_owned();
    ModelGroup { provider, models: vec![choice] }
}

fn is_among(groups: &[ModelGroup], model: &str) -> bool {
    groups.iter().flat_map(|group| &group.models).any(|choice| choice.name == model)
}
