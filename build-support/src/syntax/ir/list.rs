use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many items lie together.
const CHUNK: usize = 64;

/// A list that costs nothing to clone, and that shares with its clones all in which they do not differ: a history keeps a table's
/// definition as it was before each statement, however many columns and constraints that has.
pub struct List<T> {
    /// Each but the last is full.
    chunks: Arc<Vec<Chunk<T>>>,
}

type Chunk<T> = Arc<Vec<Arc<T>>>;

impl<T> List<T> {
    /// A list with nothing in it.
    pub fn new() -> Self {
        Self {
            chunks: Arc::new(Vec::new()),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self.chunks.split_last() {
            Some((last, full)) => full.len() * CHUNK + last.len(),
            None => 0,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The one at that place.
    pub fn get(&self, place: usize) -> Option<&T> {
        let chunk = self.chunks.get(place / CHUNK)?;
        chunk.get(place % CHUNK).map(|item| &**item)
    }

    /// The first one.
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// All of them, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.from(0)
    }

    /// Those from a place on.
    pub fn from(&self, place: usize) -> Iter<'_, T> {
        Iter {
            list: self,
            places: place..self.len(),
        }
    }

    /// Puts one behind the others.
    pub fn push(&mut self, item: T) {
        self.push_shared(Arc::new(item));
    }

    /// Keeps those that pass.
    pub fn retain(&mut self, mut passes: impl FnMut(&T) -> bool) {
        let passed: Vec<bool> = self.iter().map(&mut passes).collect();
        if passed.iter().all(|passed| *passed) {
            return;
        }
        let mut kept = Self::new();
        let items = self.chunks.iter().flat_map(|chunk| chunk.iter());
        for (item, _) in items.zip(passed).filter(|(_, passed)| *passed) {
            kept.push_shared(item.clone());
        }
        *self = kept;
    }

    /// How many of their first items two lists share.
    pub fn shared_with(&self, other: &Self) -> usize {
        if Arc::ptr_eq(&self.chunks, &other.chunks) {
            return self.len();
        }
        let mut pairs = self.chunks.iter().zip(other.chunks.iter());
        let full = pairs.by_ref().take_while(|(a, b)| Arc::ptr_eq(a, b));
        let full = full.count();
        let (Some(own), Some(others)) = (self.chunks.get(full), other.chunks.get(full)) else {
            return self.len().min(other.len());
        };
        let pairs = own.iter().zip(others.iter());
        full * CHUNK + pairs.take_while(|(a, b)| Arc::ptr_eq(a, b)).count()
    }

    fn push_shared(&mut self, item: Arc<T>) {
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut().filter(|last| last.len() < CHUNK) {
            Some(last) => Arc::make_mut(last).push(item),
            None => chunks.push(Arc::new(vec![item])),
        }
    }
}

impl<T: Clone> List<T> {
    /// The last one, to change it.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        let last = Arc::make_mut(&mut self.chunks).last_mut()?;
        Arc::make_mut(last).last_mut().map(Arc::make_mut)
    }

    /// All of them, to change them. Where few are meant, [`List::change`] leaves the others shared.
    pub fn iter_mut(&mut self) -> std::vec::IntoIter<&mut T> {
        let chunks = Arc::make_mut(&mut self.chunks).iter_mut();
        let items = chunks.flat_map(|chunk| Arc::make_mut(chunk).iter_mut());
        items.map(Arc::make_mut).collect::<Vec<_>>().into_iter()
    }

    /// Changes those that are meant.
    pub fn change(&mut self, is_meant: impl Fn(&T) -> bool, mut change: impl FnMut(&mut T)) {
        for nth in 0..self.chunks.len() {
            if !self.chunks[nth].iter().any(|item| is_meant(item)) {
                continue;
            }
            let chunk = Arc::make_mut(&mut Arc::make_mut(&mut self.chunks)[nth]);
            for item in chunk.iter_mut().filter(|item| is_meant(item)) {
                change(Arc::make_mut(item));
            }
        }
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            chunks: self.chunks.clone(),
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        let shared = self.shared_with(other);
        self.len() == other.len() && self.from(shared).eq(other.from(shared))
    }
}

impl<T: Eq> Eq for List<T> {}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T> Index<usize> for List<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        &self.chunks[place / CHUNK][place % CHUNK]
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::new();
        list.extend(items);
        list
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T> Extend<T> for List<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.push(item);
        }
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = Iter<'l, T>;

    fn into_iter(self) -> Iter<'l, T> {
        self.iter()
    }
}

impl<'l, T: Clone> IntoIterator for &'l mut List<T> {
    type Item = &'l mut T;
    type IntoIter = std::vec::IntoIter<&'l mut T>;

    fn into_iter(self) -> std::vec::IntoIter<&'l mut T> {
        self.iter_mut()
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

/// The items of a [`List`].
#[derive(Debug)]
pub struct Iter<'l, T> {
    list: &'l List<T>,
    places: std::ops::Range<usize>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self {
            list: self.list,
            places: self.places.clone(),
        }
    }
}

impl<'l, T> Iterator for Iter<'l, T> {
    type Item = &'l T;

    fn next(&mut self) -> Option<&'l T> {
        self.list.get(self.places.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl<'l, T> DoubleEndedIterator for Iter<'l, T> {
    fn next_back(&mut self) -> Option<&'l T> {
        self.list.get(self.places.next_back()?)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is done to it, it is the list that a plain one is, and its clones stay as they were.
    #[test]
    fn a_shared_list_is_what_a_plain_one_is() {
        let (mut list, mut plain) = (List::new(), Vec::new());
        let mut earlier: Vec<(List<usize>, Vec<usize>)> = Vec::new();
        for step in 0..400 {
            match step % 50 {
                47 => {
                    list.retain(|item| item % 7 != 0);
                    plain.retain(|item| item % 7 != 0);
                }
                48 => {
                    list.change(|item| item % 5 == 0, |item| *item += 1);
                    let meant = plain.iter_mut().filter(|item| **item % 5 == 0);
                    meant.for_each(|item| *item += 1);
                }
                49 => {
                    list.iter_mut().for_each(|item| *item += 2);
                    plain.iter_mut().for_each(|item| *item += 2);
                    *list.last_mut().unwrap() = step;
                    *plain.last_mut().unwrap() = step;
                }
                _ => {
                    list.push(step);
                    plain.push(step);
                }
            }
            assert!(list.iter().eq(&plain), "step {step}");
            assert!(list.iter().rev().eq(plain.iter().rev()), "step {step}");
            assert_eq!(list.len(), plain.len(), "step {step}");
            assert_eq!(list.get(step), plain.get(step), "step {step}");
            earlier.push((list.clone(), plain.clone()));
        }
        for (list, plain) in &earlier {
            assert!(list.iter().eq(plain));
        }
    }

    #[test]
    fn what_two_lists_share_is_not_compared() {
        let first: List<usize> = (0..200).collect();
        let mut second = first.clone();
        assert_eq!(first.shared_with(&second), 200);
        second.push(200);
        assert_eq!(first.shared_with(&second), 200);
        assert_ne!(first, second);
        let same: List<usize> = (0..201).collect();
        assert_eq!(same.shared_with(&second), 0);
        assert_eq!(same, second);
    }
}
