//! From tokens to a compiled format: which fields are of use, and where its segments begin and end.

use crate::base::error;
use crate::parse::access::log_format::directive::{FieldClass, Meaning, RequestField, SLOTS};
use crate::parse::access::log_format::fields::FieldFormat;
use crate::parse::access::log_format::segment::{Segment, SegmentEnd};
use crate::parse::access::log_format::source::FormatText;
use crate::parse::access::log_format::timestamp;
use crate::parse::access::log_format::timestamp::TimeForm;
use crate::parse::access::log_format::token;
use crate::parse::access::log_format::token::{LogField, Token};
use crate::parse::access::log_format::{FormatOptions, LineStart};

/// Compiles what a user gave.
///
/// # Errors
/// A usage error that points at the place.
pub(super) fn compile(source: &FormatText<'_>, options: FormatOptions<'_>) -> error::Result<FieldFormat> {
    let mut tokens = number(token::read(source)?);
    choose_fields(source, &mut tokens, options)?;
    let labels = fields(&tokens).map(|(field, number)| format!("field {} ({})", number + 1, field.label).into()).collect();
    let mut places = [None; SLOTS];
    for (field, number) in fields(&tokens) {
        if let (true, Meaning::Slot(slot, _)) = (field.is_used, &field.meaning) {
            places[*slot as usize] = Some(number);
        }
    }
    let opening = opening_of(tokens.first().map(|(token, _)| token));
    let segments = cut_segments(tokens).map_err(|pair| {
        let (field, other) = *pair;
        let what = format!("put quotes around {}: without them it could be taken for {}", field.label, other.label);
        source.error(field.at, &what)
    })?;
    Ok(FieldFormat { segments, labels, opening, places, escaping: source.escaping })
}

fn opening_of(first: Option<&Token>) -> LineStart {
    match first {
        Some(Token::Field(field)) => match field.class {
            FieldClass::Time => LineStart::Time,
            FieldClass::Token | FieldClass::Name | FieldClass::Text | FieldClass::Addresses => LineStart::Client,
            FieldClass::Address | FieldClass::Number | FieldClass::Word | FieldClass::List => LineStart::Server,
        },
        Some(Token::Literal(text)) if text.trim_ascii_start().starts_with(b"{") => LineStart::Brace,
        _ => LineStart::Server,
    }
}

/// Each token with the number of its field, from 0 (of text: of the field before it).
fn number(tokens: Vec<Token>) -> Vec<(Token, usize)> {
    let mut next = 0;
    let numbered = tokens.into_iter().map(|token| {
        let number = next;
        next += usize::from(matches!(token, Token::Field(_)));
        (token, number)
    });
    numbered.collect()
}

fn fields(tokens: &[(Token, usize)]) -> impl Iterator<Item = (&LogField, usize)> {
    tokens.iter().filter_map(|(token, number)| match token {
        Token::Field(field) => Some((field, *number)),
        Token::Literal(_) => None,
    })
}

/// Leaves one field for each slot, and one time; what has no use is skipped.
fn choose_fields(source: &FormatText<'_>, tokens: &mut [(Token, usize)], options: FormatOptions<'_>) -> error::Result<()> {
    let best = |wanted: RequestField| {
        let ranked = fields(tokens).filter_map(|(field, number)| match field.meaning {
            Meaning::Slot(slot, rank) if slot == wanted => Some((rank, number)),
            _ => None,
        });
        ranked.min().map(|(_, number)| number)
    };
    let names_client = options.trusts_log_peer && best(RequestField::Forwarded).is_some();
    if best(RequestField::Client).is_none() && !names_client {
        let alone = "; X-Forwarded-For alone is not enough, since anybody can write it (see --trust-log-peer)";
        let forwarded = best(RequestField::Forwarded).map_or("", |_| alone);
        let what = format!("no field has the client: %h, %a or $remote_addr is missing{forwarded}");
        return Err(source.error(source.bytes.len(), &what));
    }
    let parts_of_request = [RequestField::Method, RequestField::Target, RequestField::Path, RequestField::Query, RequestField::Protocol];
    let slots = [
        [
            RequestField::Client,
            RequestField::Forwarded,
            RequestField::Domain,
            RequestField::User,
            RequestField::Request,
            RequestField::Status,
            RequestField::Bytes,
            RequestField::Referrer,
        ]
        .as_slice(),
        &[RequestField::Agent],
        if best(RequestField::Request).is_some() { &[] } else { &parts_of_request },
    ];
    let chosen: Vec<_> = slots.concat().into_iter().filter_map(best).collect();
    let whole = find_whole_time(source, tokens)?;
    for (token, number) in tokens {
        if let Token::Field(field) = token {
            field.is_used = match &field.meaning {
                Meaning::Slot(..) => chosen.contains(number),
                Meaning::Time(TimeForm::Fraction(_)) => true,
                Meaning::Time(form) => whole.is_none_or(|(whole, has_offset)| whole == *number || !has_offset && form.is_offset()),
                Meaning::Skipped => false,
            };
        }
    }
    Ok(())
}

