//! `--log-format @FILE` and `@FILE:NAME`: the format as nginx.conf, a configuration of Apache or one of lighttpd has it.
//!
//! Takes a file, gives the text of the one directive that is asked for, as `--log-format` takes it. Files that it includes are read too, as the
//! server finds them: `*` in a name stands for any characters.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::bytes::Regex;

use crate::base::error::{Error, Result};
use crate::base::wildcard::expression_of;
use crate::parse::access::log_format::config_syntax::{FormatDirective, read_configuration};

/// How many files a configuration may be of.
const MOST_FILES: usize = 1024;

/// The directive that `given` (`FILE` or `FILE:NAME`) asks for.
///
/// # Errors
/// A usage error that names what there is.
pub(crate) fn find_format(given: &str) -> Result<String> {
    let (file, name) = match given.rsplit_once(':') {
        Some((file, name)) if !Path::new(given).exists() => (file, Some(name)),
        _ => (given, None),
    };
    let directives = read_files(Path::new(file)).map_err(|error| Error::Usage(format!("--log-format @{given}: {error}")))?;
    let names = || directives.iter().map(|found| if found.name.is_empty() { "one without a name" } else { &found.name });
    let there = || names().collect::<Vec<_>>().join(", ");
    let error = |what: String| Err(Error::Usage(format!("--log-format @{given}: {what}").replace(|c: char| c.is_control(), " ")));
    match (name, directives.as_slice()) {
        (_, []) => {
            error("neither it nor a file that it includes has a log_format, LogFormat, CustomLog with a format or accesslog.format".into())
        }
        (None, [only]) => Ok(only.text.clone()),
        (None, _) => error(format!("it has several formats ({}): name one with @{file}:NAME", there())),
        (Some(name), all) => match all.iter().filter(|found| found.name == name).collect::<Vec<_>>().as_slice() {
            [only] => Ok(only.text.clone()),
            [] => error(format!("it has no format {name}, only {}", there())),
            [first, more @ ..] if more.iter().all(|other| other.text == first.text) => Ok(first.text.clone()),
            _ => error(format!("it has several formats called {name}")),
        },
    }
}

/// The formats of a configuration and of the files that it includes, each file once. Those that cannot be read have none.
fn read_files(file: &Path) -> std::io::Result<Vec<FormatDirective>> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let (mut seen, mut formats) = (BTreeSet::new(), Vec::new());
    let first = read_configuration(&String::from_utf8_lossy(&std::fs::read(file)?));
    seen.insert(file.canonicalize().unwrap_or_else(|_| file.to_path_buf()));
    formats.extend(first.formats);
    // The last one first, so that they are read in order.
    let mut open: Vec<PathBuf> = first.includes.iter().rev().flat_map(|path| find_files(folder, path).into_iter().rev()).collect();
    while let Some(path) = open.pop() {
        if seen.len() >= MOST_FILES || !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            continue;
        }
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let found = read_configuration(&String::from_utf8_lossy(&bytes));
        formats.extend(found.formats);
        open.extend(found.includes.iter().rev().flat_map(|path| find_files(folder, path).into_iter().rev()));
    }
    Ok(formats)
}

/// The files that an include names, in order: beside the configuration where the path is none from the root. A folder stands for its files,
/// as Apache has it.
fn find_files(folder: &Path, include: &str) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    let path = folder.join(include);
    for part in path.components() {
        let name = part.as_os_str().to_string_lossy();
        found = if name.contains('*') {
            let pattern = Regex::new(&expression_of(&name, "."));
            let fits = |path: &PathBuf| {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                !name.starts_with('.') && pattern.as_ref().is_ok_and(|pattern| pattern.is_match(name.as_bytes()))
            };
            found.iter().flat_map(|folder| files_in(folder)).filter(fits).collect()
        } else {
            found.iter().map(|folder| folder.join(part)).collect()
        };
    }
    found.into_iter().flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).filter(|path| path.is_file()).collect()
}

/// What stands in a folder, by name.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut files: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn included_files_are_read_as_the_server_finds_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write(
            "nginx.conf",
            "http { include conf.d/*.conf; include none.conf; log_format own '$remote_addr $status'; include nginx.conf; }",
        );
        write("conf.d/b.conf", "log_format b '$status $remote_addr';");
        write("conf.d/a.conf", "server { include more/x; }");
        write("conf.d/.hidden.conf", "log_format hidden '$status';");
        write("more/x", "log_format x '$remote_addr $status 1';");
        write("apache.conf", "Include mods\n");
        write("mods/log.conf", "LogFormat \"%h %>s\" short\n");
        let main = folder.path().join("nginx.conf");
        let names: Vec<_> = read_files(&main).expect("a file").into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["own", "x", "b"]);
        let given = |name: &str| find_format(&folder.path().join(name).display().to_string()).expect("a format");
        assert_eq!(given("nginx.conf:x"), "log_format x '$remote_addr $status 1';");
        assert_eq!(given("apache.conf"), "LogFormat \"%h %>s\" short");
    }
}
