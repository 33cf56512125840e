//! `--color`, and what is said of the flags before there is a run: help, the version, what is wrong with them.

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::{ArgMatches, Command, ValueEnum};

use crate::base::error::{Error, Exit};
use crate::cli::mistake;
use crate::io::diagnostics::Paint;

/// The widest line of a help page: what every terminal has, and what is sent to others.
const WIDTH: usize = 80;

/// When there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless the environment asks for none.
    #[default]
    Auto,
    /// Wherever it goes.
    Always,
    /// Nowhere.
    Never,
}

impl Color {
    /// What this process was told, for what is said before its flags are read, or because they cannot be.
    pub(crate) fn of_process() -> Self {
        let words: Vec<_> = env::args_os().skip(1).take_while(|word| word != "--").collect();
        let value = words.iter().enumerate().rev().find_map(|(place, word)| match word.to_str()?.strip_prefix("--color")? {
            "" => words.get(place + 1)?.to_str(),
            more => more.strip_prefix('='),
        });
        value.and_then(|value| Self::from_str(value, false).ok()).unwrap_or_default()
    }

    /// Whether there is colour on `stream`.
    ///
    /// **Source:** <https://no-color.org>. `CLICOLOR_FORCE` is not looked at: what is sent to a file has the same bytes whatever
    /// the environment says.
    pub(crate) fn paint(self, stream: &impl IsTerminal) -> Paint {
        self.decide(stream.is_terminal(), env::var_os("NO_COLOR").as_deref(), env::var_os("TERM").as_deref())
    }

    fn decide(self, is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Paint {
        let is_refused = no_color.is_some_and(|value| !value.is_empty()) || term.is_none_or(|name| name.is_empty() || name == "dumb");
        match self {
            Self::Always => Paint::On,
            Self::Auto if is_terminal && !is_refused => Paint::On,
            Self::Auto | Self::Never => Paint::Off,
        }
    }
}

/// The flags of this process, which are those of `command`.
///
/// # Errors
/// The exit code, where help or the version was asked for and printed, or what is wrong with the flags was said.
pub fn read_flags(program: &'static str, command: Command) -> Result<ArgMatches, ExitCode> {
    read_flags_or(program, command, |_| None)
}

/// The same, where `explain` may know better what to say of an error.
///
/// # Errors
/// As there.
pub fn read_flags_or(
    program: &'static str,
    command: Command,
    explain: impl FnOnce(&clap::Error) -> Option<String>,
) -> Result<ArgMatches, ExitCode> {
    command.name(program).max_term_width(WIDTH).try_get_matches().map_err(|error| {
        if let Some(text) = explain(&error) {
            return crate::cli::conclude(program, &Err(Error::Usage(text)));
        }
        let given: Vec<_> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        answer(program, &mistake::mend(program, error, &given))
    })
}

/// Says what `error` has to say: a page on stdout, or on stderr what is wrong.
pub fn answer(program: &'static str, error: &clap::Error) -> ExitCode {
    let color = Color::of_process();
    if error.use_stderr() {
        // A stderr that cannot be written leaves the exit code to tell.
        let _ = io::stderr().write_all(mistake::reword(program, &show(&error.render(), color.paint(&io::stderr()))).as_bytes());
        return ExitCode::from(Exit::Failed.code());
    }
    crate::cli::conclude(program, &crate::cli::print(&show(&error.render(), color.paint(&io::stdout()))))
}

fn show(text: &StyledStr, paint: Paint) -> String {
    match paint {
        Paint::On => text.ansi().to_string(),
        Paint::Off => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_whose_user_wants_it() {
        let decide = |color: Color, is_terminal, no_color: Option<&str>, term: Option<&str>| {
            color.decide(is_terminal, no_color.map(OsStr::new), term.map(OsStr::new)) == Paint::On
        };
        for (is_terminal, no_color, term, is_on) in [
            (true, None, Some("xterm"), true),
            (true, Some(""), Some("xterm"), true),
            (true, Some("1"), Some("xterm"), false),
            (true, None, Some("dumb"), false),
            (true, None, None, false),
            (false, None, Some("xterm"), false),
        ] {
            let told = (is_terminal, no_color, term);
            assert_eq!(decide(Color::Auto, is_terminal, no_color, term), is_on, "{told:?}");
            assert!(decide(Color::Always, is_terminal, no_color, term) && !decide(Color::Never, is_terminal, no_color, term), "{told:?}");
        }
    }
}
