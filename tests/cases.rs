//! The cases in `tests/cases/FILTER/what_it_shows.toml`, with the input, output and messages beside them.
//!
//! `TRYCMD=overwrite cargo test --test cases` rewrites what they expect; review the diff.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cases/*/*.toml");
}
