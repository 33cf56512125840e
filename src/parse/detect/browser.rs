//! The shape of a person's program: what tells a browser, a webview, a television or a phone from a tool that only fetches.
//!
//! Takes a user agent, says whether a person may sit behind it. It knows how such agents are built, not every name of
//! one: an agent with neither engine nor device, or with an address to complain to, is a tool's.
//!
//! **Source:** MDN, `User-Agent`; WHATWG Compatibility section 4.1; ETSI TS 102 796 section 7.3.2.4 (`HbbTV`); the agents in
//! `tests/agents` hold the patterns to it.

use std::sync::LazyLock;

use memchr::memchr;
use regex::bytes::Regex;

/// An address of whoever runs the tool: a URL, a mail address, also obfuscated, or a bare domain.
const CONTACT: &str = concat!(
    r"https?[:%]|\bwww\.|mailto",
    r"|[\w.+-]+(?:@|\(at\)|\[at\]| at )[\w-]+(?:\.|\(dot\)|\[dot\]| dot )[a-z]{2,}",
    r"|\+[a-z][\w.-]*\.[a-z]{2,}",
    r"|(?:^|[ (;])[a-z0-9-]+\.(?:com|org|net|io|info|de|fr|ru|eu|co|ai)\b",
);

/// People's programs that carry an address all the same: televisions, controls inside Internet Explorer, proxies of phones.
const CONTACT_OF_A_PERSON: &str = r"hbbtv|smart-?tv|web0s|bsalsa|avantbrowser|dunkels|\(via |gfe\)";

/// What stands before a claim: in a browser its family or system, in a tool the tool. The claim goes on to the next `)`.
const COMPATIBLE: &str = r"compatible\s*[;,]\s*";

/// How many claims of one agent are looked at; no program makes more, and looking costs more than the bytes of one.
const MAX_CLAIMS: usize = 8;

/// Families of browsers that called themselves compatible, and the systems that others named there.
const FAMILY: &str = concat!(
    r"^(?:msp?ie \d|amiga|ibisbrowser|konqueror|opera|icab|omniweb|ibrowse|linux|mac|u;|u$|dillo|lotus-notes|emacs|synapse|ms-office",
    r"|webtv|netfront|netscape|avant|yahoo! ?widget|googletoolbar|america online|aol|x11|webpositive|ice|voyager|netpositive",
    r"|wosbrowser|arachne|blackberry|palm|kindle|nokia|teleca|$)",
    r"|windows (?:nt|ce|xp|me|\d)|\bwin(?:9|nt)|risc os|brew\b|palm ?os|mac_p|macintosh|os/2|beos|symbian",
);

/// An engine that shows pages, or a browser, with its version.
const ENGINE: &str = r"(?:applewebkit|gecko|khtml|trident|presto|chrome|firefox|safari|msie|opr|browser)[/ ]?v?\d|browser/";

/// How browsers have opened since the first of them.
const OPENING: &str = r"mozilla|opera/";

/// Systems and devices that name themselves in an agent that opens so.
const PLATFORM: &str = concat!(
    r"windows|\bwin(?:\d\d|nt)|macintosh|mac os|mac_p|x11|linux|android|iphone|ipad|ipod|\bcros\b|\bios\b|bsd|sunos|os/2|beos|haiku",
    r"|amiga|morphos|mobile|tablet|phone|bb10|blackberry|playbook|symbian|series[46]0|s60|bada|meego|tizen|web ?os|web0s|hpwos",
    r"|hiptop|palm|j2me|midp|nokia|samsung|smart-?tv|smarthub|\bdtv\b|hbbtv|viera|netcast|roku|crkey|webtv|apple tv",
    r"|apple watch|fuchsia|nintendo|playstation|\bpsp\b|xbox|nitro|dreampassport|kindle|kobo|dillo|ms-office|silk/|watch os",
    r"|directfb|risc os|qnx|openharmony|sailfish|inferno|syllable|plan ?9|brew\b|\brex\b|netfront",
);

/// Devices, and small browsers, whose agents open with a name of their own.
const DEVICE: &str = concat!(
    r"android|iphone|ipad|ipod|\bios\b|darwin/|cfnetwork|apple ?tv|applecoremedia|watchos|tvos|windows phone|^itunes",
    r"|midp|cldc|up\.(?:browser|link)|obigo|teleca|netfront|\bwap[-_]?(?:\b|\d|browser)|brew\b|mmp/\d|\bmib/|symbian|series ?[46]0|ucweb",
    r"|ucbrowser|opera mini|windows ce|iemobile|hbbtv|nintendo|playstation|steam|amiga|voyager|inferno|cyberdog|xiino|biyubi|samsung|nokia|sonyericsson|^roku",
    r"|^(?:nokia|blackberry|samsung|sec-|sie-|sonyericsson|mot-|motorola|lge?[-/]|philips|sagem|alcatel|huawei|zte|spice|docomo",
    r"|kddi|softbank|vodafone|j-phone|portalmmm|palm|panasonic|pantech|sanyo|sharp|siemens|toshiba|htc|lenovo|micromax|karbonn",
    r"|lava|haier|benq|kwc-|audiovox|cdm|kyocera|gionee|tianyu|hitachi|nec-|ericsson|amoi|bird|cubot)",
    r"|^(?:lynx/|w3m/|e?links[ /]|emacs-w3m|url/emacs|dillo/|netsurf/|ibrowse|ncsa[_ ]mosaic|edbrowse|retawq|amaya|contiki|ebrd)",
    r"|^(?:vlc/|lavf/|kodi/|thunderbird/|uzbl|midori|konqueror|galeon|quicktime/|mozacfetch/|microsoft (?:office|outlook)[ /]\d|goggalaxy)",
    r"|windows nt|win10|macintosh|mac[ _+]?os|blackberry|upnp/",
);

