//! The services that ship with the program, one file each in `services/`.

use std::sync::OnceLock;

use crate::parse::service::definition::Definition;

/// A file of a service.
#[derive(Debug)]
pub struct ShippedFile {
    /// What the service is called.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
    definition: OnceLock<Definition>,
}

impl ShippedFile {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, definition: OnceLock::new() }
    }

    /// Whether the service is read unless flags say otherwise. The head of a file says so before its first table.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        !self.text.lines().take_while(|line| !line.starts_with('[')).any(|line| line.starts_with("verified = false"))
    }

    /// The service; a test reads every file, so none is wrong.
    ///
    /// # Panics
    /// Where a file that was built in is no service's.
    pub fn definition(&self) -> &Definition {
        self.definition.get_or_init(|| match Definition::parse(self.text, self.name) {
            Ok(definition) => definition,
            Err(error) => panic!("services/{}.toml: {error}", self.name),
        })
    }
}

/// The service that is called `name`.
///
/// # Panics
/// Where there is none.
#[must_use]
pub fn named(name: &str) -> &'static Definition {
    SHIPPED.iter().find(|file| file.name == name).map_or_else(|| panic!("services/{name}.toml is missing"), ShippedFile::definition)
}

macro_rules! shipped {
    ($($name:literal)*) => {
        [$(ShippedFile::new($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/services/", $name, ".toml")))),*]
    };
}

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
