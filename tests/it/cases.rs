//! The cases in `tests/cases/FILTER/TOPIC/what_it_shows.toml`, with the input, output and messages beside them.
//!
//! `TRYCMD=overwrite cargo test --test it cases::` rewrites what they expect; review the diff.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cases/*/*/*.toml");
}
