//! What was made once and is asked for again: painted code and formulas, by content.
//!
//! The tail is rendered at every push and finishing renders all; neither paints code nor converts a formula twice.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::block::Block;
use super::math::{self, Formula};

#[derive(Debug, Default)]
pub(super) struct Memory {
    hasher: RandomState,
    code: HashMap<u64, Block>,
    formulas: HashMap<u64, String>,
}

impl Memory {
    pub(super) fn insert_code(&mut self, info: &str, literal: &str, block: Block) {
        self.code.insert(self.hasher.hash_one((info, literal)), block);
    }

    pub(super) fn code(&self, info: &str, literal: &str) -> Option<&Block> {
        self.code.get(&self.hasher.hash_one((info, literal)))
    }

    /// Each formula as HTML; those not known yet are converted, all at once.
    pub(super) fn formulas(&mut self, wanted: &[Formula]) -> Vec<String> {
        let keys: Vec<u64> = wanted.iter().map(|formula| self.hasher.hash_one(formula)).collect();
        let (mut unknown, mut unknown_keys) = (Vec::new(), Vec::new());
        for (formula, key) in wanted.iter().zip(&keys) {
            if !self.formulas.contains_key(key) && !unknown_keys.contains(key) {
                unknown.push(formula.clone());
                unknown_keys.push(*key);
            }
        }
        if !unknown.is_empty() {
            self.formulas.extend(unknown_keys.into_iter().zip(math::html(&unknown)));
        }
        keys.iter().map(|key| self.formulas.get(key).cloned().unwrap_or_default()).collect()
    }
}
