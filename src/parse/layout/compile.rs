//! From tokens to a compiled format: which fields are of use, and where its segments begin and end.

use super::directive::{Class, Meaning, SLOTS, Slot};
use super::moment::{self, TimeForm};
use super::segment::{End, Segment};
use super::source::Source;
use super::token::{self, Field, Token};
use super::{LogFormat, Opening};
use crate::error;

/// Compiles what a user gave.
///
/// # Errors
/// A usage error that points at the place.
pub fn compile(given: &str) -> error::Result<LogFormat> {
    let source = Source::read(given)?;
    let mut tokens = number(token::read(&source)?);
    choose_fields(&source, &mut tokens)?;
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
    Ok(LogFormat { segments, labels, opening, places, escaping: source.escaping })
}

fn opening_of(first: Option<&Token>) -> Opening {
    match first {
        Some(Token::Field(field)) => match field.class {
            Class::Time => Opening::Time,
            Class::Token | Class::Name | Class::Text => Opening::Client,
            Class::Address | Class::Number | Class::Word => Opening::Server,
        },
        Some(Token::Literal(text)) if text.trim_ascii_start().starts_with(b"{") => Opening::Brace,
        _ => Opening::Server,
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

fn fields(tokens: &[(Token, usize)]) -> impl Iterator<Item = (&Field, usize)> {
    tokens.iter().filter_map(|(token, number)| match token {
        Token::Field(field) => Some((field, *number)),
        Token::Literal(_) => None,
    })
}

/// Leaves one field for each slot, and one time; what has no use is skipped.
fn choose_fields(source: &Source<'_>, tokens: &mut [(Token, usize)]) -> error::Result<()> {
    let best = |wanted: Slot| {
        let ranked = fields(tokens).filter_map(|(field, number)| match field.meaning {
            Meaning::Slot(slot, rank) if slot == wanted => Some((rank, number)),
            _ => None,
        });
        ranked.min().map(|(_, number)| number)
    };
    if best(Slot::Client).is_none() {
        let forwarded = best(Slot::Forwarded).map_or("", |_| "; X-Forwarded-For alone is what anybody may write");
        let what = format!("no field says who asked: %h, %a or $remote_addr is missing{forwarded}");
        return Err(source.error(source.bytes.len(), &what));
    }
    let parts_of_request = [Slot::Method, Slot::Target, Slot::Path, Slot::Query, Slot::Protocol];
    let slots = [
        [Slot::Client, Slot::Forwarded, Slot::Domain, Slot::User, Slot::Request, Slot::Status, Slot::Bytes, Slot::Referrer].as_slice(),
        &[Slot::Agent],
        if best(Slot::Request).is_some() { &[] } else { &parts_of_request },
    ];
    let chosen: Vec<_> = slots.concat().into_iter().filter_map(best).collect();
    let whole = find_whole_time(source, tokens)?;
    for (token, number) in tokens {
        if let Token::Field(field) = token {
            field.is_used = match &field.meaning {
                Meaning::Slot(..) => chosen.contains(number),
                Meaning::Time(TimeForm::Fraction(_)) => true,
                Meaning::Time(_) => whole.is_none_or(|whole| whole == *number),
                Meaning::Skipped => false,
            };
        }
    }
    Ok(())
}

/// The time that gives an instant alone; `None` where all together do, or where there is no time.
fn find_whole_time(source: &Source<'_>, tokens: &[(Token, usize)]) -> error::Result<Option<usize>> {
    let times: Vec<_> = fields(tokens)
        .filter_map(|(field, number)| match &field.meaning {
            Meaning::Time(form) => Some((form.clone(), number, field.at)),
            _ => None,
        })
        .collect();
    let whole = times.iter().find(|(form, ..)| form.is_whole()).map(|(_, number, _)| *number);
    let forms: Vec<_> = times.iter().map(|(form, ..)| form.clone()).collect();
    match (whole, times.first()) {
        (None, Some((.., at))) if !moment::gives_instant(&forms) => {
            Err(source.error(*at, "all times together give no date with a year and time of day with seconds"))
        }
        _ => Ok(whole),
    }
}

/// Cuts a format at its quotes, up to the last field that is of use.
fn cut_segments(tokens: Vec<(Token, usize)>) -> Result<Vec<Segment>, Box<(Field, Field)>> {
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
    let own_end = if last + 1 == pieces.len() { End::Line } else { End::Quote };
    pieces.truncate(last + 1);
    let end_of =
        |place: usize, piece: &mut Vec<(Token, usize)>| if place == last { cut_tail(piece).unwrap_or(own_end) } else { End::Quote };
    let segments = pieces.into_iter().enumerate().map(|(place, mut piece)| {
        let end = end_of(place, &mut piece);
        Segment::new(piece, end)
    });
    segments.collect()
}

/// Leaves out what stands behind the last field of use, unless client's text stands before that field: then the whole
/// segment must fit, or such text could push another value into the field's place.
fn cut_tail(piece: &mut Vec<(Token, usize)>) -> Option<End> {
    let last = piece.iter().rposition(|(token, _)| matches!(token, Token::Field(field) if field.is_used))?;
    let is_clients = |(token, _): &(Token, usize)| match token {
        Token::Field(field) => matches!(field.class, Class::Token | Class::Name | Class::Text),
        Token::Literal(_) => false,
    };
    match piece.get(last + 1..)? {
        [(Token::Literal(text), _), _, ..] if !piece[..=last].iter().any(is_clients) => {
            let stop = *text.first()?;
            piece.truncate(last + 1);
            Some(End::Cut(stop))
        }
        _ => None,
    }
}
