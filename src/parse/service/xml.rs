//! One event in XML a line, as Windows and what forwards its events write it: the text of elements and attributes by their path.
//!
//! `<Event><System><EventID>4625</EventID>...<EventData><Data Name='IpAddress'>192.0.2.1</Data>` has `System.EventID` and
//! `EventData.IpAddress`; an attribute stands behind its element's path, `System.TimeCreated.SystemTime`. The `<Data>` without a name are
//! `EventData.Data1`, `EventData.Data2` and so on.
//!
//! **Source:** Microsoft, Windows Event Schema; XML 1.0.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::parse::format::Arena;
use crate::parse::json::walk::Fields;
use crate::parse::json::walk::KnownPaths;

const NO_XML: &str = "not a complete XML element";

/// How deep elements stand at the most.
const MAX_DEPTH: usize = 16;

/// Reads a line for the values at `known`.
///
/// # Errors
/// Why it is no XML, or an ambiguous event.
pub(crate) fn read_paths<'a>(line: &'a [u8], arena: &'a Arena, known: &KnownPaths) -> Result<Fields<'a>, &'static str> {
    let text = std::str::from_utf8(line).map_err(|_| NO_XML)?;
    let mut reader = Reader::from_str(text.trim());
    let mut fields = Fields::default();
    // The path of each open element, without the outermost.
    let mut open: Vec<String> = Vec::new();
    let (mut value, mut nameless) = (String::new(), 0);
    loop {
        match reader.read_event().map_err(|_| NO_XML)? {
            Event::Start(element) => {
                open.push(enter(&element, &open, arena, known, (&mut fields, &mut nameless))?);
                value.clear();
            }
            Event::Empty(element) => drop(enter(&element, &open, arena, known, (&mut fields, &mut nameless))?),
            Event::Text(text) => value.push_str(&text.xml10_content()),
            Event::CData(text) => value.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => value.push_str(resolve(&name)?.encode_utf8(&mut [0; 4])),
            Event::End(_) => {
                let path = open.pop().ok_or(NO_XML)?;
                if let Some(path) = known.find(&path) {
                    fields.add(path, arena.keep(value.trim().as_bytes()))?;
                }
                value.clear();
            }
            Event::Eof if open.is_empty() => return Ok(fields),
            Event::Eof | Event::DocType(_) => return Err(NO_XML),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        if open.len() > MAX_DEPTH {
            return Err("elements more than 16 deep");
        }
    }
}

/// The path of an element, and its attributes as fields; a `<Data>` without a name is counted.
fn enter<'a>(
    element: &BytesStart<'_>,
    open: &[String],
    arena: &'a Arena,
    known: &KnownPaths,
    (fields, nameless): (&mut Fields<'a>, &mut usize),
) -> Result<String, &'static str> {
    let mut name = element.local_name().into_inner().to_owned();
    let mut attributes = Vec::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| NO_XML)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| NO_XML)?.into_owned();
        let key = attribute.key.local_name().into_inner().to_owned();
        attributes.push((key, value));
    }
    if name == "Data" {
        if let Some((_, of)) = attributes.iter().find(|(key, _)| key == "Name") {
            name.clone_from(of);
        } else {
            *nameless += 1;
            name = format!("Data{nameless}");
        }
    }
    let path = match open {
        [] => String::new(),
        [_] => name,
        [.., outer] => format!("{outer}.{name}"),
    };
    for (key, value) in attributes {
        if let Some(path) = known.find(&format!("{path}.{key}")) {
            fields.add(path, arena.keep(value.as_bytes()))?;
        }
    }
    Ok(path)
}

/// The character of `&amp;`, `&#60;` and their like.
fn resolve(name: &quick_xml::events::BytesRef<'_>) -> Result<char, &'static str> {
    if let Some(character) = name.resolve_char_ref().map_err(|_| NO_XML)? {
        return Ok(character);
    }
    Ok(match &**name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return Err("an entity that no event has"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_without_a_name_is_known_by_its_number() {
        let line = b"<Event><System><EventID>1</EventID></System><EventData><Data>sa</Data><Data/><Data> [CLIENT: 192.0.2.1]</Data></EventData></Event>";
        let known = KnownPaths::of(["EventData.Data1", "EventData.Data3"]);
        let arena = Arena::default();
        let fields = read_paths(line, &arena, &known).expect("an event");
        assert_eq!(fields.get("EventData.Data1"), Some(&b"sa"[..]));
        assert_eq!(fields.get("EventData.Data3"), Some(&b"[CLIENT: 192.0.2.1]"[..]));
    }

    #[test]
    fn elements_and_attributes_have_paths() {
        let line = br#"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4625</EventID><TimeCreated SystemTime='2024-10-01T03:04:05.1Z'/></System><EventData><Data Name='TargetUserName'>a&amp;b</Data><Data Name="IpAddress">192.0.2.1</Data></EventData></Event>"#;
        let known = KnownPaths::of(["System.EventID", "System.TimeCreated.SystemTime", "EventData.TargetUserName", "EventData.IpAddress"]);
        let arena = Arena::default();
        let fields = read_paths(line, &arena, &known).expect("an event");
        assert_eq!(fields.get("System.EventID"), Some(&b"4625"[..]));
        assert_eq!(fields.get("System.TimeCreated.SystemTime"), Some(&b"2024-10-01T03:04:05.1Z"[..]));
        assert_eq!(fields.get("EventData.TargetUserName"), Some(&b"a&b"[..]));
        assert_eq!(fields.get("EventData.IpAddress"), Some(&b"192.0.2.1"[..]));
        for broken in [&b"<Event><System>"[..], b"<a></b>", b"<!DOCTYPE x []><x/>", b"x"] {
            assert!(read_paths(broken, &arena, &known).is_err() || broken == b"x", "{broken:?}");
        }
    }
}
