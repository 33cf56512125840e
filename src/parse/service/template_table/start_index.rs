//! Which templates of a table begin as a message does: looked up by its first eight bytes, and by its first one where no template begins
//! with those.

use crate::parse::service::template::TemplateMatcher;

/// Where lists of indexes stand among all.
type Range = (u32, u32);

/// The templates of one kind by how they begin; lists of their indexes, each in the order of the file.
#[derive(Debug)]
pub(crate) struct StartIndex {
    indexes: Vec<u32>,
    /// By the first eight bytes of a message: those that may begin so.
    slots: Box<[Option<(u64, Range)>]>,
    /// By the first byte of a longer message of other first bytes: those that begin with a text of fewer.
    short: Box<[Range; 256]>,
    /// By the first byte of a shorter message: all.
    all: Box<[Range; 256]>,
    /// Those that begin with a part, and so with any byte.
    any: Range,
}

impl StartIndex {
    /// Of PAM's templates, or of all others, in a table that is sorted.
    pub(super) fn of(table: &[TemplateMatcher], is_of_pam: bool) -> Self {
        let key_of = |matcher: &TemplateMatcher| matcher.start().first_chunk().map(|key| u64::from_le_bytes(*key));
        let of_kind: Vec<_> = (0_u32..).zip(table).filter(|(_, matcher)| matcher.is_of_pam() == is_of_pam).collect();
        let mut index = Self {
            indexes: Vec::new(),
            slots: vec![None; (4 * of_kind.len()).next_power_of_two()].into(),
            short: Box::new([(0, 0); 256]),
            all: Box::new([(0, 0); 256]),
            any: (0, 0),
        };
        for like in of_kind.chunk_by(|(_, one), (_, other)| one.first_byte() == other.first_byte()) {
            let Some(byte) = like[0].1.first_byte().map(usize::from) else {
                index.any = index.list(like, |_| true);
                continue;
            };
            index.all[byte] = index.list(like, |_| true);
            index.short[byte] = index.list(like, |matcher| key_of(matcher).is_none());
            let mut keys: Vec<u64> = like.iter().filter_map(|(_, matcher)| key_of(matcher)).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let bytes = key.to_le_bytes();
                let range =
                    index.list(like, |matcher| key_of(matcher).map_or_else(|| bytes.starts_with(matcher.start()), |other| other == key));
                index.put(key, range);
            }
        }
        index
    }

    fn put(&mut self, key: u64, range: Range) {
        let mut slot = self.slot(key);
        while self.slots[slot].is_some() {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = Some((key, range));
    }

    /// Those that begin with a text, and that as `message` does.
    #[inline]
    pub(crate) fn starting_like(&self, message: &[u8]) -> &[u32] {
        let Some(&byte) = message.first() else { return &[] };
        let Some(key) = message.first_chunk().map(|key| u64::from_le_bytes(*key)) else {
            return self.at(self.all[usize::from(byte)]);
        };
        let mut slot = self.slot(key);
        loop {
            match self.slots[slot] {
                Some((known, range)) if known == key => return self.at(range),
                Some(_) => slot = (slot + 1) & (self.slots.len() - 1),
                None => return self.at(self.short[usize::from(byte)]),
            }
        }
    }

    /// Those that begin with a part.
    pub(super) fn any(&self) -> &[u32] {
        self.at(self.any)
    }

    #[inline]
    fn at(&self, (start, end): Range) -> &[u32] {
        &self.indexes[start as usize..end as usize]
    }

    /// Where a key is looked for first: texts differ in all bytes, so they are mixed.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        // The golden ratio: Knuth, The Art of Computer Programming, volume 3, section 6.4.
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 40) as usize & (self.slots.len() - 1)
    }

    fn list(&mut self, matchers: &[(u32, &TemplateMatcher)], wanted: impl Fn(&TemplateMatcher) -> bool) -> Range {
        let start = self.len();
        self.indexes.extend(matchers.iter().filter(|(_, matcher)| wanted(matcher)).map(|(index, _)| index));
        (start, self.len())
    }

    fn len(&self) -> u32 {
        // Of a file that people write there are never 2^32.
        u32::try_from(self.indexes.len()).unwrap_or(u32::MAX)
    }
}
