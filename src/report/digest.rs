//! The digest: ten lines for a mail or a chat, what needs a person first.
//!
//! Plain text. What others wrote cannot mention anybody, be a link, or look like ours in a chat program (`chat`).

use std::path::Path;

use crate::base::error::Result;
use crate::base::escape::{chat, shorten};
use crate::report::data::{ReportData, ReportNeeds, TopHost, is_alarming};
use crate::report::lang::story::{CHANGE_PASSWORDS, MORE_SUSPICIOUS, NOT_ALL_READ, NOTHING_READ, NOTHING_TO_DO};
use crate::report::lang::{BREAK_IN, Lang, Phrase, SUSPECT, TITLE};
use crate::report::page::{RenderOptions, Report};
use crate::report::story;
use crate::report::summary::headline;

/// How many lines there are at the most.
const LINES: usize = 10;
/// How many characters a line has at the most: a chat program shows no more without a click.
const LONGEST: usize = 300;

/// `--digest`.
#[derive(Debug)]
pub(crate) struct Digest;

impl Report for Digest {
    fn name(&self) -> &'static str {
        "digest"
    }

    fn about(&self) -> &'static str {
        "Write at most ten lines of text for a mail or a chat, what needs a person first; - is stdout"
    }

    fn needs(&self, _options: &RenderOptions) -> ReportNeeds {
        ReportNeeds { urgent: LINES, changed: LINES, ..ReportNeeds::default() }
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, _path: &Path) -> Result<Vec<u8>> {
        let mut text = lines(data, options).join("\n");
        text.push('\n');
        Ok(text.into_bytes())
    }
}

/// Whether no host was read.
pub(crate) const fn is_empty(data: &ReportData) -> bool {
    data.scored + data.unscored + data.outside == 0
}

/// What is to be known before anything else is believed.
pub(crate) fn warning(data: &ReportData) -> Option<Phrase> {
    if is_empty(data) { Some(NOTHING_READ) } else { (data.malformed > 0).then_some(NOT_ALL_READ) }
}

fn lines(data: &ReportData, options: &RenderOptions) -> Vec<String> {
    let lang = options.lang;
    let mut lines = vec![lang.pair(lang.say(TITLE), &headline(data, options))];
    lines.extend(data.tell_changes(lang, &chat));
    lines.extend(warning(data).map(|phrase| lang.say(phrase).to_owned()));
    if is_empty(data) {
        return lines;
    }
    if data.break_ins > 0 {
        lines.push(lang.say(CHANGE_PASSWORDS).to_owned());
    }
    let mut urgent = data.urgent(LINES);
    urgent.retain(|kept| kept.host.suspicious);
    // Break-ins, then what is new, then the others, each by score.
    urgent.sort_by_key(|kept| (!is_alarming(&kept.host), !kept.detail.change.as_ref().is_some_and(|change| change.is_newly_suspicious)));
    // Who was let in for the first time, whatever else it did.
    let mut let_in = data.changed(LINES);
    let_in.retain(|kept| {
        !kept.host.suspicious && kept.detail.change.as_ref().is_some_and(|change| change.is_newly_let_in || !change.opened.is_empty())
    });
    if urgent.is_empty() && let_in.is_empty() {
        lines.push(lang.say(NOTHING_TO_DO).to_owned());
        return lines;
    }
    let free = LINES - lines.len();
    let told_quiet = let_in.len().min(2).min(free.saturating_sub(1));
    // The last line says what is left out.
    let is_cut = data.suspicious > (free - told_quiet).min(urgent.len()) as u64;
    let shown = (free - told_quiet - usize::from(is_cut)).min(urgent.len());
    lines.extend(urgent[..shown].iter().map(|kept| line(kept, lang)));
    lines.extend(let_in[..told_quiet].iter().map(|kept| line(kept, lang)));
    let hidden = data.suspicious.saturating_sub(shown as u64);
    if hidden > 0 {
        lines.push(lang.fill(MORE_SUSPICIOUS, &[&lang.number(hidden)]));
    }
    lines
}

/// One host: what it is, what it did, what is new of it.
fn line(kept: &TopHost<'_>, lang: Lang) -> String {
    let mark = match &kept.host {
        host if is_alarming(host) => lang.say(BREAK_IN),
        host if host.suspicious => lang.say(SUSPECT),
        _ => "",
    };
    let change = kept.detail.change.as_ref().map(|change| change.tell(lang)).filter(|change| !change.is_empty());
    let mark = [mark, change.as_deref().unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let told = story::tell(&kept.host, lang, &|text| chat(text));
    shorten(&format!("- [{mark}] {told}"), LONGEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::report::data::Thresholds;

    fn data(lines: &[String]) -> String {
        let options = RenderOptions::default();
        let mut data = ReportData::new(Digest.needs(&options), Thresholds::default());
        for line in lines {
            data.add(&HostRecord::from_line(line.as_bytes()).expect("a host"), line.as_bytes());
        }
        data.close();
        String::from_utf8(Digest.page(&data, &options, Path::new("-")).expect("a page")).expect("UTF-8")
    }

    fn host(last: u8, user: &str) -> String {
        format!(
            r#"{{"ip":"192.0.2.{last}","score":{last},"suspicious":true,"rules":["{}"],"signals":{{"ssh_failed":{last},"ssh_accepted":1}},"failed_before_login":{last},"login_order":{{"failures":[1775973730,{last}],"logins":[1775974640,1],"latest":[{{"at":"2026-04-12T06:17:29Z","user":"{user}","method":"password","file":"auth.log","line":1}}]}}}}"#,
            if last == 1 { "ssh_breakin" } else { "ssh_bruteforce" }
        )
    }

    #[test]
    fn it_has_ten_lines_at_the_most_and_break_ins_come_first() {
        let many: Vec<_> = (1..30).map(|last| host(last, "root")).collect();
        let text = data(&many);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 10, "{text}");
        assert!(lines[2].starts_with("- [BREAK-IN] 192.0.2.1 tried to log in once") && lines[3].starts_with("- [suspicious] 192.0.2.29"));
        assert_eq!(lines[9], "and 22 more highly suspicious");
        assert!(data(&many[..3]).lines().count() == 5 && !data(&many[..3]).contains("more"));
        let quiet = r#"{"ip":"192.0.2.9","score":1,"signals":{"http_404":1}}"#.to_owned();
        assert_eq!(data(&[quiet]).lines().last(), Some("Nothing needs a person."));
        // A pipe that broke is no good news.
        assert_eq!(data(&[]).lines().last(), Some("No host was read, so nothing can be said."));
    }

    #[test]
    fn nobody_is_mentioned_and_nothing_is_a_link() {
        let text = data(&[host(1, "@everyone <!channel> <@U123> https://evil.example *x* [a](b) `c`")]);
        for bad in ["@everyone", "<!", "<@", "://", "evil.example", "*x*", "](", "`c"] {
            assert!(!text.contains(bad), "{bad}: {text}");
        }
        assert!(text.contains("(auth.log:1)") && text.lines().count() == 3, "{text}");
    }
}
