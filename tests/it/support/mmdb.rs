//! Files in `MaxMind`'s DB format, made by a test: few networks, any records.
//!
//! **Source:** `MaxMind` DB file format specification 2.0.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

/// What hangs on one side of a node.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Nothing,
    Node(usize),
    Data(usize),
}

/// When the files were made, in seconds since 1970: 2026-01-01T00:00:00Z.
pub const BUILT: u64 = 1_767_225_600;

/// A file of networks and their records, with a tree for IPv4 alone or for both, and so many bits a record of it.
pub fn mmdb(version: u64, record_bits: usize, networks: &[(&str, Value)]) -> Vec<u8> {
    let mut networks: Vec<_> = networks.iter().map(|(text, record)| (bits_of(version, text), record)).collect();
    networks.sort_by_key(|((_, len), _)| *len);
    let (mut nodes, mut data) = (vec![[Side::Nothing; 2]], Vec::new());
    for ((bits, len), record) in networks {
        let offset = data.len();
        put(&mut data, record);
        insert(&mut nodes, bits, len, Side::Data(offset));
    }
    let mut file = Vec::new();
    let number = |side| match side {
        Side::Nothing => nodes.len(),
        Side::Node(node) => node,
        Side::Data(offset) => nodes.len() + 16 + offset,
    };
    for &[left, right] in &nodes {
        let (left, right) = (number(left) as u64, number(right) as u64);
        match record_bits {
            24 => file.extend([&left.to_be_bytes()[5..], &right.to_be_bytes()[5..]].concat()),
            28 => {
                let middle = [u8::try_from((left >> 24) << 4 | right >> 24).expect("28 bits")];
                file.extend([&left.to_be_bytes()[5..], &middle, &right.to_be_bytes()[5..]].concat());
            }
            _ => file.extend([&left.to_be_bytes()[4..], &right.to_be_bytes()[4..]].concat()),
        }
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    // Readers want these as narrow and as wide as the specification has them.
    let about = json!({
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": BUILT, "database_type": "Test",
        "description": { "en": "a test" }, "ip_version": version, "languages": ["en"], "node_count": nodes.len(), "record_size": record_bits
    });
    let members = about.as_object().expect("an object");
    put_head(&mut file, 7, members.len());
    for (key, value) in members {
        put(&mut file, &Value::from(key.as_str()));
        match (key.as_str(), value.as_u64()) {
            ("build_epoch", Some(number)) => put_number(&mut file, 9, number),
            ("node_count", Some(number)) => put_number(&mut file, 6, number),
            (_, Some(number)) => put_number(&mut file, 5, number),
            _ => put(&mut file, value),
        }
    }
    file
}

/// The bits of a network from the left, and how many there are.
fn bits_of(version: u64, text: &str) -> (u128, u32) {
    let (address, len) = text.split_once('/').expect("a network");
    let len: u32 = len.parse().expect("a number");
    match (address.parse().expect("an address"), version) {
        (IpAddr::V4(v4), 4) => (u128::from(v4.to_bits()) << 96, len),
        (IpAddr::V4(v4), _) => (v4.to_bits().into(), len + 96),
        (IpAddr::V6(v6), _) => (v6.to_bits(), len),
    }
}

fn insert(nodes: &mut Vec<[Side; 2]>, bits: u128, len: u32, data: Side) {
    let mut node = 0;
    for depth in 0..len {
        let side = usize::from(bits >> (127 - depth) & 1 == 1);
        if depth + 1 == len {
            nodes[node][side] = data;
            return;
        }
        node = match nodes[node][side] {
            Side::Node(next) => next,
            other => {
                // What held all of it holds both halves.
                nodes.push([other; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Side::Node(next);
                next
            }
        };
    }
}

fn put(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(members) => put_map(out, members),
        Value::String(text) => {
            put_head(out, 2, text.len());
            out.extend(text.as_bytes());
        }
        Value::Bool(is) => put_head(out, 14, usize::from(*is)),
        Value::Array(items) => {
            put_head(out, 11, items.len());
            for item in items {
                put(out, item);
            }
        }
        Value::Number(number) => {
            if let Some(number) = number.as_u64() {
                put_number(out, if number > u64::from(u32::MAX) { 9 } else { 6 }, number);
            } else {
                put_head(out, 3, 8);
                out.extend(number.as_f64().expect("a number").to_be_bytes());
            }
        }
        Value::Null => panic!("there is no null in this format"),
    }
}

/// A whole number of a kind: 5, 6 and 9 are of 16, 32 and 64 bits.
fn put_number(out: &mut Vec<u8>, kind: u8, number: u64) {
    let bytes = number.to_be_bytes();
    let skipped = bytes.iter().take_while(|&&byte| byte == 0).count();
    put_head(out, kind, 8 - skipped);
    out.extend(&bytes[skipped..]);
}

fn put_map(out: &mut Vec<u8>, members: &Map<String, Value>) {
    put_head(out, 7, members.len());
    for (key, value) in members {
        put(out, &Value::from(key.as_str()));
        put(out, value);
    }
}

fn put_head(out: &mut Vec<u8>, kind: u8, size: usize) {
    let (short, kind_bits) = (u8::try_from(size.min(29)).expect("small"), if kind > 7 { 0 } else { kind });
    out.push(kind_bits << 5 | short);
    if kind > 7 {
        out.push(kind - 7);
    }
    if short == 29 {
        out.push(u8::try_from(size - 29).expect("a text of less than 285 bytes"));
    }
}
