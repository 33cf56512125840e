//! What `--generate` prints: the man page and the shell completions, made from the flags, so that no copy can grow old.
//!
//! A hidden flag, as in ripgrep: whoever has the program has its pages, without the sources and what builds their tests.

use clap::builder::PossibleValuesParser;
use clap::{Command, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::base::error::{Error, Exit, Result};
use crate::record::signal::SIGNALS;

/// One kind of page about a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// For man(1).
    Man,
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
}

impl Page {
    /// Prints this page of `program`, whose flags are those of `command`; a shell also completes the names of `known`.
    ///
    /// # Errors
    /// [`Error::Write`] where stdout cannot be written.
    pub fn print(self, program: &'static str, command: Command, known: &[Known]) -> Result<Exit> {
        let mut command = command.name(program).bin_name(program);
        let shell = match self {
            Self::Man => return crate::cli::print(&man(command)?),
            Self::Bash => Shell::Bash,
            Self::Zsh => Shell::Zsh,
            Self::Fish => Shell::Fish,
        };
        for flag in known {
            command = command.mut_arg(flag.id, |arg| arg.value_parser(PossibleValuesParser::new(&flag.names)));
        }
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut without_hidden(program, &command), program, &mut script);
        let mut script = String::from_utf8_lossy(&script).into_owned();
        for flag in known.iter().filter(|flag| flag.or_file) {
            script = flag.add_files(&script);
        }
        crate::cli::print(&script)
    }
}

/// A flag whose values a shell completes, though others are good, too.
#[derive(Debug)]
pub struct Known {
    /// What clap calls it.
    id: &'static str,
    names: Vec<&'static str>,
    /// Whether a value may be a file as well.
    or_file: bool,
}

impl Known {
    /// The names of a list.
    pub fn names(id: &'static str, names: impl IntoIterator<Item = &'static str>) -> Self {
        Self { id, names: names.into_iter().collect(), or_file: false }
    }

    /// The names that `--signals` takes.
    pub fn signals() -> Self {
        Self::names("signals", ["default", "all"].into_iter().chain(SIGNALS.iter().map(|signal| signal.name)))
    }

    /// The same, or a file.
    pub fn names_or_file(id: &'static str, names: impl IntoIterator<Item = &'static str>) -> Self {
        Self { or_file: true, ..Self::names(id, names) }
    }

    /// Where a shell completes the names alone, it is to complete files, too; bash does so where no name fits.
    fn add_files(&self, script: &str) -> String {
        let names = self.names.join(" ");
        let script = script.replace(&format!(":({names})'"), &format!(":{{compadd -- {names}; _files}}'"));
        let first = format!(" -r -f -a \"{}\\t", self.names.first().unwrap_or(&""));
        script.replace(&first, &first.replace("-f", "-F"))
    }
}

/// The same command without the flags that no help shows.
fn without_hidden(program: &'static str, command: &Command) -> Command {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set()).cloned();
    Command::new(program).version(env!("CARGO_PKG_VERSION")).args(shown)
}

/// The sections that clap knows, then those of the end of the help page under their own names.
fn man(command: Command) -> Result<String> {
    let end = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    // Pages without a date, so that the same source gives the same bytes; Man's own title drops what is empty.
    let title = format!(".TH {} 1 \"\" \"SOAR Light {}\" \"SOAR Light\"\n", command.get_name(), env!("CARGO_PKG_VERSION"));
    let synopsis = synopsis(command.clone());
    let man = Man::new(command);
    let mut page = title.into_bytes();
    let written = man
        .render_name_section(&mut page)
        .and_then(|()| synopsis.to_writer(&mut page))
        .and_then(|()| man.render_description_section(&mut page))
        .and_then(|()| man.render_options_section(&mut page))
        .and_then(|()| sections(&end).to_writer(&mut page));
    written.map_err(|error| Error::write("the page", &error))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// How the program is called, as its help says it: all flags in one sentence tell nobody anything.
fn synopsis(mut command: Command) -> Roff {
    let usage = command.render_usage().to_string();
    let words = usage.trim_start_matches("Usage:").trim();
    let (name, operands) = words.split_once(' ').unwrap_or((words, ""));
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]).text([bold(name), roman(format!(" {operands}"))]);
    roff
}

/// A line that is not indented names a section; what is below it is shown as it stands.
fn sections(text: &str) -> Roff {
    let mut roff = Roff::new();
    for section in text.split("\n\n") {
        let (name, lines) = section.split_once('\n').unwrap_or((section, ""));
        roff.control("SH", [name]).control("nf", []);
        for line in lines.lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_the_help_page_keep_their_names_and_lines() {
        let text = "INPUT\n  Logs.\n\nEXIT CODES\n  0  done\n  1  -x\n     .y";
        let expected = ".SH INPUT\n.nf\nLogs.\n.fi\n.SH \"EXIT CODES\"\n.nf\n0  done\n1  \\-x\n   .y\n.fi\n";
        assert!(sections(text).to_roff().ends_with(expected), "{}", sections(text).to_roff());
    }
}
