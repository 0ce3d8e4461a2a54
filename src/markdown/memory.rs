//! What was made once and is asked for again: painted code and formulas, by content.
//!
//! The tail is rendered at every push and finishing renders all; neither paints code nor converts a formula twice.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::block::Block;
use super::math::{self, Formula};

/// Different formulas of one text that are converted; of those behind them the source is shown.
pub(super) const FORMULAS: usize = 2_000;
/// The same for the bytes of them all.
pub(super) const FORMULA_BYTES: usize = 128 << 10;

#[derive(Debug, Default)]
pub(super) struct Memory {
    hasher: RandomState,
    code: HashMap<u64, Block>,
    formulas: HashMap<u64, String>,
    /// The formulas within the limits, and their bytes.
    counted: HashSet<u64>,
    counted_bytes: usize,
}

impl Memory {
    pub(super) fn insert_code(&mut self, info: &str, literal: &str, block: Block) {
        self.code.insert(self.hasher.hash_one((info, literal)), block);
    }

    pub(super) fn code(&self, info: &str, literal: &str) -> Option<&Block> {
        self.code.get(&self.hasher.hash_one((info, literal)))
    }

    /// Begins to count the formulas anew. What is known already counts like everything else, so that which of them are
    /// converted is said by the text that is rendered next and by nothing before it.
    pub(super) fn count_anew(&mut self) {
        self.counted.clear();
        self.counted_bytes = 0;
    }

    /// Each formula as HTML; those not known yet are converted, all at once, those beyond the limits never.
    pub(super) fn formulas(&mut self, wanted: &[Formula]) -> Vec<String> {
        let keys: Vec<u64> = wanted.iter().map(|formula| self.hasher.hash_one(formula)).collect();
        let (mut unknown, mut unknown_keys) = (Vec::new(), HashSet::new());
        let mut order = Vec::new();
        for (formula, key) in wanted.iter().zip(&keys) {
            if self.counts(*key, formula) && !self.formulas.contains_key(key) && unknown_keys.insert(*key) {
                unknown.push(formula.clone());
                order.push(*key);
            }
        }
        if !unknown.is_empty() {
            self.formulas.extend(order.into_iter().zip(math::html(&unknown)));
        }
        let html = |(formula, key): (&Formula, &u64)| {
            let known = self.counted.contains(key).then(|| self.formulas.get(key).cloned()).flatten();
            known.unwrap_or_else(|| formula.source())
        };
        wanted.iter().zip(&keys).map(html).collect()
    }

    fn counts(&mut self, key: u64, formula: &Formula) -> bool {
        if self.counted.contains(&key) {
            return true;
        }
        let bytes = self.counted_bytes + formula.latex.len();
        let fits = self.counted.len() < FORMULAS && bytes <= FORMULA_BYTES;
        if fits {
            self.counted.insert(key);
            self.counted_bytes = bytes;
        }
        fits
    }
}
