//! Reads messages of the services of a run, sshd aside: under a program's name, in a service's own file, or by their keys.

use std::collections::HashMap;
use std::rc::Rc;

use ahash::RandomState;

use crate::base::time::Clock;
use crate::parse::format::{Arena, Header};
use crate::parse::json::walk::Fields;
use crate::parse::json::{logfmt, walk};
use crate::parse::service::catalog::{Catalog, Services};
use crate::parse::service::definition::Definition;
use crate::parse::service::field::{Captures, FieldKind};
use crate::parse::service::keyed::KeyedSyntax;
use crate::parse::service::match_input::Truncation;
use crate::parse::service::message::unfold_repeats;
use crate::parse::service::message::{Circumstances, PeerAndUser, ServiceMessage};
use crate::parse::service::own_line::{LineMatcher, OwnLine};
use crate::parse::service::pam::{called_for, split_module};
use crate::parse::service::template::TemplateMatcher;
use crate::parse::service::template_table::TemplateTable;
use crate::parse::service::xml;

/// How many programs are remembered with their services.
const MOST_PROGRAMS: usize = 1024;

/// From how many bytes on the end of a message may be missing: the least that a syslog daemon keeps of a line is 1024, of which a header
/// takes up to 128.
///
/// **Source:** RFC 3164 section 4.1.
const CUT_BYTES: usize = 1024 - 128;

/// Reads messages, and remembers which services write under which program.
#[derive(Debug)]
pub struct ServiceReader<'c> {
    services: &'c Services,
    programs: HashMap<Vec<u8>, ProgramServices, RandomState>,
}

/// A program that wrote a message.
#[derive(Debug)]
struct ProgramServices {
    services: Rc<[usize]>,
    /// How many of its messages none of the services of the run reads.
    passed: u64,
}

/// What a message turned out to be.
#[derive(Debug)]
pub enum Read<'a> {
    /// It fits a template of the service.
    Message(ServiceMessage<'a>, &'static Definition),
    /// It is of the service, and fits none.
    Unknown(&'static Definition),
}

impl<'c> ServiceReader<'c> {
    /// A reader of these services.
    pub fn new(services: &'c Services) -> Self {
        Self { services, programs: HashMap::default() }
    }

    /// What `message` of the program of `header` says; `None`: no service writes under that name.
    pub fn read_message<'a>(&mut self, header: Header<'a>, message: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Option<Read<'a>> {
        let catalog = self.services.catalog();
        let found = if let Some(program) = self.programs.get_mut(header.program) {
            program.passed += u64::from(program.services.is_empty());
            Rc::clone(&program.services)
        } else {
            let found: Rc<[usize]> = catalog.of_program(header.program).into();
            if self.programs.len() < MOST_PROGRAMS {
                let program = ProgramServices { services: Rc::clone(&found), passed: found.is_empty().into() };
                self.programs.insert(header.program.to_vec(), program);
            }
            found
        };
        let ending = if message.len() >= CUT_BYTES { Truncation::Cut } else { Truncation::Whole };
        let mut keyed = KeyedLine::default();
        for &index in &*found {
            let (definition, is_named) = catalog.all[index];
            if let Some(read) = read_text(definition, header, message, ending) {
                return Some(Read::Message(read, definition));
            }
            if let Some(read) = keyed.read(catalog, definition, header, message, arena, clock) {
                return Some(Read::Message(read, definition));
            }
            // What it writes to stderr, and systemd passes on, is a line of its own file.
            for own in definition.lines.iter().filter(|own| is_named || !own.is_forgeable) {
                let Some(start) = own.read(message, arena, clock) else { continue };
                let header = Header { time: header.time.or(start.time), ..header };
                if let Some(read) = read_either(catalog, definition, header, start.message, ending, arena, clock) {
                    return Some(Read::Message(read, definition));
                }
            }
        }
        for &index in &catalog.anywhere {
            let (definition, _) = catalog.all[index];
            if let Some(read) = read_text(definition, header, message, ending) {
                if read.signals().is_empty() {
                    return Some(Read::Message(read, definition));
                }
                let is_told_elsewhere =
                    tells_tries(catalog, &found) || called_for(message).is_some_and(|name| tells_tries(catalog, &catalog.of_program(name)));
                return Some(Read::Message(if is_told_elsewhere { read.uncounted() } else { read }, definition));
            }
        }
        found.first().map(|&index| Read::Unknown(catalog.all[index].0))
    }

    /// The programs of which messages were passed over, and how many.
    pub(crate) fn passed_over(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.programs.iter().map(|(name, program)| (&**name, program.passed)).filter(|(_, passed)| *passed > 0)
    }

    /// What a line of a service's own file says.
    pub fn read_line<'a>(&self, line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Option<Read<'a>> {
        let catalog = self.services.catalog();
        let mut unknown = None;
        let mut keyed = KeyedLine::default();
        for &(definition, is_named) in catalog.may_hold(line).iter().map(|&index| &catalog.all[index]) {
            let header = Header { program: definition.own_program().as_bytes(), ..Header::default() };
            for own in definition.lines.iter().filter(|own| own.may_begin(line[0]) && (is_named || !own.is_forgeable)) {
                let Some((_, read)) = read_own(catalog, definition, own, header, line, arena, clock) else { continue };
                if let Some(read) = read {
                    return Some(Read::Message(read, definition));
                }
                if is_named || own.is_distinct() {
                    unknown = unknown.or(Some(Read::Unknown(definition)));
                }
            }
            if let Some(read) = keyed.read(catalog, definition, header, line, arena, clock) {
                return Some(Read::Message(read, definition));
            }
        }
        unknown
    }

    /// What a line says that is of the service `name`, as the user says: one of its own file, where that begins with a time, or a message.
    pub(crate) fn read_vouched<'a>(
        &self,
        name: &str,
        header: Header<'a>,
        line: &'a [u8],
        arena: &'a Arena,
        clock: &mut Clock,
    ) -> Option<Read<'a>> {
        let catalog = self.services.catalog();
        let definition = catalog.find(name)?;
        // Where nothing else says when, that time is no word of a message.
        for own in definition.lines.iter().filter(|_| header.time.is_none()) {
            let read = read_own(catalog, definition, own, header, line, arena, clock);
            if let Some((OwnLine { time: Some(_), .. }, Some(read))) = read {
                return Some(Read::Message(read, definition));
            }
        }
        self.read_bare(name, header, line, arena, clock)
    }

    /// What a message says that has no header of its own, where it is of a service that the user asked for or names.
    pub fn read_bare<'a>(
        &self,
        name: &str,
        header: Header<'a>,
        message: &'a [u8],
        arena: &'a Arena,
        clock: &mut Clock,
    ) -> Option<Read<'a>> {
        let catalog = self.services.catalog();
        let definition = catalog.find(name)?;
        let read = read_either(catalog, definition, header, message, Truncation::Whole, arena, clock);
        Some(read.map_or(Read::Unknown(definition), |read| Read::Message(read, definition)))
    }
}

