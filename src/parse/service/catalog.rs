//! The services of a run: those that ship with the program and are read by default, and those that the user asked for.
//!
//! sshd is read before all of them, by its own reader. The others are compiled when the first line needs one, since most logs need none.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ahash::RandomState;
use regex::bytes::Regex;

use crate::base::error::{Error, Result};
use crate::base::wildcard::expression_of;
use crate::parse::json::walk::KnownPaths;
use crate::parse::service::definition::Definition;
use crate::parse::service::keyed::{KeyedMatcher, KeyedSyntax};

/// The services of a run.
#[derive(Debug, Default)]
pub struct Services {
    /// Names of shipped services that the user asked for.
    named: Vec<&'static ShippedFile>,
    /// Services of the user's own.
    own: Vec<&'static Definition>,
    catalog: OnceLock<Catalog>,
}

/// Which service is meant by which program and line.
#[derive(Debug)]
pub struct Catalog {
    /// The services, each with whether the user asked for it.
    pub all: Vec<(&'static Definition, bool)>,
    exact: HashMap<&'static [u8], Vec<usize>, RandomState>,
    patterns: Vec<(Regex, usize)>,
    /// Those that write under any program's name.
    pub anywhere: Vec<usize>,
    /// The keys that messages of any service name, by syntax.
    known: [KnownPaths; 3],
    /// The services whose own files may hold a line, by its first byte.
    by_first_byte: OnceLock<Vec<Vec<usize>>>,
}

impl Services {
    /// The services that operands of `--services` name: a shipped one, `all`, a file, or a folder of files.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that is not known, or what is wrong with a file.
    pub fn from_operands(operands: &[String]) -> Result<Self> {
        let mut services = Self::default();
        for operand in operands {
            if is_path(operand) {
                for path in files(Path::new(operand))?.iter().filter(|path| !is_shipped_sshd(path)) {
                    services.own.push(Box::leak(Box::new(read_file(path)?)));
                }
                continue;
            }
            for name in operand.split(',') {
                if name == "all" {
                    services.named.extend(SHIPPED.iter());
                    continue;
                }
                let Some(file) = SHIPPED.iter().find(|file| file.name == name) else { return Err(unknown("--services", name)) };
                services.named.push(file);
            }
        }
        Ok(services)
    }

    /// One service alone.
    pub fn of(definition: &'static Definition) -> Self {
        let services = Self::default();
        // Nothing was there before.
        let _ = services.catalog.set(Catalog::new(vec![(definition, true)]));
        services
    }

    /// The services of the user's own.
    pub fn given(&self) -> impl Iterator<Item = &'static Definition> {
        self.own.iter().copied()
    }

    /// With the shipped service `name` too; whether there is one.
    pub fn add(&mut self, name: &str) -> bool {
        let shipped = SHIPPED.iter().find(|file| file.name == name);
        self.named.extend(shipped);
        shipped.is_some() || self.own.iter().any(|own| own.name == name)
    }

    /// The shipped service that messages of `program` may be of, where the run does not read them.
    pub(crate) fn find_unasked(program: &[u8]) -> Option<&'static str> {
        let program = std::str::from_utf8(program).ok().filter(|program| !BROAD_PROGRAMS.contains(program))?;
        let quoted = format!("\"{program}\"");
        let lists = |file: &&ShippedFile| {
            let start = file.text.find("\nprograms = ").map_or("", |at| &file.text[at..]);
            start.split_once(']').is_some_and(|(list, _)| list.contains(&quoted))
        };
        SHIPPED.iter().filter(|file| !file.is_verified()).find(lists).map(|file| file.name)
    }

    /// The services, compiled.
    pub fn catalog(&self) -> &Catalog {
        self.catalog.get_or_init(|| {
            let mut all: Vec<(&'static Definition, bool)> = self.own.iter().map(|&own| (own, true)).collect();
            for file in SHIPPED.iter().filter(|file| file.name != "sshd") {
                let is_named = self.named.iter().any(|named| std::ptr::eq(*named, file));
                let is_replaced = self.own.iter().any(|own| own.name == file.name);
                if (is_named || file.is_verified()) && !is_replaced {
                    all.push((file.definition(), is_named));
                }
            }
            Catalog::new(all)
        })
    }
}

