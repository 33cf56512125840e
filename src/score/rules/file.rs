//! A file of rules: TOML in, rules as they were written out, with the place of every part for messages.
//!
//! ```toml
//! [[rule]]
//! name = "ssh_spray"
//! when = ".users > 4 and .ssh_failed <= 3 * .users"
//! window = "10m"                      # optional
//! about = "many users, few tries each"  # optional
//! attack = "T1110.003"                # optional, a technique of MITRE ATT&CK
//! ```

use std::ops::Range;
use std::rc::Rc;

use serde::Deserialize;
use toml::Spanned;

use super::draft::{Draft, Origin, Part};
use super::shipped::{self, SETS};
use super::source::Source;
use crate::error::{Error, Result};
use crate::list;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    when: Spanned<String>,
    window: Option<Spanned<String>>,
    about: Option<String>,
    attack: Option<Spanned<String>>,
}

impl Source {
    /// What `--rules` calls `operand`: a set that comes with the program, or a file.
    pub(super) fn open(operand: &str) -> Result<Self> {
        let text = if let Some(set) = shipped::find(operand) {
            set.text.to_owned()
        } else {
            let names: Vec<_> = SETS.iter().map(|set| set.name).collect();
            list::read_file("--rules", &format!("{},", names.join(", ")), operand)?
        };
        Ok(Self { label: format!("--rules {operand}"), text })
    }

    /// The rules in it.
    pub(super) fn read(self) -> Result<Vec<Draft>> {
        let table: Table = toml::from_str(&self.text).map_err(|error| {
            let what = error.message().replace('\n', " ");
            self.wrong(error.span().map_or(0, |span| span.start), &what)
        })?;
        if table.rule.is_empty() {
            return Err(Error::Usage(format!("{}: there is no [[rule]] in it", self.label)));
        }
        let source = Rc::new(self);
        Ok(table.rule.into_iter().map(|entry| entry.draft(&source)).collect())
    }
}

impl Entry {
    fn draft(self, source: &Rc<Source>) -> Draft {
        let places = [
            (Part::Name, Some(&self.name)),
            (Part::When, Some(&self.when)),
            (Part::Window, self.window.as_ref()),
            (Part::Attack, self.attack.as_ref()),
        ];
        let places: Vec<(Part, Range<usize>)> = places.into_iter().filter_map(|(part, text)| Some((part, text?.span()))).collect();
        Draft {
            name: self.name.into_inner(),
            when: self.when.into_inner(),
            window: self.window.map(Spanned::into_inner),
            about: self.about,
            attack: self.attack.map(Spanned::into_inner),
            origin: Origin::File(Rc::clone(source), places),
        }
    }
}
