//! Lists the files in `services/`, so that a service is added by its file alone.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=services");
    let mut names = Vec::new();
    for entry in fs::read_dir("services")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            names.extend(path.file_stem().map(|name| format!("{:?}", name.to_string_lossy())));
        }
    }
    names.sort();
    let table = format!(
        "/// Every shipped service, by name.\npub static SHIPPED: [ShippedFile; {}] = shipped![{}];\n",
        names.len(),
        names.join(" ")
    );
    let folder = env::var_os("OUT_DIR").ok_or(io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&folder).join("shipped.rs"), table)
}
