//! What rendering costs, counted in bytes so that tests can hold the growth law without a clock. Free outside tests.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static PARSED: Cell<u64> = const { Cell::new(0) };
    static CLEANED: Cell<u64> = const { Cell::new(0) };
    static HIGHLIGHTED: Cell<u64> = const { Cell::new(0) };
    static FORMULATED: Cell<u64> = const { Cell::new(0) };
}

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident, $cell:ident) => {
        $(#[$doc])*
        pub(super) fn $name(bytes: usize) {
            #[cfg(test)]
            $cell.set($cell.get() + bytes as u64);
            #[cfg(not(test))]
            let _ = bytes;
        }
    };
}

counter!(/** Bytes given to the parser. */ parsed, PARSED);
counter!(/** Bytes given to the sanitiser. */ cleaned, CLEANED);
counter!(/** Bytes given to the highlighter. */ highlighted, HIGHLIGHTED);
counter!(/** Bytes of formulas given to the converters. */ formulated, FORMULATED);

/// (parsed, cleaned, highlighted, formulated) bytes on this thread since the last call.
#[cfg(test)]
pub(super) fn take() -> (u64, u64, u64, u64) {
    (PARSED.take(), CLEANED.take(), HIGHLIGHTED.take(), FORMULATED.take())
}
