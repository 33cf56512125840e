//! The table of signals.

use super::*;

#[test]
fn names_are_unique_and_fit_in_a_set() {
    assert!(SIGNALS.len() <= 32);
    for (index, signal) in SIGNALS.iter().enumerate() {
        assert_eq!(index_of(signal.name), Some(index), "{} stands twice", signal.name);
    }
}
