//! What the makers of such files call what they tell, and what it is called in `enrich`: the names of the Elastic Common Schema.
//!
//! **Source:** records of `MaxMind`'s `GeoLite2` and `GeoIP2` (country, city, ASN, ISP), of DB-IP (the same layout), of `IPinfo` (flat,
//! numbers as text), of ip-location-db (flat), and of `IP2Location` (`MaxMind`'s layout, `-` for nothing).

use serde_json::Value;

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A text.
    Text,
    /// Two capital letters, as countries and continents have.
    Code,
    /// A text that is no such code.
    Name,
    /// A whole number, or a text like `AS64496`.
    SystemNumber,
    /// Degrees, as a number or as text.
    Degrees,
}

/// A field of `enrich`: its name, what it must be, and where it may stand in a record, as JSON pointers, the likeliest first.
type Row = (&'static str, Form, &'static [&'static str]);

/// `enrich.as`.
const SYSTEM: &[Row] = &[
    (
        "number",
        Form::SystemNumber,
        &["/autonomous_system_number", "/asn", "/traits/autonomous_system_number", "/as_number", "/as/number", "/as/asn"],
    ),
    (
        "organization.name",
        Form::Text,
        &[
            "/autonomous_system_organization",
            "/as_name",
            "/traits/autonomous_system_organization",
            "/as_organization",
            "/as/organization",
            "/as/name",
        ],
    ),
];

/// `enrich.geo`.
const PLACE: &[Row] = &[
    ("continent_code", Form::Code, &["/continent/code", "/continent_code", "/continent"]),
    ("continent_name", Form::Name, &["/continent/names/en", "/continent_name", "/continent"]),
    ("country_iso_code", Form::Code, &["/country/iso_code", "/country_code", "/country", "/country_short"]),
    ("country_name", Form::Name, &["/country/names/en", "/country_name", "/country", "/country_long"]),
    ("region_iso_code", Form::Text, &["/subdivisions/0/iso_code", "/region_code"]),
    ("region_name", Form::Text, &["/subdivisions/0/names/en", "/region_name", "/region", "/state1"]),
    ("city_name", Form::Text, &["/city/names/en", "/city_name", "/city"]),
    ("postal_code", Form::Text, &["/postal/code", "/postal_code", "/postcode", "/zip_code"]),
    ("timezone", Form::Text, &["/location/time_zone", "/timezone", "/time_zone"]),
    ("location.lat", Form::Degrees, &["/location/latitude", "/latitude", "/lat"]),
    ("location.lon", Form::Degrees, &["/location/longitude", "/longitude", "/lng", "/lon"]),
];

/// Fields of one object of `enrich`, by name, as far as a record or several have them.
pub(crate) type KnownFields = Vec<(&'static str, Value)>;

/// Adds what `record` says of the system (`as`) and of the place (`geo`) and is not there yet.
pub(crate) fn read(record: &Value, system: &mut KnownFields, place: &mut KnownFields) {
    add(SYSTEM, record, system);
    add(PLACE, record, place);
    // ISO 3166-2 has the country in front, and so has ECS; `MaxMind` leaves it out.
    let country = field(place, "country_iso_code").and_then(Value::as_str).map(str::to_owned);
    if let (Some(country), Some((_, Value::String(region)))) = (country, place.iter_mut().find(|(name, _)| *name == "region_iso_code"))
        && !region.contains('-')
    {
        *region = format!("{country}-{region}");
    }
}

fn field<'f>(fields: &'f KnownFields, name: &str) -> Option<&'f Value> {
    fields.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
}

fn add(rows: &[Row], record: &Value, fields: &mut KnownFields) {
    for &(name, form, pointers) in rows {
        if field(fields, name).is_none()
            && let Some(value) = pointers.iter().filter_map(|pointer| record.pointer(pointer)).find_map(|value| read_value(form, value))
        {
            fields.push((name, value));
        }
    }
}

/// The value, if it is of that form; nothing for what stands for nothing.
fn read_value(form: Form, value: &Value) -> Option<Value> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty() && *text != "-");
    let is_code = |text: &&str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    match form {
        Form::Text => text.map(Value::from),
        Form::Code => text.filter(is_code).map(Value::from),
        Form::Name => text.filter(|text| !is_code(text)).map(Value::from),
        Form::SystemNumber => {
            let digits = text.map(|text| text.strip_prefix("AS").unwrap_or(text));
            let number = value.as_u64().or_else(|| digits?.parse().ok())?;
            // 0 is reserved, and stands for none (RFC 7607).
            u32::try_from(number).ok().filter(|&number| number > 0).map(Value::from)
        }
        Form::Degrees => {
            let degrees = value.as_f64().or_else(|| text?.parse().ok())?;
            (-180.0..=180.0).contains(&degrees).then(|| Value::from(degrees))
        }
    }
}

