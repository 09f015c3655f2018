use std::collections::BTreeSet;
use std::rc::Rc;

use super::layered::Layered;
use super::{Catalog, Gone, Key, Naming, Object, Space};

/// A catalog as it is written down: its objects, without what can be read from them again.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Stored {
    objects: Vec<Rc<Object>>,
    gone: Vec<Fate>,
    incomplete: bool,
    open: Rc<BTreeSet<String>>,
    naming: Naming,
}

/// What was there once: an object, or one of its columns.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Fate {
    object: Key,
    column: Option<String>,
    gone: Rc<Gone>,
}

impl From<Catalog> for Stored {
    fn from(catalog: Catalog) -> Self {
        let fates = catalog.gone.iter().map(|((object, column), gone)| Fate {
            object: object.clone(),
            column: column.clone(),
            gone: gone.clone(),
        });
        // With their digests: whoever reads it wants them all.
        for object in catalog.objects().filter(|object| object.counts()) {
            object.digest();
        }
        Self {
            objects: catalog.objects().cloned().collect(),
            gone: fates.collect(),
            incomplete: catalog.incomplete,
            open: catalog.open,
            naming: catalog.naming,
        }
    }
}

/// Filled all at once: object by object it would take several times as long.
impl From<Stored> for Catalog {
    fn from(stored: Stored) -> Self {
        let objects: Vec<(Key, Rc<Object>)> = stored
            .objects
            .into_iter()
            .map(|object| (object.key(), object))
            .collect();
        let parts = objects.iter().filter(|(_, object)| object.kind.is_part());
        let parts: Layered<_, _> = parts
            .map(|(key, object)| {
                let table = stored.naming.fold(&object.table, Space::Relation);
                ((table, key.clone()), object.clone())
            })
            .collect();
        let implicit = parts.iter().filter(|(_, part)| part.is_implicit());
        let implicit = implicit.map(|(part, _)| (part.clone(), ())).collect();
        let users = objects.iter().flat_map(|(key, object)| {
            let used = object.uses.iter();
            used.map(|used| ((used.key.clone(), key.clone()), ()))
        });
        let referring = objects.iter().filter(|(_, object)| object.is_referring());
        let kinds = objects
            .iter()
            .map(|(key, object)| ((object.kind, key.clone()), object.clone()));
        let lasting = || objects.iter().filter(|(_, object)| object.counts());
        let digests = lasting().map(|(_, object)| object.digest());
        let fates = stored.gone.into_iter();
        Self {
            parts,
            implicit,
            kinds: kinds.collect(),
            referring: referring.cloned().collect(),
            users: users.collect(),
            gone: fates
                .map(|fate| ((fate.object, fate.column), fate.gone))
                .collect(),
            sum: digests.fold(0, u64::wrapping_add),
            unknown: lasting().filter(|(_, object)| !object.is_certain()).count(),
            unsummed: rpds::RedBlackTreeSet::new(),
            incomplete: stored.incomplete,
            open: stored.open,
            naming: stored.naming,
            objects: objects.into_iter().collect(),
        }
    }
}
