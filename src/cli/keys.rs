//! `freshet keys rotate`: everything that is sealed, under a new master key.
//!
//! Where the key is the file in the data folder, `--new` makes the new one. Where it is `ENCRYPTION_KEY`, whoever set it
//! sets a new one and names the old one in `ENCRYPTION_KEY_OLD`. It may be ended at any moment and begun again.

use std::io::{self, Write as _};

use anyhow::Context as _;

use super::logging;
use crate::{app, config::Config, keys, platform::crypto::MasterKey, web::server};

/// Makes a new key file if that is wanted, then seals everything under the current key.
///
/// # Errors
/// What is in the way, or that some keys could not be opened; everything else is done then.
pub fn rotate(config: &Config, with_new: bool) -> anyhow::Result<()> {
    logging::start(&config.log.level, config.log.format);
    config.make_data_dir().context("making the data folder")?;
    // A server has its key in memory and would go on sealing under the old one.
    let alone = if with_new { server::only_one(config).context("stop the server first")? } else { None };
    if with_new {
        renew(config)?;
    }
    let vault = keys::vault(&config.master_key()?, &config.older_keys()?);
    let turned = super::runtime(config)?.block_on(async {
        let db = app::open_database(config).await?;
        db.migrate_to_serve().await?;
        let turned = keys::rotate::rotate(&db, &vault).await?;
        db.close().await;
        anyhow::Ok(turned)
    })?;
    drop(alone);
    let (resealed, current, lost) = (turned.resealed, turned.current, turned.lost.len());
    writeln!(
        io::stdout(),
        "sealed anew: {resealed}; already under the current key: {current}; unreadable: {lost}"
    )?;
    for (user, provider) in &turned.lost {
        super::complain(&format!("can't open the key of user {user} at {provider}"));
    }
    anyhow::ensure!(
        lost == 0,
        "{lost} stored keys can't be opened with any key given; nothing was changed about them"
    );
    MasterKey::forget_old(&config.storage.data_dir).context("removing the old key file")
}

fn renew(config: &Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.storage.encryption_key.is_none(),
        "the key is ENCRYPTION_KEY: set a new one there and the old one as ENCRYPTION_KEY_OLD, then run this without --new"
    );
    let folder = &config.storage.data_dir;
    let words = match MasterKey::replace(folder)? {
        true => "a new key is in",
        false => "an earlier change of keys is being finished; the key stays the one in",
    };
    writeln!(io::stdout(), "{words} {}", folder.join(MasterKey::FILE).display())?;
    Ok(())
}