/// What says that an agent is an app's: the system of a phone, a tablet or a television, or Apple's libraries.
const APP: &str = r"; wv\)|cfnetwork|darwin/|\biphone|\bipad|\bipod|\bios\b|ios/|android|dalvik/|apple ?tv|tvos|hbbtv|applecoremedia";

/// The same in an agent that opens as browsers do, where a system may be one that it only looks like.
const APP_IN_BROWSER: &str = r"android|\((?:iphone|ipad|ipod)|hbbtv|smart-?tv";

/// Whether `agent` is that of an app on a phone, a tablet or a television: it may be called by any word (`QR Scanner`).
pub(crate) fn is_app(agent: &[u8]) -> bool {
    let Some(shape) = SHAPE.as_ref() else { return true };
    (if shape.opening.is_match(agent) { &shape.app_in_browser } else { &shape.app }).is_match(agent)
}

/// Whether `agent` is built as those of people's programs are.
pub(crate) fn looks_like_browser(agent: &[u8]) -> bool {
    let Some(shape) = SHAPE.as_ref() else { return true };
    if shape.contact.is_match(agent) && !shape.contact_of_a_person.is_match(agent) {
        return false;
    }
    if compatible_tokens(agent, &shape.compatible).take(MAX_CLAIMS).any(|claim| !shape.family.is_match(claim)) {
        return false;
    }
    let device = if shape.opening.is_match(agent) { &shape.platform } else { &shape.device };
    shape.engine.is_match(agent) || device.is_match(agent)
}

/// What stands behind each `compatible;`. The search goes on behind a claim, so every byte is looked at once.
fn compatible_tokens<'a>(agent: &'a [u8], compatible: &Regex) -> impl Iterator<Item = &'a [u8]> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let from = compatible.find_at(agent, start)?.end();
        start = memchr(b')', &agent[from..]).map_or(agent.len(), |len| from + len);
        Some(&agent[from..start])
    })
}

/// The patterns above, compiled. `None` cannot be, and a test would say so.
static SHAPE: LazyLock<Option<BrowserPatterns>> = LazyLock::new(|| BrowserPatterns::build().ok());

struct BrowserPatterns {
    contact: Regex,
    contact_of_a_person: Regex,
    compatible: Regex,
    family: Regex,
    engine: Regex,
    opening: Regex,
    platform: Regex,
    device: Regex,
    app: Regex,
    app_in_browser: Regex,
}

impl BrowserPatterns {
    fn build() -> Result<Self, regex::Error> {
        let regex = |pattern: &str| Regex::new(&format!("(?i-u){pattern}"));
        Ok(Self {
            contact: regex(CONTACT)?,
            contact_of_a_person: regex(CONTACT_OF_A_PERSON)?,
            compatible: regex(COMPATIBLE)?,
            family: regex(FAMILY)?,
            engine: regex(ENGINE)?,
            opening: regex(OPENING)?,
            platform: regex(PLATFORM)?,
            device: regex(DEVICE)?,
            app: regex(APP)?,
            app_in_browser: regex(APP_IN_BROWSER)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_tells_tools_from_browsers() {
        assert!(SHAPE.is_some());
        for (agent, likely) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", true),
            ("Mozilla/5.0", false),
            ("acme/1.0", false),
            ("acme/1.0 (iPhone; iOS 17.5)", true),
            ("Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1)", true),
            ("Mozilla/5.0 (compatible; Acme/1.0)", false),
            ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (compatible; Acme/1.0)", false),
            ("Mozilla/4.0 (compatible; Acme 1.0; Windows 98)", true),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0.0.0 (+https://acme.example)", false),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0.0.0 ops@acme.example", false),
            ("Mozilla/5.0 (Linux) AppleWebKit/537.36 HbbTV/1.5.1 (; Acme; TV; +https://acme.example)", true),
            ("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (Ecosia ios@8.0.0.1140)", true),
            ("\u{0}\u{1}", false),
        ] {
            assert_eq!(looks_like_browser(agent.as_bytes()), likely, "{agent}");
        }
    }

    #[test]
    fn a_claim_goes_on_to_the_next_bracket_and_is_looked_at_once() {
        let compatible = &SHAPE.as_ref().expect("the patterns").compatible;
        let claims = |agent: &'static str| compatible_tokens(agent.as_bytes(), compatible).map(String::from_utf8_lossy).collect::<Vec<_>>();
        assert_eq!(claims("a (compatible; MSIE 6.0; x) (COMPATIBLE , y) compatible"), ["MSIE 6.0; x", "y"]);
        assert_eq!(claims("compatible;compatible; (compatible;"), ["compatible; (compatible;"]);
        assert_eq!(claims("compatible;)compatible;"), ["", ""]);
        // In time that is linear in its length; a quadratic search would take minutes.
        for piece in ["compatible; (", "compatible;(", "compatible;)", "compatible; ) compatible", "compatible "] {
            let agent = format!("Mozilla/5.0 {} Firefox/1", piece.repeat((1 << 20) / piece.len()));
            assert_eq!(looks_like_browser(agent.as_bytes()), !piece.ends_with('('), "{piece}");
        }
    }
}
