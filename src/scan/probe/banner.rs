//! What a service says first (SSH's identification, the greeting of SMTP and FTP): its first bytes, made printable.

use std::fmt::Write as _;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv};

/// How much of a greeting is read: as much as an SSH identification may have (RFC 4253 section 4.2: 255), and one.
pub(crate) const LONGEST_BYTES: usize = 256;

/// What was heard so far.
#[derive(Debug, Default)]
pub(crate) struct BannerBytes(Vec<u8>);

/// Whether there may be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BannerStatus {
    /// There may.
    Part,
    /// That was all: a whole line, as much as is read, or the end.
    All,
}

impl BannerBytes {
    /// Reads what is there.
    pub(crate) fn listen(&mut self, socket: &OwnedFd) -> BannerStatus {
        let mut bytes = [0; LONGEST_BYTES];
        loop {
            let room = LONGEST_BYTES - self.0.len();
            match recv(socket.as_raw_fd(), &mut bytes[..room], MsgFlags::MSG_DONTWAIT) {
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return if self.0.ends_with(b"\n") { BannerStatus::All } else { BannerStatus::Part },
                Ok(0) | Err(_) => return BannerStatus::All,
                Ok(read) => self.0.extend_from_slice(&bytes[..read]),
            }
            if self.0.len() == LONGEST_BYTES {
                return BannerStatus::All;
            }
        }
    }

    /// The text without its line end: printable ASCII as it is, a backslash doubled, anything else `\x0d`. `None`: silence.
    pub(crate) fn text(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let line = self.0.strip_suffix(b"\n").unwrap_or(&self.0);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut text = String::with_capacity(line.len());
        for &byte in line {
            // Writing to a String cannot fail.
            let _ = match byte {
                b'\\' => text.write_str("\\\\"),
                b' '..=b'~' => text.write_char(char::from(byte)),
                _ => write!(text, "\\x{byte:02x}"),
            };
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn what_is_said_is_made_printable() {
        for (said, text) in [
            (&b""[..], None),
            (b"SSH-2.0-OpenSSH_9.2\r\n", Some("SSH-2.0-OpenSSH_9.2")),
            (b"220-a\r\n220 b\r\n", Some("220-a\\x0d\\x0a220 b")),
            (b"\x1b]0;x\x07\\ \xff", Some("\\x1b]0;x\\x07\\\\ \\xff")),
            (b"\n", Some("")),
        ] {
            assert_eq!(BannerBytes(said.to_vec()).text().as_deref(), text, "{said:?}");
        }
    }

    #[test]
    fn a_line_the_end_or_256_bytes_are_all() {
        let (mut service, ours) = UnixStream::pair().expect("a pair");
        let ours = OwnedFd::from(ours);
        let mut greeting = BannerBytes::default();
        assert_eq!(greeting.listen(&ours), BannerStatus::Part, "nothing yet");
        service.write_all(b"220 ").expect("written");
        assert_eq!(greeting.listen(&ours), BannerStatus::Part);
        service.write_all(b"hi\r\n").expect("written");
        assert_eq!(greeting.listen(&ours), BannerStatus::All);
        assert_eq!(greeting.text().as_deref(), Some("220 hi"));
        service.write_all(&[b'x'; 1000]).expect("written");
        let mut long = BannerBytes::default();
        assert_eq!((long.listen(&ours), long.0.len()), (BannerStatus::All, LONGEST_BYTES));
        drop(service);
        let mut rest = BannerBytes::default();
        while rest.listen(&ours) == BannerStatus::Part {}
        assert_eq!(rest.listen(&ours), BannerStatus::All, "the end");
    }
}
