//! How long a stream may be silent before it gives a sign of life.

use std::time::Duration;

use rand::RngExt as _;

/// The time until the next ping: between two thirds of `most` and all of it. Those who connected, or heard something, at
/// the same moment would otherwise all be woken at the same moment, each time.
pub(super) fn silence(most: Duration) -> Duration {
    most.mul_f32(rand::rng().random_range(0.67..1.0))
}
