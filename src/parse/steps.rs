//! What was tried on one line, for `--trace`: the envelopes that fitted, who read the message, and how far the nearest formats came.

use serde::Serialize;

use crate::parse::candidate::CandidateResult;
use crate::parse::envelope::format::Envelope;
use crate::parse::format::{Mismatch, OF_NO_FORMAT};
use crate::parse::service::Service;
use crate::parse::service::template::MessageTemplate;

/// How many formats that did not fit are shown.
const SHOWN: usize = 3;

/// What was tried on one line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    /// The envelopes that fitted, from the outer one on.
    pub envelopes: Vec<OpenedEnvelope>,
    /// The format or service that read what is inside.
    pub reader: Option<&'static str>,
    /// The formats that did not fit what is inside, those that came furthest first.
    pub nearest: Vec<NearMiss>,
    /// The template that a message of a service is most like, and how many bytes are alike.
    pub nearest_message: Option<(&'static MessageTemplate, usize)>,
    /// How deep what is inside stands.
    depth: usize,
}

/// What an envelope gave, with what the envelopes around it gave before.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OpenedEnvelope {
    pub format: &'static str,
    /// How far it is trusted.
    pub trust: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Which machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Which program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Which process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u64>,
    /// Which container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// A format that did not fit.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NearMiss {
    pub format: &'static str,
    /// How many bytes fitted; not for JSON, which is read by key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
    /// What is wrong then.
    pub reason: &'static str,
    #[serde(skip)]
    reached: usize,
}

impl Steps {
    /// An envelope fitted.
    pub(crate) fn open(&mut self, format: &'static str, envelope: &Envelope<'_>) {
        let text = |bytes: &[u8]| (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned());
        let header = &envelope.header;
        self.nearest.clear();
        self.envelopes.push(OpenedEnvelope {
            format,
            trust: envelope.trust.name(),
            time: header.time.map(|time| time.with_text(str::to_owned)),
            host: text(header.host),
            program: text(header.program),
            pid: header.pid,
            container: text(envelope.container),
        });
    }

    /// `reader` takes what is inside.
    pub(crate) fn read_by(&mut self, reader: &'static str) {
        self.reader = Some(reader);
        self.nearest.clear();
    }

    /// The service reads what is inside, which is `message`.
    pub(crate) fn read_by_service(&mut self, service: &Service, message: &[u8]) {
        self.read_by(service.name);
        self.nearest_message = (service.nearest)(message);
    }

    /// A candidate of this name fits; of an envelope more is told when it is opened.
    pub(crate) fn find(&mut self, found: &CandidateResult<'_>, name: &'static str) {
        if matches!(found, CandidateResult::Parsed(_)) {
            self.read_by(name);
        }
    }

    /// A format does not fit what stands `depth` envelopes deep.
    pub(crate) fn miss(&mut self, depth: usize, format: &'static str, is_json: bool, mismatch: Mismatch) {
        if depth != self.depth {
            self.depth = depth;
            self.nearest.clear();
        }
        if mismatch.at == 0 || mismatch.at == OF_NO_FORMAT {
            return;
        }
        let bytes = (!is_json).then_some(mismatch.at);
        let at = self.nearest.partition_point(|miss| miss.reached >= mismatch.at);
        self.nearest.insert(at, NearMiss { format, bytes, reason: mismatch.reason, reached: mismatch.at });
        self.nearest.truncate(SHOWN);
    }
}
