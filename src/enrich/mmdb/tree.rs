//! The search tree of a file, walked for IPv4 from the sixteenth level on.
//!
//! A table says where the walk of an address stands after its first sixteen bits, so half of the steps are one look into the table.
//!
//! **Source:** `MaxMind` DB file format specification 2.0, Binary Search Tree Section.

use std::sync::Arc;

/// How many bits of an address the table knows.
const TABLE_BITS: usize = 16;

/// How many levels of zeros lead to IPv4 in a tree of IPv6.
const IPV4_LEVELS: usize = 96;

/// A search tree.
#[derive(Debug)]
pub(crate) struct Tree {
    file: Arc<[u8]>,
    nodes: usize,
    record_bits: usize,
    /// Where the walk stands after each beginning of an address: a node, or what it ended at.
    starts: Box<[u32]>,
}

impl Tree {
    /// The tree at the beginning of `file`, for IPv4; `None`: it has other records than the format knows, or ends before its end.
    pub(super) fn of(file: Arc<[u8]>, nodes: usize, record_bits: usize, ip_version: u16) -> Option<Self> {
        let bytes = nodes.checked_mul(record_bits / 4)?;
        if !matches!(record_bits, 24 | 28 | 32) || file.len() < bytes || u32::try_from(nodes).is_err() {
            return None;
        }
        let mut tree = Self { file, nodes, record_bits, starts: Box::default() };
        let mut root = 0;
        for _ in 0..if ip_version == 6 { IPV4_LEVELS } else { 0 } {
            root = tree.step(root, 0);
        }
        let mut level = vec![u32::try_from(root).ok()?];
        for _ in 0..TABLE_BITS {
            let next = level.iter().flat_map(|&node| [tree.step(node as usize, 0), tree.step(node as usize, 1)]);
            level = next.map(u32::try_from).collect::<Result<_, _>>().ok()?;
        }
        tree.starts = level.into();
        Some(tree)
    }

    /// What the walk of `address` ends at: a number that stands for a record; `None`: there is none.
    #[inline]
    pub(super) fn find(&self, address: u32) -> Option<usize> {
        let mut node = self.starts[(address >> TABLE_BITS) as usize] as usize;
        let mut bit = 32 - TABLE_BITS;
        while node < self.nodes && bit > 0 {
            bit -= 1;
            node = self.step(node, (address >> bit) as usize & 1);
        }
        (node > self.nodes).then_some(node)
    }

    /// The record of a node, the left (0) or the right one (1). What is no node leads to itself.
    #[inline]
    fn step(&self, node: usize, side: usize) -> usize {
        if node >= self.nodes {
            return node;
        }
        let byte = |at: usize| self.file.get(at).map_or(0, |&byte| usize::from(byte));
        let three = |at: usize| {
            self.file.get(at..at + 3).map_or(0, |bytes| usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]))
        };
        match self.record_bits {
            24 => three(node * 6 + side * 3),
            28 => {
                let middle = byte(node * 7 + 3);
                three(node * 7 + side * 4) | if side == 0 { middle >> 4 } else { middle & 15 } << 24
            }
            _ => three(node * 8 + side * 4) << 8 | byte(node * 8 + side * 4 + 3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of IPv4 with records of that many bits, in which `networks` have numbers behind the nodes.
    fn tree(record_bits: usize, networks: &[(u32, usize, usize)]) -> Tree {
        let mut nodes: Vec<[usize; 2]> = vec![[0; 2]];
        for &(address, length, _) in networks {
            let mut at = 0;
            for bit in 0..length - 1 {
                let side = (address >> (31 - bit)) as usize & 1;
                if nodes[at][side] == 0 {
                    nodes.push([0; 2]);
                    nodes[at][side] = nodes.len() - 1;
                }
                at = nodes[at][side];
            }
        }
        let count = nodes.len();
        nodes.iter_mut().flatten().filter(|record| **record == 0).for_each(|record| *record = count);
        for &(address, length, number) in networks {
            let at = (0..length - 1).fold(0, |at, bit| nodes[at][(address >> (31 - bit)) as usize & 1]);
            nodes[at][(address >> (32 - length)) as usize & 1] = count + number;
        }
        let bytes = nodes.iter().flat_map(|[left, right]| {
            let (l, r) = (u32::try_from(*left).expect("small").to_be_bytes(), u32::try_from(*right).expect("small").to_be_bytes());
            match record_bits {
                24 => vec![l[1], l[2], l[3], r[1], r[2], r[3]],
                28 => vec![l[1], l[2], l[3], l[0] << 4 | r[0], r[1], r[2], r[3]],
                _ => [l, r].concat(),
            }
        });
        Tree::of(bytes.collect::<Vec<_>>().into(), count, record_bits, 4).expect("a tree")
    }

    #[test]
    fn networks_are_found_above_and_below_the_table() {
        let networks = [(0x0a00_0000, 8, 17), (0xc000_0200, 24, 18), (0xc633_6407, 32, 19), (0xcb00_0000, 16, 20), (0xcb01_8000, 17, 21)];
        for record_bits in [24, 28, 32] {
            let tree = tree(record_bits, &networks);
            let number = |address: u32| tree.find(address).map(|found| found - tree.nodes);
            for (address, wanted) in [
                (0x0aff_0102, Some(17)),
                (0x0b00_0000, None),
                (0xc000_02ff, Some(18)),
                (0xc000_0300, None),
                (0xc633_6407, Some(19)),
                (0xc633_6406, None),
                (0xcb00_ffff, Some(20)),
                (0xcb01_8000, Some(21)),
                (0xcb01_7fff, None),
                (0, None),
                (u32::MAX, None),
            ] {
                assert_eq!(number(address), wanted, "{address:08x} with {record_bits} bits");
            }
        }
        assert!(Tree::of(vec![0; 5].into(), 1, 24, 4).is_none(), "cut short");
        assert!(Tree::of(vec![0; 6].into(), 1, 20, 4).is_none(), "no such records");
    }
}
