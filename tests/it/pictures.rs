//! The pictures of the documentation: a script draws them, and nothing else is among them.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{bash, bin, code, root, text};

/// What `scripts/pictures` says that it draws.
fn listed() -> Vec<String> {
    let output = bash(&format!("{}/scripts/pictures --list", root().display()));
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout).lines().map(ToOwned::to_owned).collect()
}

#[test]
fn a_script_names_every_picture_and_a_page_shows_it() {
    let there: BTreeSet<_> = fs::read_dir(root().join("docs/pictures"))
        .expect("a folder")
        .map(|file| text(file.expect("a file").file_name().as_encoded_bytes()))
        .collect();
    assert_eq!(there, listed().into_iter().collect());
    let pages = fs::read_dir(root().join("docs")).expect("a folder").filter_map(|page| fs::read_to_string(page.ok()?.path()).ok());
    let pages: String = pages.chain(fs::read_to_string(root().join("README.md"))).collect();
    for picture in there {
        assert!(pages.contains(&format!("pictures/{picture})")), "no page shows {picture}");
    }
}

#[test]
fn the_charts_have_the_bytes_that_the_script_draws() {
    let folder = tempfile::tempdir().expect("a folder");
    let built = bin("soar-parse").parent().expect("a folder").display().to_string();
    // Without a browser, whose pictures differ by version.
    let line = format!(
        "mkdir {0}/bin; for tool in bash dirname readlink mkdir mktemp rm; do ln -s \"$(command -v $tool)\" {0}/bin; done
        PATH={0}/bin bash {1}/scripts/pictures {built} {0}/drawn",
        folder.path().display(),
        root().display()
    );
    let output = bash(&line);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let charts: Vec<_> = listed().into_iter().filter(|name| !name.starts_with("page")).collect();
    assert!(charts.len() >= 3 && text(&output.stderr).contains("no Chromium: page.png page-phone.png stay as they are"));
    for name in charts {
        let [drawn, kept] = [folder.path().join("drawn").join(&name), root().join("docs/pictures").join(&name)];
        assert!(fs::read(drawn).expect("drawn") == fs::read(kept).expect("kept"), "{name} is not what scripts/pictures draws");
    }
}
