use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::rc::Rc;

use rpds::RedBlackTreeMap;

/// A sorted map that costs nothing to clone, and little to fill with what a cache holds: what it was filled with stays as it is, and
/// what changed since lies above it.
#[derive(Clone, Debug)]
pub(super) struct Layered<K: Ord, V> {
    base: Rc<BTreeMap<K, V>>,
    /// `None` says that it is gone.
    changed: RedBlackTreeMap<K, Option<V>>,
}

impl<K: Ord + Clone, V: Clone> Layered<K, V> {
    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match self.changed.get(key) {
            Some(changed) => changed.as_ref(),
            None => self.base.get(key),
        }
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.changed.insert_mut(key, Some(value));
    }

    pub(super) fn remove(&mut self, key: &K) {
        if self.base.contains_key(key) {
            self.changed.insert_mut(key.clone(), None);
        } else {
            self.changed.remove_mut(key);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        merged(self.base.iter(), self.changed.iter())
    }

    /// From that key on.
    pub(super) fn range(&self, from: K) -> impl Iterator<Item = (&K, &V)> + use<'_, K, V> {
        let base = self.base.range(from.clone()..);
        merged(base, self.changed.range(from..))
    }
}

impl<K: Ord, V> Default for Layered<K, V> {
    fn default() -> Self {
        std::iter::empty().collect()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Layered<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self {
            base: Rc::new(entries.into_iter().collect()),
            changed: RedBlackTreeMap::new(),
        }
    }
}

/// Both in their order; of two with one key the changed one.
fn merged<'a, K: Ord + 'a, V: 'a>(
    base: impl Iterator<Item = (&'a K, &'a V)>,
    changed: impl Iterator<Item = (&'a K, &'a Option<V>)>,
) -> impl Iterator<Item = (&'a K, &'a V)> {
    let (mut base, mut changed) = (base.peekable(), changed.peekable());
    std::iter::from_fn(move || {
        loop {
            if !comes_first(&mut base, &mut changed) {
                return base.next();
            }
            let (key, value) = changed.next()?;
            if let Some(value) = value {
                return Some((key, value));
            }
        }
    })
}

/// Whether the next one is a changed one; the one in its place is passed over.
fn comes_first<'a, K: Ord + 'a, V: 'a>(
    base: &mut Peekable<impl Iterator<Item = (&'a K, &'a V)>>,
    changed: &mut Peekable<impl Iterator<Item = (&'a K, &'a Option<V>)>>,
) -> bool {
    let (Some((old, _)), Some((new, _))) = (base.peek(), changed.peek()) else {
        return base.peek().is_none();
    };
    if old == new {
        base.next();
        return true;
    }
    new < old
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is done to it, it is the map that a plain one is.
    #[test]
    fn a_layered_map_is_what_a_plain_one_is() {
        let base = (0..20).map(|key| (key * 2, key));
        let (mut layered, mut plain): (Layered<i32, i32>, BTreeMap<i32, i32>) =
            (base.clone().collect(), base.collect());
        let mut random = 7_u32;
        for step in 0..500 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = i32::try_from(random >> 16).unwrap() % 45;
            match step % 3 {
                0 => {
                    layered.insert(key, step);
                    plain.insert(key, step);
                }
                _ => {
                    layered.remove(&key);
                    plain.remove(&key);
                }
            }
            assert!(layered.iter().eq(plain.iter()), "step {step}");
            assert!(layered.range(key).eq(plain.range(key..)), "step {step}");
            assert_eq!(layered.get(&key), plain.get(&key), "step {step}");
        }
    }
}
