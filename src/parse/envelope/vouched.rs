//! Containers that the user vouches for: what their sshd and their login services say counts.

use regex::bytes::RegexSet;

use crate::base::error::{Error, Result};
use crate::base::wildcard::expression_of;

/// Patterns of names of containers.
#[derive(Debug, Clone)]
pub struct TrustedContainers(RegexSet);

impl TrustedContainers {
    /// Reads patterns, of which each may be a list with commas; `*` stands for any characters.
    ///
    /// # Errors
    /// [`Error::Usage`] for a pattern that is empty.
    pub fn from_operands(operands: &[String]) -> Result<Self> {
        let patterns: Vec<_> = operands.iter().flat_map(|operand| operand.split(',')).collect();
        if patterns.iter().any(|pattern| pattern.is_empty()) {
            return Err(Error::Usage("--trust-container wants the name of a container, in which * stands for any characters".to_owned()));
        }
        let expressions = patterns.iter().map(|pattern| expression_of(pattern, "."));
        RegexSet::new(expressions).map(Self).map_err(|error| Error::Usage(format!("--trust-container: {error}")))
    }

    /// Whether `container`, or where it has no name the file that it stands in, is one of them.
    pub fn contains(&self, container: &[u8], file: &str) -> bool {
        self.0.is_match(if container.is_empty() { file.as_bytes() } else { container })
    }
}