impl Catalog {
    /// The service `name`.
    pub(super) fn find(&self, name: &str) -> Option<&'static Definition> {
        self.all.iter().map(|&(definition, _)| definition).find(|definition| definition.name == name)
    }

    /// The services of `all`.
    fn new(all: Vec<(&'static Definition, bool)>) -> Self {
        let mut exact: HashMap<&'static [u8], Vec<usize>, RandomState> = HashMap::default();
        let (mut patterns, mut anywhere) = (Vec::new(), Vec::new());
        for (index, (definition, _)) in all.iter().enumerate() {
            let units = definition.units.iter().map(String::as_str);
            for program in definition.programs.iter().map(String::as_str).chain(units) {
                match program {
                    "*" => anywhere.push(index),
                    _ if program.contains('*') => {
                        patterns.extend(Regex::new(&expression_of(program, ".")).ok().map(|pattern| (pattern, index)));
                    }
                    _ => {
                        let of_program = exact.entry(program.as_bytes()).or_default();
                        if !of_program.contains(&index) {
                            of_program.push(index);
                        }
                    }
                }
            }
        }
        let known = [KeyedSyntax::Json, KeyedSyntax::Logfmt, KeyedSyntax::Xml].map(|syntax| {
            let keyed = all.iter().flat_map(|(definition, _)| definition.keyed()).filter(|matcher| matcher.syntax == syntax);
            KnownPaths::of(keyed.flat_map(KeyedMatcher::paths))
        });
        Self { all, exact, patterns, anywhere, known, by_first_byte: OnceLock::new() }
    }

    /// The services that write under `program`: by itself, with a path, as an instance of a unit.
    pub(crate) fn of_program(&self, program: &[u8]) -> Vec<usize> {
        let base = if program.starts_with(b"/") { program.rsplit(|&b| b == b'/').next().unwrap_or_default() } else { program };
        let mut found = self.exact.get(base).cloned().unwrap_or_default();
        if let (true, Some(at)) = (base.ends_with(b".service"), memchr::memchr(b'@', base)) {
            let unit = [&base[..at], b".service"].concat();
            found.extend(self.exact.get(&*unit).into_iter().flatten());
        }
        for (pattern, index) in &self.patterns {
            if pattern.is_match(base) && !found.contains(index) {
                found.push(*index);
            }
        }
        found
    }

    /// The services whose own files may hold `line`, as far as its first byte tells, in their order.
    pub(crate) fn may_hold(&self, line: &[u8]) -> &[usize] {
        let of = |byte: u8| {
            let syntax = KeyedSyntax::of(&[byte]);
            let holds = |(definition, is_named): &(&Definition, bool)| {
                let mut lines = definition.lines.iter().filter(|own| *is_named || !own.is_forgeable);
                // Behind blanks an object may begin.
                lines.any(|own| own.may_begin(byte)) || definition.is_keyed(syntax) || byte.is_ascii_whitespace() && definition.has_keyed()
            };
            (0..self.all.len()).filter(|&index| holds(&self.all[index])).collect()
        };
        let lists = self.by_first_byte.get_or_init(|| (0..=u8::MAX).map(of).collect());
        line.first().map_or(&[], |&byte| &lists[usize::from(byte)])
    }

    /// The keys of a syntax that messages name.
    pub(crate) const fn known(&self, syntax: KeyedSyntax) -> &KnownPaths {
        &self.known[syntax as usize]
    }
}

/// Whether an operand is meant as a path, and not as the name of a service.
pub(crate) fn is_path(operand: &str) -> bool {
    operand.contains('/') || Path::new(operand).extension().is_some_and(|extension| extension == "toml") || Path::new(operand).is_dir()
}

/// The files of a folder, by name; or the file itself.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let fail = |source: std::io::Error| Error::read(&path.display().to_string(), &source);
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Error::Usage(format!("--services {}: no .toml file in this folder", path.display())));
    }
    files.sort();
    Ok(files)
}

/// A service's file, checked.
///
/// # Errors
/// What is wrong with it, with its place.
pub(crate) fn read_file(path: &Path) -> Result<Definition> {
    let text = fs::read_to_string(path).map_err(|source| Error::read(&path.display().to_string(), &source))?;
    let definition = Definition::parse(&text, &path.display().to_string())?;
    if definition.name == "sshd" {
        return Err(Error::Usage(format!(
            "{}: sshd's messages are read by a reader of their own, with the file that was built in, from which this one differs",
            path.display()
        )));
    }
    crate::parse::service::forgery::check(&definition).map_err(|what| Error::Usage(format!("{}: {what}", path.display())))?;
    Ok(definition)
}

/// Whether a file is that of sshd which was built in: it is read anyway.
pub(crate) fn is_shipped_sshd(path: &Path) -> bool {
    let is_it = |text: String| SHIPPED.iter().any(|file| file.name == "sshd" && file.text == text);
    path.file_name().is_some_and(|name| name == "sshd.toml") && fs::read_to_string(path).is_ok_and(is_it)
}

/// What is said of a name that no service has.
pub fn unknown(flag: &str, name: &str) -> Error {
    let close = SHIPPED.iter().map(|file| file.name).filter(|known| known.contains(name) || name.contains(known)).collect::<Vec<_>>();
    let hint = if close.is_empty() { "--list-services shows all".to_owned() } else { format!("did you mean {}?", close.join(", ")) };
    Error::Usage(format!("{flag}: no service is called {name:?}; {hint}; a file or folder has a / or ends in .toml"))
}

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
    pub fn is_verified(&self) -> bool {
        !self.text.lines().take_while(|line| !line.starts_with('[')).any(|line| line.starts_with("verified = false"))
    }

    /// The service; a test reads every file, so none is wrong.
    ///
    /// # Panics
    /// Where a file that was built in is no service's.
    pub fn definition(&self) -> &Definition {
        self.definition.get_or_init(|| match Definition::of_shipped(self.text, self.name) {
            Ok(definition) => definition,
            Err(error) => panic!("services/{}.toml: {error}", self.name),
        })
    }
}

/// The service that is called `name`.
///
/// # Panics
/// Where there is none.
pub fn named(name: &str) -> &'static Definition {
    SHIPPED.iter().find(|file| file.name == name).map_or_else(|| panic!("services/{name}.toml is missing"), ShippedFile::definition)
}

/// Names under which much is logged that is no login: they say nothing of a service.
const BROAD_PROGRAMS: &[&str] = &[
    "kernel", "system", "auth", "login", "logger", "admin", "audit", "core", "php", "php-fpm", "remote", "ssl", "http", "https", "server",
];

macro_rules! shipped {
    ($($name:literal)*) => {
        [$(ShippedFile::new($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/services/", $name, ".toml")))),*]
    };
}

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_is_shipped_is_read_and_checked_as_a_users_would_be() {
        for file in &SHIPPED {
            assert!(Definition::parse(file.text, file.name).is_ok(), "{:?}", Definition::parse(file.text, file.name).err());
        }
    }
}
