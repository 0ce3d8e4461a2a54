//! Which models a person may use, and which they like best.
//!
//! The rule: every name that a person gives is looked up by [`find`], and every list for a person comes from [`offered`]. So
//! a model that the operator keeps from them (`FRESHET_MODELS_USER`, `FRESHET_MODELS_MODERATOR`) answers exactly like one
//! that does not exist.

mod allowed;
mod store;
mod wanted;

use serde::Serialize;
use utoipa::ToSchema;

pub use self::wanted::{Capability, Wanted};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    keys,
    providers::{self, Accounts, Model},
};

/// Favourites of one person, at most.
const FAVOURITES: usize = 200;

/// A model as it is offered to a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Offer {
    /// The model.
    #[serde(flatten)]
    pub model: Model,
    /// Whether this person has marked it.
    pub favourite: bool,
}

/// The model of this name, or of this bare id where only one provider has it, if this person may use it.
///
/// # Errors
/// As [`providers::Providers::resolve`].
pub async fn find(app: &App, actor: &Actor, own: &Accounts, name: &str) -> Result<Model, providers::Error> {
    match app.providers.resolve(name, own).await {
        Ok(model) if !allowed::may_use(app, actor, &model) => Err(providers::Error::ModelNotFound),
        // What is kept from somebody makes nothing ambiguous.
        Err(providers::Error::ModelAmbiguous) if allowed::list(app, actor).is_some() => {
            let all = app.providers.models(own).await.into_iter();
            let mut fit = all.filter(|model| model.id == name && allowed::may_use(app, actor, model));
            match (fit.next(), fit.next()) {
                (Some(model), None) => Ok(model),
                (Some(_), Some(_)) => Err(providers::Error::ModelAmbiguous),
                (None, _) => Err(providers::Error::ModelNotFound),
            }
        }
        found => found,
    }
}

/// The models to offer to this person, by provider: what they may use and what has not been switched off. Favourites that
/// no list shows are at the end.
///
/// # Errors
/// The database.
pub async fn offered(app: &App, actor: &Actor) -> Result<Vec<Offer>> {
    let own = keys::accounts_of(app, actor.user.0).await?;
    let mut favourites = store::favourites(&app.db, actor.user.0).await?;
    let today = app.clock.now().date_naive().to_string();
    let mut offers = Vec::new();
    for model in app.providers.models(&own).await {
        let is_gone = model.retires.as_ref().is_some_and(|day| *day <= today);
        if is_gone || !allowed::may_use(app, actor, &model) {
            continue;
        }
        let marked = favourites.iter().position(|name| *name == model.name);
        offers.push(Offer { favourite: marked.map(|at| favourites.swap_remove(at)).is_some(), model });
    }
    for name in favourites {
        if let Ok(model) = find(app, actor, &own, &name).await {
            offers.push(Offer { model, favourite: true });
        }
    }
    Ok(offers)
}

/// The model that this person's conversations begin with: their own choice as long as it can be used, else the server's.
///
/// # Errors
/// The database.
pub async fn first(app: &App, actor: &Actor) -> Result<String> {
    if let Some(chosen) = &actor.preferences.default_model {
        let own = keys::accounts_of(app, actor.user.0).await?;
        if let Ok(model) = find(app, actor, &own, chosen).await {
            return Ok(model.name);
        }
    }
    standard(app, actor).await
}

/// The model that this person's conversations begin with unless they choose: the server's, or where that is not for them
/// the first that is.
///
/// # Errors
/// The database.
pub async fn standard(app: &App, actor: &Actor) -> Result<String> {
    let own = keys::accounts_of(app, actor.user.0).await?;
    let name = app.providers.default_model(&own);
    // Without a list nobody waits for a provider here.
    if allowed::list(app, actor).is_none() || find(app, actor, &own, &name).await.is_ok() {
        return Ok(name);
    }
    Ok(offered(app, actor).await?.into_iter().next().map_or(name, |offer| offer.model.name))
}

/// Marks a model as a favourite; gives its full name. Twice is harmless.
///
/// # Errors
/// [`Error::NotFound`]; `too_many_favourites`.
pub async fn favour(app: &App, actor: &Actor, name: &str) -> Result<String> {
    let own = keys::accounts_of(app, actor.user.0).await?;
    let model = find(app, actor, &own, name).await.map_err(|_| Error::NotFound)?;
    let marked = store::favourites(&app.db, actor.user.0).await?;
    if marked.len() >= FAVOURITES && !marked.contains(&model.name) {
        return Err(Error::conflict("too_many_favourites", format!("{FAVOURITES} favourites are the most")));
    }
    store::add(&app.db, actor.user.0, &model.name, app.clock.now()).await?;
    Ok(model.name)
}

/// Takes a favourite's mark away, if it has one.
///
/// # Errors
/// The database.
pub async fn unfavour(app: &App, actor: &Actor, name: &str) -> Result<()> {
    // PostgreSQL refuses a NUL in a text, and no model has one in its name.
    if name.contains('\0') {
        return Ok(());
    }
    Ok(store::remove(&app.db, actor.user.0, name).await?)
}

/// Asks the providers for their lists anew.
///
/// # Errors
/// [`Error::TooMany`].
pub async fn refresh(app: &App, actor: &Actor) -> Result<()> {
    let tries = &app.throttles.lists;
    tries.take(actor.user, app.clock.now()).await.map_err(|retry_after| Error::TooMany { retry_after })?;
    let own = keys::accounts_of(app, actor.user.0).await?;
    app.providers.refresh(&own).await;
    Ok(())
}
