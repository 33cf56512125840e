//! What `--suggest` says beside the flags that it gives.

use crate::base::number::{agree, counted};
use crate::io::diagnostics::Diagnostics;
use crate::parse::suggest::{Proposal, Sample};

/// Says what flags that vouch would do: who gives them has to know that it is so.
pub(super) fn explain(best: &Proposal, contained: u64, diagnostics: &mut Diagnostics) {
    let Sample { bare, untrusted, requests, read, passed, rejected, .. } = &best.result;
    if *bare > 0 {
        let verb = agree(*bare, "is a message", "are messages");
        diagnostics.info(&format!(
            "{bare} of the rejects {verb} of sshd without a header: --program sshd reads such a log, if only sshd writes it"
        ));
    }
    if *untrusted > 0 {
        diagnostics.info(&format!(
            "{untrusted} untrusted: --trust-container PATTERN counts them, if these containers run the program that the lines name"
        ));
    }
    if contained > 0 {
        let verb = agree(contained, "is a login service's", "are login services'");
        diagnostics.info(&format!(
            "{} in the output of a container {verb}: --services NAME and --trust-container PATTERN count them, if these containers run that program",
            counted(contained, "line")
        ));
    }
    requests.proxy_hint(None).iter().for_each(|hint| diagnostics.info(hint));
    if *read == 0 && rejected.iter().any(|line| is_of_heroku(line)) {
        diagnostics.info(&format!("requests of Heroku's router, which names the client in X-Forwarded-For alone (fwd): {HEROKU} reads them, if Heroku wrote the log"));
    } else if best.result.total() == 0 {
        diagnostics.info("there is no line to look at");
    } else if *passed == best.result.total() {
        diagnostics.info("lines of other programs alone, with no login and no request: sshd writes to auth.log, secure or the journal");
    } else if let (0, Some(keys)) = (*read, rejected.first().and_then(|line| first_keys(line))) {
        diagnostics.info(&format!("JSON with keys of its own ({keys}): --json client=KEY,request=KEY,status=KEY names those of a request"));
    } else if *read == 0 && *bare + *untrusted + contained == 0 {
        diagnostics.info("no format reads these lines: --trace shows how far each came, docs/formats.md how to describe a format");
    }
}

/// What reads the lines of Heroku's router. The last address of the list is the one that Heroku saw.
const HEROKU: &str =
    "--log-format logfmt:forwarded=fwd,status=status,method=method,target=path,domain=host --client-from X-Forwarded-For --trust-log-peer";

/// **Source:** Heroku Dev Center, HTTP routing, router log format.
fn is_of_heroku(line: &str) -> bool {
    line.contains(" fwd=\"") && line.contains(" dyno=") && line.contains(" status=")
}

/// The first keys of a line of JSON.
fn first_keys(line: &str) -> Option<String> {
    const MOST: usize = 8;
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
    let more = if object.len() > MOST { ", ..." } else { "" };
    Some(object.keys().take(MOST).cloned().collect::<Vec<_>>().join(", ") + more)
}