/// The time that gives an instant alone, and whether it has an offset; `None` where all together give one, or where there is no time.
fn find_whole_time(source: &FormatText<'_>, tokens: &[(Token, usize)]) -> error::Result<Option<(usize, bool)>> {
    let times: Vec<_> = fields(tokens)
        .filter_map(|(field, number)| match &field.meaning {
            Meaning::Time(form) => Some((form.clone(), number, field.at)),
            _ => None,
        })
        .collect();
    let whole = times.iter().find(|(form, ..)| form.is_whole()).map(|(form, number, _)| (*number, form.has_offset()));
    let forms: Vec<_> = times.iter().map(|(form, ..)| form.clone()).collect();
    match (whole, times.first()) {
        (None, Some((.., at))) if !timestamp::gives_instant(&forms) => {
            Err(source.error(*at, "the time fields do not give a full date and a time with seconds"))
        }
        _ => Ok(whole),
    }
}

/// Cuts a format at its quotes, up to the last field that is of use.
fn cut_segments(tokens: Vec<(Token, usize)>) -> Result<Vec<Segment>, Box<(LogField, LogField)>> {
    let mut pieces: Vec<Vec<(Token, usize)>> = vec![Vec::new()];
    for (token, number) in tokens {
        let Token::Literal(text) = token else {
            if let Some(piece) = pieces.last_mut() {
                piece.push((token, number));
            }
            continue;
        };
        for (place, part) in text.split(|&b| b == b'"').enumerate() {
            if place > 0 {
                pieces.push(Vec::new());
            }
            if let (false, Some(piece)) = (part.is_empty(), pieces.last_mut()) {
                piece.push((Token::Literal(part.to_vec()), number));
            }
        }
    }
    let is_used = |(token, _): &(Token, usize)| matches!(token, Token::Field(field) if field.is_used);
    let last = pieces.iter().rposition(|piece| piece.iter().any(is_used)).unwrap_or_default();
    let own_end = if last + 1 == pieces.len() { SegmentEnd::Line } else { SegmentEnd::Quote };
    pieces.truncate(last + 1);
    let end_of =
        |place: usize, piece: &mut Vec<(Token, usize)>| if place == last { cut_tail(piece).unwrap_or(own_end) } else { SegmentEnd::Quote };
    let segments = pieces.into_iter().enumerate().map(|(place, mut piece)| {
        let end = end_of(place, &mut piece);
        Segment::new(piece, end)
    });
    segments.collect()
}

/// Leaves out what stands behind the last field of use, unless client's text stands before that field: then the whole
/// segment must fit, or such text could push another value into the field's place.
fn cut_tail(piece: &mut Vec<(Token, usize)>) -> Option<SegmentEnd> {
    let last = piece.iter().rposition(|(token, _)| matches!(token, Token::Field(field) if field.is_used))?;
    let is_clients = |(token, _): &(Token, usize)| match token {
        Token::Field(field) => matches!(field.class, FieldClass::Token | FieldClass::Name | FieldClass::Text | FieldClass::Addresses),
        Token::Literal(_) => false,
    };
    match piece.get(last + 1..)? {
        [(Token::Literal(text), _), _, ..] if !piece[..=last].iter().any(is_clients) => {
            let stop = *text.first()?;
            piece.truncate(last + 1);
            Some(SegmentEnd::Cut(stop))
        }
        _ => None,
    }
}