/// Whether one of these services tells the tries of its logins itself.
fn tells_tries(catalog: &Catalog, services: &[usize]) -> bool {
    services.iter().any(|&index| !catalog.all[index].0.pam_counts)
}

/// The beginning of a line of a service's own file, where it begins as `own` says, and what the message behind it says.
fn read_own<'a>(
    catalog: &Catalog,
    definition: &'static Definition,
    own: &LineMatcher,
    header: Header<'a>,
    line: &'a [u8],
    arena: &'a Arena,
    clock: &mut Clock,
) -> Option<(OwnLine<'a>, Option<ServiceMessage<'a>>)> {
    let start = own.read(line, arena, clock)?;
    let header = Header { time: start.time, host: start.host, pid: start.pid, ..header };
    Some((start, read_either(catalog, definition, header, start.message, Truncation::Whole, arena, clock)))
}

/// What a message says as text or, where it is none that is known, by its keys.
fn read_either<'a>(
    catalog: &Catalog,
    definition: &'static Definition,
    header: Header<'a>,
    message: &'a [u8],
    ending: Truncation,
    arena: &'a Arena,
    clock: &mut Clock,
) -> Option<ServiceMessage<'a>> {
    let read = read_text(definition, header, message, ending);
    read.or_else(|| KeyedLine::default().read(catalog, definition, header, message, arena, clock))
}

/// What a message of text says.
fn read_text<'a>(definition: &'static Definition, header: Header<'a>, message: &'a [u8], ending: Truncation) -> Option<ServiceMessage<'a>> {
    let (count, message) = unfold_repeats(message).unwrap_or((1, message));
    let mut parts = Captures::new();
    let templates = definition.templates();
    let found = find(templates, message, ending, &mut parts).or_else(|| {
        let trimmed = message.trim_ascii_end();
        if trimmed.len() < message.len() { find(templates, trimmed, ending, &mut parts) } else { None }
    })?;
    let peer = parts.get(FieldKind::Fields).map(PeerAndUser::OfPam);
    Some(ServiceMessage::new(header, found.shape, &parts, Circumstances { peer, count, is_preauth: true }))
}

fn find<'t, 'a>(
    templates: &'t TemplateTable,
    message: &'a [u8],
    ending: Truncation,
    parts: &mut Captures<'a>,
) -> Option<&'t TemplateMatcher> {
    if let Some(found) = templates.find(message, ending, parts) {
        return Some(found);
    }
    let (_, inside) = split_module(message)?;
    templates.find_of_pam(inside, ending, parts)
}

/// The keys and values of a text, read at most once.
#[derive(Debug, Default)]
enum KeyedLine<'a> {
    #[default]
    Unread,
    /// It has no keys and values.
    None,
    Fields(KeyedSyntax, Fields<'a>),
}

impl<'a> KeyedLine<'a> {
    fn read(
        &mut self,
        catalog: &Catalog,
        definition: &'static Definition,
        header: Header<'a>,
        text: &'a [u8],
        arena: &'a Arena,
        clock: &mut Clock,
    ) -> Option<ServiceMessage<'a>> {
        let matchers = definition.keyed();
        if matchers.is_empty() {
            return None;
        }
        if matches!(self, Self::Unread) {
            let syntax = KeyedSyntax::of(text);
            let known = catalog.known(syntax);
            let fields = match syntax {
                KeyedSyntax::Json => walk::read_paths(text, arena, known),
                KeyedSyntax::Logfmt => logfmt::read_paths(text, arena, known),
                KeyedSyntax::Xml => xml::read_paths(text, arena, known),
            };
            *self = fields.map_or(Self::None, |fields| Self::Fields(syntax, fields));
        }
        let Self::Fields(syntax, fields) = self else { return None };
        for matcher in matchers.iter().filter(|matcher| matcher.syntax == *syntax) {
            let mut parts = Captures::new();
            if let Some(time) = matcher.read(fields, arena, clock, &mut parts) {
                let header = Header { time: header.time.or(time.0), ..header };
                return Some(ServiceMessage::new(
                    header,
                    matcher.template,
                    &parts,
                    Circumstances { peer: None, count: 1, is_preauth: true },
                ));
            }
        }
        None
    }
}
