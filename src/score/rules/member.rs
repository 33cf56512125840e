//! What a rule reads of `enrich`, `scan` and `services`, which are JSON: paths into them, and the values that they lead to.
//!
//! A rule sees of them only what its paths lead to, so that verdicts are remembered by these values and not by all that a stage says
//! of an address.

use std::sync::Arc;

use jaq_json::{Map, Rc, Val};

use crate::base::escape::shorten;
use crate::record::host::explain::Observed;
use crate::record::json::member;

/// The keys of a host that are objects of JSON, and what they are.
pub(crate) const JSON_FACTS: &[(&str, &str)] = &[
    ("enrich", "what other stages know of the address: .enrich.as.number"),
    ("scan", "what soar-scan found, where it ran before: .scan.open_ports"),
    ("services", "logins refused and let in, by service: .services.dovecot"),
];

/// How much of a value is told to people, in characters.
const MOST_SHOWN: usize = 200;

/// A path from the host into one of [`JSON_FACTS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemberPath {
    /// The key of the host, then those inside it.
    keys: Arc<[String]>,
    name: String,
}

impl MemberPath {
    /// The path of `keys`, if it leads into one of [`JSON_FACTS`].
    pub(crate) fn of(keys: &[String]) -> Option<Self> {
        let is_one = keys.first().is_some_and(|first| JSON_FACTS.iter().any(|(key, _)| key == first));
        is_one.then(|| Self { keys: keys.into(), name: keys.join(".") })
    }

    /// Every value of all of [`JSON_FACTS`].
    pub(crate) fn all() -> Vec<Self> {
        JSON_FACTS.iter().filter_map(|(key, _)| Self::of(&[(*key).to_owned()])).collect()
    }

    /// The key of the host.
    pub(crate) fn fact(&self) -> &str {
        &self.keys[0]
    }

    /// How people write it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What it leads to in `json`.
    pub(crate) fn find(&self, json: &str, found: &mut MemberValue) {
        found.json.clear();
        if let Some((steps, value)) = member::follow(json, &self.keys[1..]).filter(|_| !json.is_empty()) {
            found.steps = steps + 1;
            found.json.push_str(value);
        }
    }
}

/// What a path leads to: compact JSON, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct MemberValue {
    /// How many keys lead there: where one on the way is no object, fewer than the path has, and jq says so.
    steps: usize,
    json: String,
}

impl MemberValue {
    /// Whether there is anything but null.
    pub(crate) fn is_told(&self) -> bool {
        !self.json.is_empty() && self.json != "null"
    }

    /// Whether it is `true`.
    pub(crate) fn is_true(&self) -> bool {
        self.json == "true"
    }

    /// It as jq sees it; `None` where a value on the way is no object.
    pub(crate) fn to_value(&self, path: &MemberPath) -> Option<Val> {
        if self.json.is_empty() {
            return Some(Val::Null);
        }
        let is_whole = self.steps == path.keys.len();
        jaq_json::read::parse_single(self.json.as_bytes()).ok().filter(|_| is_whole)
    }

    /// Puts it into the object that a rule sees.
    pub(crate) fn put(&self, path: &MemberPath, map: &mut Map) {
        if let Some(value) = jaq_json::read::parse_single(self.json.as_bytes()).ok().filter(|_| !self.json.is_empty()) {
            put(map, &path.keys[..self.steps], value);
        }
    }

    /// What is told to people.
    pub(crate) fn observed(&self) -> Observed {
        if let Ok(count) = self.json.parse() {
            return Observed::Count(count);
        }
        let text = member::text_of(&self.json).unwrap_or_else(|| (&*self.json).into());
        Observed::Text(shorten(&text, MOST_SHOWN).into_owned())
    }
}

fn put(map: &mut Map, keys: &[String], value: Val) {
    let [key, rest @ ..] = keys else { return };
    let key = Val::from(key.clone());
    if rest.is_empty() {
        map.insert(key, value);
    } else if let Val::Obj(inner) = map.entry(key).or_insert_with(|| Val::Obj(Rc::new(Map::default()))) {
        put(Rc::make_mut(inner), rest, value);
    }
}