/// `fields` as an object of JSON, each below the objects that its name names, with the time at which it was true; `None`: there is none.
pub(crate) fn to_json(fields: &KnownFields, as_of: &str) -> Option<String> {
    if fields.is_empty() {
        return None;
    }
    let mut object = serde_json::Map::new();
    for (name, value) in fields {
        match name.split_once('.') {
            None => drop(object.insert((*name).to_owned(), value.clone())),
            Some((outer, inner)) => {
                let inside = object.entry(outer.to_owned()).or_insert_with(|| Value::Object(serde_json::Map::new()));
                if let Value::Object(inside) = inside {
                    inside.insert(inner.to_owned(), value.clone());
                }
            }
        }
    }
    object.insert("as_of".to_owned(), Value::from(as_of));
    let mut object = Value::Object(object);
    object.sort_all_objects();
    serde_json::to_string(&object).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What comes of a record: the system and the place, without the time.
    fn known(record: &Value) -> (Value, Value) {
        let (mut system, mut place) = (KnownFields::new(), KnownFields::new());
        read(record, &mut system, &mut place);
        let object = |fields: &KnownFields| {
            let json = to_json(fields, "x").map(|json| serde_json::from_str::<Value>(&json).expect("JSON"));
            json.map_or(Value::Null, |mut json| {
                json.as_object_mut().expect("an object").remove("as_of");
                json
            })
        };
        (object(&system), object(&place))
    }

    #[test]
    fn the_keys_of_every_maker_are_known() {
        let system = json!({ "number": 64496, "organization": { "name": "EXAMPLE" } });
        let france = json!({ "continent_code": "EU", "continent_name": "Europe", "country_iso_code": "FR", "country_name": "France" });
        let names = |name: &str| json!({ "de": "x", "en": name });
        for (maker, record, expected) in [
            (
                "GeoLite2-ASN, DB-IP, ip-location-db",
                json!({ "autonomous_system_number": 64496, "autonomous_system_organization": "EXAMPLE" }),
                (system.clone(), Value::Null),
            ),
            (
                "GeoLite2-Country, DB-IP",
                json!({
                    "continent": { "code": "EU", "geoname_id": 1, "names": names("Europe") },
                    "country": { "iso_code": "FR", "is_in_european_union": true, "names": names("France") },
                    "registered_country": { "iso_code": "DE", "names": names("Germany") }
                }),
                (Value::Null, france.clone()),
            ),
            ("ip-location-db country", json!({ "country_code": "FR" }), (Value::Null, json!({ "country_iso_code": "FR" }))),
            (
                "IPinfo Lite",
                json!({ "asn": "AS64496", "as_name": "EXAMPLE", "as_domain": "example.org", "continent": "Europe", "continent_code": "EU", "country": "France", "country_code": "FR" }),
                (system.clone(), france.clone()),
            ),
            (
                "IPinfo country and ASN",
                json!({ "asn": "AS64496", "as_name": "EXAMPLE", "continent": "EU", "continent_name": "Europe", "country": "FR", "country_name": "France" }),
                (system.clone(), france),
            ),
            (
                "DB-IP ISP",
                json!({ "traits": { "autonomous_system_number": 64496, "autonomous_system_organization": "EXAMPLE", "isp": "x" }, "country": { "iso_code": "FR" } }),
                (system.clone(), json!({ "country_iso_code": "FR" })),
            ),
            (
                "GeoLite2-City",
                json!({
                    "city": { "names": names("Paris") }, "country": { "iso_code": "FR" }, "postal": { "code": "75001" },
                    "location": { "latitude": 48.5, "longitude": 2.25, "time_zone": "Europe/Paris", "accuracy_radius": 9 },
                    "subdivisions": [{ "iso_code": "IDF", "names": names("Île-de-France") }, { "iso_code": "75" }]
                }),
                (
                    Value::Null,
                    json!({
                        "country_iso_code": "FR", "region_iso_code": "FR-IDF", "region_name": "Île-de-France", "city_name": "Paris", "postal_code": "75001",
                        "timezone": "Europe/Paris", "location": { "lat": 48.5, "lon": 2.25 }
                    }),
                ),
            ),
            (
                "ip-location-db city",
                json!({ "city": "Paris", "country_code": "FR", "latitude": 48.5, "longitude": 2.25, "postcode": "", "state1": "Île-de-France", "state2": "", "timezone": "Europe/Paris" }),
                (
                    Value::Null,
                    json!({ "country_iso_code": "FR", "region_name": "Île-de-France", "city_name": "Paris", "timezone": "Europe/Paris", "location": { "lat": 48.5, "lon": 2.25 } }),
                ),
            ),
            (
                "IPinfo location",
                json!({ "city": "Paris", "country": "FR", "lat": "48.5", "lng": "2.25", "region": "Île-de-France", "postal_code": "75001", "timezone": "Europe/Paris" }),
                (
                    Value::Null,
                    json!({
                        "country_iso_code": "FR", "region_name": "Île-de-France", "city_name": "Paris", "postal_code": "75001", "timezone": "Europe/Paris",
                        "location": { "lat": 48.5, "lon": 2.25 }
                    }),
                ),
            ),
            (
                "IP2Location",
                json!({ "autonomous_system_number": "64496", "autonomous_system_organization": "EXAMPLE", "country": { "iso_code": "-", "names": { "en": "-" } } }),
                (system, Value::Null),
            ),
            ("another", json!({ "is_proxy": true }), (Value::Null, Value::Null)),
            ("no object", json!("x"), (Value::Null, Value::Null)),
            ("a reserved number", json!({ "asn": "AS0", "as_name": "" }), (Value::Null, Value::Null)),
        ] {
            assert_eq!(known(&record), expected, "{maker}");
        }
    }

    #[test]
    fn a_second_file_fills_what_the_first_leaves_out() {
        let (mut system, mut place) = (KnownFields::new(), KnownFields::new());
        read(&json!({ "country_code": "FR" }), &mut system, &mut place);
        read(&json!({ "country": "DE", "city": "Paris" }), &mut system, &mut place);
        let json = to_json(&place, "2026-01-01T00:00:00Z").expect("fields");
        assert_eq!(json, r#"{"as_of":"2026-01-01T00:00:00Z","city_name":"Paris","country_iso_code":"FR"}"#);
    }
}
