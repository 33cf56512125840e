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
//!
//! Rules over groups of hosts stand in it as `[[group]]`: see [`group`](crate::score::rules::group).

use std::ops::Range;
use std::rc::Rc;

use serde::Deserialize;
use toml::Spanned;

use crate::base::error::{Error, Result};
use crate::base::list_file;
use crate::score::rules::builtin;
use crate::score::rules::builtin::SETS;
use crate::score::rules::group::RawGroup;
use crate::score::rules::raw_rule::{RawRule, RuleOrigin, RulePart};
use crate::score::rules::source::RuleText;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<FileRule>,
    #[serde(default)]
    group: Vec<FileGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileGroup {
    name: Spanned<String>,
    by: Spanned<String>,
    when: Spanned<String>,
    member: Option<Spanned<String>>,
    about: Option<String>,
    attack: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    name: Spanned<String>,
    when: Spanned<String>,
    window: Option<Spanned<String>>,
    about: Option<String>,
    attack: Option<Spanned<String>>,
}

impl RuleText {
    /// What `--rules` calls `operand`: a set that comes with the program, or a file.
    pub(crate) fn open(operand: &str) -> Result<Self> {
        let set = builtin::find(operand);
        let text = if let Some(set) = set {
            set.text.to_owned()
        } else {
            let names: Vec<_> = SETS.iter().map(|set| set.name).collect();
            list_file::read_file("--rules", &format!("{},", names.join(", ")), operand)?
        };
        Ok(Self { label: format!("--rules {operand}"), text, is_shipped: set.is_some() })
    }

    /// The rules in it, those over hosts and those over groups.
    pub(crate) fn read(self) -> Result<(Vec<RawRule>, Vec<RawGroup>)> {
        let table: RuleFile = toml::from_str(&self.text).map_err(|error| {
            let what = error.message().replace('\n', " ");
            self.wrong(error.span().map_or(0, |span| span.start), &what)
        })?;
        if table.rule.is_empty() && table.group.is_empty() {
            return Err(Error::Usage(format!("{}: there is no [[rule]] and no [[group]] in it", self.label)));
        }
        let source = Rc::new(self);
        let groups = table.group.into_iter().map(|entry| entry.draft(&source)).collect();
        Ok((table.rule.into_iter().map(|entry| entry.draft(&source)).collect(), groups))
    }
}

impl FileRule {
    fn draft(self, source: &Rc<RuleText>) -> RawRule {
        let places = [
            (RulePart::Name, Some(&self.name)),
            (RulePart::When, Some(&self.when)),
            (RulePart::Window, self.window.as_ref()),
            (RulePart::Attack, self.attack.as_ref()),
        ];
        let places: Vec<(RulePart, Range<usize>)> = places.into_iter().filter_map(|(part, text)| Some((part, text?.span()))).collect();
        RawRule {
            name: self.name.into_inner(),
            when: self.when.into_inner(),
            window: self.window.map(Spanned::into_inner),
            about: self.about,
            attack: self.attack.map(Spanned::into_inner),
            origin: RuleOrigin::File(Rc::clone(source), places),
        }
    }
}

impl FileGroup {
    fn draft(self, source: &Rc<RuleText>) -> RawGroup {
        let Self { name, by, when, member, about, attack } = self;
        let member_place = member.as_ref().map(Spanned::span);
        let named = [(RulePart::Name, name.span()), (RulePart::By, by.span())];
        let placed = |when: Range<usize>| {
            let attack = attack.as_ref().map(|attack| (RulePart::Attack, attack.span()));
            let places = named.iter().cloned().chain([(RulePart::When, when)]).chain(attack).collect();
            RuleOrigin::File(Rc::clone(source), places)
        };
        let (of_group, of_member) = (placed(when.span()), member_place.map(placed));
        let (name, attack) = (name.into_inner(), attack.map(Spanned::into_inner));
        let draft = |when, origin| RawRule { name: name.clone(), when, window: None, about: about.clone(), attack: attack.clone(), origin };
        let member = member.zip(of_member).map(|(member, origin)| draft(member.into_inner(), origin));
        RawGroup { rule: draft(when.into_inner(), of_group), by: by.into_inner(), member }
    }
}
