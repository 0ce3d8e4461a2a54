//! What a figure is held against.

/// A bound with its verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// The figure must not be above it.
    AtMost(f64),
    /// The figure must not be below it.
    AtLeast(f64),
    /// Only told.
    None,
}

impl Budget {
    /// As the table shows it.
    pub fn text(self, unit: &str) -> String {
        match self {
            Self::AtMost(bound) => format!("≤ {bound}{unit}"),
            Self::AtLeast(bound) => format!("≥ {bound}{unit}"),
            Self::None => String::new(),
        }
    }

    /// By which factor it is missed; 1 or less is kept. `None` when there is none.
    pub fn missed_by(self, figure: f64) -> Option<f64> {
        match self {
            // Nothing is allowed and nothing is there: kept.
            Self::AtMost(bound) if figure <= bound => Some(if bound == 0.0 { 0.0 } else { figure / bound }),
            Self::AtMost(bound) => Some(figure / bound),
            Self::AtLeast(bound) => Some(bound / figure),
            Self::None => None,
        }
    }

    /// `ok`, or by how much not.
    pub fn verdict(self, figure: f64) -> String {
        match self.missed_by(figure) {
            None => String::new(),
            Some(by) if by <= 1.0 => "ok".to_owned(),
            Some(by) if by.is_finite() => format!("MISS by {by:.2}×"),
            Some(_) => "MISS".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_says_by_how_much() {
        assert_eq!(Budget::AtMost(2.0).verdict(2.0), "ok");
        assert_eq!(Budget::AtMost(2.0).verdict(3.0), "MISS by 1.50×");
        assert_eq!(Budget::AtLeast(100.0).verdict(50.0), "MISS by 2.00×");
        assert_eq!(Budget::None.verdict(1.0), "");
    }
}
