//! Who claims to be a crawler, and whether its owner's published ranges, or names that were looked up, say so too.
//!
//! A table of crawlers says by which texts a user agent claims to be one, and what can prove it. Nothing is looked up here: what no
//! `--list` and no `--rdns` can tell is not known.

use std::net::IpAddr;

use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

use crate::base::error::{Error, Result};
use crate::base::list_file;
use crate::enrich::sources::{CRAWLER, Sources};
use crate::record::json::member::{member, text_of};

/// The table that comes with the program.
const SHIPPED: &str = include_str!("crawlers.toml");
/// What `--crawlers` calls it.
pub(crate) const DEFAULT: &str = "default";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CrawlerFile {
    crawler: Vec<Crawler>,
}

/// A crawler that can be told from impostors.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Crawler {
    /// What a claim to be it is called.
    name: String,
    /// Texts of which a user agent that claims to be it has one.
    agents: Vec<String>,
    /// The name of the list that holds its owner's ranges.
    list: Option<String>,
    /// How the names of its addresses end.
    #[serde(default)]
    rdns: Vec<String>,
    /// Where its owner says so.
    #[serde(rename = "source")]
    _source: Option<String>,
}

/// The crawlers of a run.
#[derive(Debug)]
pub(crate) struct Crawlers {
    list: Vec<Crawler>,
    agents: RegexSet,
    /// The crawler of each of `agents`.
    owners: Vec<usize>,
}

/// What is known of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The address is the owner's.
    Verified,
    /// It is somebody else's.
    Impostor,
    /// No file of this run can tell.
    Unknown,
}

impl Crawlers {
    /// Reads the table that `--crawlers` calls `operand`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a file that cannot be read, or a table that is not well made, with the place.
    pub(crate) fn open(operand: &str) -> Result<Self> {
        let text = if operand == DEFAULT { SHIPPED.to_owned() } else { list_file::read_file("--crawlers", "default,", operand)? };
        let wrong = |what: &str| Error::Usage(format!("--crawlers {operand}: {what}"));
        let file: CrawlerFile = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            wrong(&format!("line {line}: {}", error.message().replace('\n', " ")))
        })?;
        let list = file.crawler;
        if let Some(empty) = list.iter().find(|crawler| crawler.agents.iter().any(String::is_empty) || crawler.agents.is_empty()) {
            return Err(wrong(&format!("{} has no agent, or an empty one", empty.name)));
        }
        let owned = list.iter().enumerate().flat_map(|(index, crawler)| crawler.agents.iter().map(move |agent| (index, agent)));
        let (owners, agents): (Vec<_>, Vec<_>) = owned.map(|(index, agent)| (index, regex::escape(agent))).unzip();
        let agents =
            RegexSetBuilder::new(agents).case_insensitive(true).unicode(false).build().map_err(|error| wrong(&error.to_string()))?;
        Ok(Self { list, agents, owners })
    }

    /// The crawler that `agent` claims to be: of several, the first in the table.
    pub(crate) fn claimed(&self, agent: &[u8]) -> Option<usize> {
        self.agents.matches(agent).iter().map(|index| self.owners[index]).min()
    }

    /// Whether `ip` is an address of the crawler at `index`.
    pub(crate) fn check(&self, index: usize, ip: IpAddr, sources: &Sources) -> Claim {
        let crawler = &self.list[index];
        let of_list = crawler.list.as_ref().and_then(|list| sources.lists.binary_search(list).ok());
        let of_list = of_list.map(|list| sources.is_on(ip, list));
        let names = sources.names.as_ref().map_or(&[][..], |names| names.find(ip));
        let is_owners = |name: &str| crawler.rdns.iter().any(|end| name.len() > end.len() && name.ends_with(end.as_str()));
        let of_names = (!names.is_empty() && !crawler.rdns.is_empty()).then(|| names.iter().any(|name| is_owners(name)));
        match (of_list, of_names) {
            (Some(true), _) | (_, Some(true)) => Claim::Verified,
            (None, None) => Claim::Unknown,
            _ => Claim::Impostor,
        }
    }

    /// The crawler that a claim calls `name`.
    pub(crate) fn named(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|crawler| crawler.name == name)
    }

    /// The crawler that `ip` is an address of, whatever it claims: of several, the first in the table.
    pub(crate) fn owner(&self, ip: IpAddr, sources: &Sources) -> Option<usize> {
        if sources.lists_of(ip).is_empty() && sources.names.as_ref().is_none_or(|names| names.find(ip).is_empty()) {
            return None;
        }
        (0..self.list.len()).find(|&index| self.check(index, ip, sources) == Claim::Verified)
    }

    /// What there is to say of a host at `ip` of which other stages know `enrich`: a host has no agent, so a claim is one that its events
    /// made. Without one, whether the address is a crawler's.
    pub(crate) fn of_host(&self, ip: IpAddr, enrich: Option<&str>, sources: &Sources) -> Option<(Claim, String)> {
        let known = enrich.and_then(|enrich| member(enrich, CRAWLER));
        let claims = known.and_then(|known| text_of(member(known, "claims")?));
        match (claims, known) {
            (Some(claims), Some(known)) => {
                let checked = self.named(&claims).map(|index| (index, self.check(index, ip, sources)));
                // What no file of this run can tell stays as it was told.
                let told = checked.filter(|(_, claim)| *claim != Claim::Unknown);
                Some(told.map_or_else(|| (Claim::Unknown, known.to_owned()), |(index, claim)| (claim, self.to_json(index, claim))))
            }
            _ => self.owner(ip, sources).map(|index| (Claim::Verified, self.owner_json(index))),
        }
    }

    /// `enrich.crawler` of an address of which no claim is known, as JSON.
    fn owner_json(&self, index: usize) -> String {
        format!("{{\"is\":{},\"verified\":true}}", serde_json::Value::from(self.list[index].name.as_str()))
    }

    /// `enrich.crawler` of a claim, as JSON.
    pub(crate) fn to_json(&self, index: usize, claim: Claim) -> String {
        let name = serde_json::Value::from(self.list[index].name.as_str());
        match claim {
            Claim::Unknown => format!("{{\"claims\":{name}}}"),
            known => format!("{{\"claims\":{name},\"verified\":{}}}", known == Claim::Verified),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_well_made_and_knows_claims() {
        let crawlers = Crawlers::open(DEFAULT).expect("a table");
        for (agent, name) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Some("googlebot")),
            ("Mozilla/5.0 AppleWebKit/537.36; compatible; gptbot/1.2; +https://openai.com/gptbot", Some("gptbot")),
            ("Mozilla/5.0 (compatible; bingbot/2.0)", Some("bingbot")),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", None),
            ("ExampleBot/1.0", None),
        ] {
            assert_eq!(crawlers.claimed(agent.as_bytes()).map(|index| &*crawlers.list[index].name), name, "{agent}");
        }
        for crawler in &crawlers.list {
            assert!(crawler.list.is_some() || !crawler.rdns.is_empty(), "nothing proves {}", crawler.name);
            assert!(crawler.rdns.iter().all(|end| end.starts_with('.') && *end == end.to_ascii_lowercase()), "{}", crawler.name);
        }
    }
}
