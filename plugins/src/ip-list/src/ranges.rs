/// Ranges of addresses, sorted, none of which overlaps another: a search is binary.
#[derive(Debug, PartialEq, Eq)]
pub struct Ranges<T>(Vec<(T, T)>);

impl<T: Ord + Copy> Ranges<T> {
    /// Takes ranges in any order, first and last address each.
    pub fn new(mut ranges: Vec<(T, T)>) -> Ranges<T> {
        ranges.sort(); // the stable sort is the smaller one, by 8 KB
        ranges.dedup_by(|next, kept| {
            let overlap = next.0 <= kept.1;
            if overlap {
                kept.1 = kept.1.max(next.1);
            }
            overlap
        });
        ranges.shrink_to_fit();
        Ranges(ranges)
    }

    pub fn contains(&self, address: T) -> bool {
        let after = self.0.partition_point(|r| r.0 <= address);
        after > 0 && address <= self.0[after - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_ranges_become_one() {
        let ranges = Ranges::new(vec![(9, 9), (1, 8), (20, 30), (2, 3), (25, 40), (9, 12), (40, 41), (0, 0)]);
        assert_eq!(ranges, Ranges(vec![(0, 0), (1, 8), (9, 12), (20, 41)]));
    }

    #[test]
    fn an_address_is_found_as_by_looking_at_each() {
        let mut seed = 1u32;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            (seed >> 8) % below
        };
        for _ in 0..200 {
            let count = random(12);
            let list: Vec<_> = (0..count).map(|_| (random(60), random(9))).map(|(a, n)| (a, a + n)).collect();
            let ranges = Ranges::new(list.clone());
            for a in 0..70 {
                assert_eq!(ranges.contains(a), list.iter().any(|r| r.0 <= a && a <= r.1), "{a} in {list:?}");
            }
        }
    }

    #[test]
    fn the_ends_of_all_addresses_are_found() {
        let all = Ranges::new(vec![(0, u128::MAX)]);
        assert!(all.contains(0) && all.contains(u128::MAX));
        assert!(!Ranges::new(vec![]).contains(0u32));
    }
}
