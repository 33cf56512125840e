use std::io::Write as _;
use std::process::Command;

use super::*;

fn hash_of<K: std::hash::Hash>(map: &Map<K>, key: K) -> u64 {
    std::hash::BuildHasher::hash_one(map.hasher(), key)
}

#[test]
fn each_run_hashes_addresses_by_a_key_of_its_own() {
    const INSIDE: &str = "SOAR_TEST_HASHES";
    const NAME: &str = "aggregate::table::tests::each_run_hashes_addresses_by_a_key_of_its_own";
    let table = Table::default();
    let hashes = [hash_of(&table.v4, 1), hash_of(&table.v6, 1), table.files.hash_of("a.log"), table.names.hash_of("zeta")];
    if std::env::var_os(INSIDE).is_some() {
        writeln!(std::io::stdout(), "{INSIDE}={hashes:?}").expect("written");
        return;
    }
    let other = || {
        let mut this = Command::new(std::env::current_exe().expect("a program"));
        let output = this.args([NAME, "--exact", "--nocapture"]).env(INSIDE, "1").output().expect("it runs");
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        let hashes = output.split_once(INSIDE).and_then(|(_, rest)| rest.split_once('[')?.1.split_once(']'));
        hashes.expect("hashes").0.split(", ").map(|hash| hash.parse().expect("a hash")).collect::<Vec<u64>>()
    };
    for ((one, two), own) in other().into_iter().zip(other()).zip(hashes) {
        assert!(one != two && one != own && two != own, "{one} {two} {own}");
    }
}
