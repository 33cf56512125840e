//! Lengths of windows: `--window` for rules without one of their own, `--resolution` for what is counted together.

pub use crate::aggregate::options::DEFAULT_RESOLUTION;
use crate::aggregate::options::{read_resolution, read_seconds};
use crate::base::error::{Error, Result};
use crate::base::time::period;

/// How occurrences are counted in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowOptions {
    /// Occurrences in the same so many seconds, aligned to 1970, are counted together.
    pub resolution_seconds: u32,
    /// The window of rules that have none of their own.
    pub window_seconds: Option<u32>,
}

impl Default for WindowOptions {
    fn default() -> Self {
        Self { resolution_seconds: 10, window_seconds: None }
    }
}

impl WindowOptions {
    /// What the two flags ask for.
    ///
    /// # Errors
    /// [`Error::Usage`] for a text that is no length of time, and for a window that is no multiple of the resolution.
    pub fn new(window: Option<&str>, resolution: &str) -> Result<Self> {
        let resolution_seconds = read_resolution(resolution)?;
        let timing = Self { resolution_seconds, window_seconds: None };
        let window_seconds = window.map(|text| timing.read_window(text).map_err(|what| Error::Usage(format!("--window {text}: {what}"))));
        Ok(Self { window_seconds: window_seconds.transpose()?, ..timing })
    }

    /// The length of a window, in seconds.
    ///
    /// # Errors
    /// A sentence for a text that is no length, or no multiple of the resolution.
    pub(crate) fn read_window(self, text: &str) -> std::result::Result<u32, String> {
        let seconds = read_seconds(text)?;
        if seconds % self.resolution_seconds == 0 {
            return Ok(seconds);
        }
        Err(format!("not a multiple of the resolution, {} (--resolution)", period::show_length(self.resolution_seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: &str = "expected a duration of at least 1s: s, m, h, d or w, as in 10m or 1h30m";

    #[test]
    fn a_window_is_a_multiple_of_the_resolution() {
        let seconds = |window, resolution| WindowOptions::new(window, resolution).map(|t| (t.window_seconds, t.resolution_seconds));
        assert_eq!(seconds(None, DEFAULT_RESOLUTION).ok(), Some((None, 10)));
        assert_eq!(WindowOptions::new(None, DEFAULT_RESOLUTION).ok(), Some(WindowOptions::default()));
        assert_eq!(seconds(Some("10m"), "1s").ok(), Some((Some(600), 1)));
        assert_eq!(seconds(Some("1h"), "1h").ok(), Some((Some(3600), 3600)));
        assert_eq!(seconds(Some("1.5m"), "10s").ok(), Some((Some(90), 10)));
        for (window, resolution, message) in [
            (Some("15s"), "10s", "--window 15s: not a multiple of the resolution, 10s (--resolution)".to_owned()),
            (Some("5s"), "10s", "--window 5s: not a multiple of the resolution, 10s (--resolution)".to_owned()),
            (Some("0m"), "10s", format!("--window 0m: {WANTED}")),
            (Some("10"), "10s", format!("--window 10: {WANTED}")),
            (Some("4294967296s"), "1s", format!("--window 4294967296s: {WANTED}")),
            (None, "0s", format!("--resolution 0s: {WANTED}")),
            (None, "100ms", format!("--resolution 100ms: {WANTED}")),
        ] {
            assert_eq!(WindowOptions::new(window, resolution).expect_err("refused").to_string(), message);
        }
    }
}
