//! How much of a message reaches the log: what its end says counts only where nothing can be missing behind it.
//!
//! sshd writes every byte that is not printable as four, and once more in what its unprivileged process says; so a peer can
//! make a message as long as it takes to have the server's own words cut off behind his.

use crate::parse::service::template::Truncation;

/// From how many bytes on the end of a message may be missing.
#[derive(Debug, Clone, Copy)]
pub struct LengthLimit {
    /// The length at which it is cut off.
    cut: usize,
    /// What is left at least of a message that was cut off inside spaces, which journald then takes away.
    trimmed: usize,
}

impl LengthLimit {
    /// What sshd hands to syslog: `syslog(pri, "%.500s", ...)`. A message that it writes to a file of its own (`-E`) or to
    /// stderr may have 1023 bytes; nothing in it tells so.
    ///
    /// A user's name has 187 bytes in the messages of `packet.c` and 100 in those of `auth.c`. To reach 500 bytes a name of the
    /// former needs so many that each become five that fewer than 128 are left for spaces; one of the latter has no room for them.
    ///
    /// **Source:** OpenSSH `log.c` (`do_log`, `MSGBUFSIZ`), `packet.c` (`sshpkt_fmt_connection_id`); systemd
    /// `journald-syslog.c`, which takes white space off both ends of a message.
    pub const SSHD: Self = Self { cut: 500, trimmed: 500 - 128 };

    /// What busybox leaves of a message behind `tag_len` bytes of tag: it reads 256 bytes of `<38>Dec 10 06:55:46 tag: message`.
    ///
    /// **Source:** busybox `sysklogd/syslogd.c` (`MAX_READ`, `CONFIG_FEATURE_SYSLOGD_READ_BUFFER_SIZE`).
    #[must_use]
    pub const fn of_busybox(tag_len: usize) -> Self {
        // The least priority, `<1>`, and a time of 16 bytes, less one for the end of a C string and one for a line feed.
        let cut = (256_usize - 2 - 5 - 16).saturating_sub(tag_len);
        Self { cut, trimmed: cut }
    }

    /// What is known of the end of a message of `len` bytes.
    #[must_use]
    pub const fn ending(self, len: usize) -> Truncation {
        if len >= self.cut {
            Truncation::Cut
        } else if len >= self.trimmed {
            Truncation::Trimmed
        } else {
            Truncation::Whole
        }
    }
}
