//! What journalctl writes between and below the messages of its text output, and tail between files.

/// What they say between the lines. **Source:** systemd `logs-show.c`, `journalctl.c`; POSIX head, GNU `tail.c`: `==> file <==`.
pub(crate) fn is_journal_mark(line: &[u8]) -> bool {
    if is_file_mark(line) {
        return true;
    }
    let Some(text) = line.strip_prefix(b"-- ") else {
        let whom = line.strip_prefix(b"Hint: You are currently not seeing messages from ").and_then(|whom| whom.strip_suffix(b"."));
        return whom.is_some_and(|whom| whom.iter().all(|b| b.is_ascii_alphabetic() || *b == b' '));
    };
    if text.starts_with(b"cursor: ") {
        return true;
    }
    let Some(text) = text.strip_suffix(b" --") else { return false };
    let starts: [&[u8]; 5] = [b"Logs begin at ", b"Journal begins at ", b"Boot ", b"Reboot", b"No entries"];
    starts.iter().any(|start| text.starts_with(start))
}

/// Whether `line` is what head and tail write before the lines of each of several files.
fn is_file_mark(line: &[u8]) -> bool {
    line.starts_with(b"==> ") && line.ends_with(b" <==")
}

/// Whether the line that `rest` begins with is such a mark, before which they leave an empty line.
pub(crate) fn starts_with_file_mark(rest: &[u8]) -> bool {
    rest.starts_with(b"==> ") && {
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        is_file_mark(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Whether this is the second line of a message, which journalctl sets under the first one: at least 20 spaces, for a time, a
/// host and a tag. Its hint about other users goes on behind six.
pub(crate) fn is_continuation(line: &[u8]) -> bool {
    const UNDER: [u8; 20] = [b' '; 20];
    let hints: [&[u8]; 2] = [b"      Users in groups '", b"      Pass -q to turn off this notice."];
    // A second line that starts with a brace is left to JSON, which may be indented too.
    line.strip_prefix(&UNDER).is_some_and(|text| !text.trim_ascii_start().starts_with(b"{"))
        || hints.iter().any(|hint| line.starts_with(hint))
}
