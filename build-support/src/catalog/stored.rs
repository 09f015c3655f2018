use std::collections::BTreeSet;
use std::rc::Rc;

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
        let parts = parts.map(|(key, object)| {
            let table = stored.naming.fold(&object.table, Space::Relation);
            ((table, key.clone()), ())
        });
        let users = objects.iter().flat_map(|(key, object)| {
            let used = object.uses.iter();
            used.map(|used| ((used.key.clone(), key.clone()), ()))
        });
        let lasting = || objects.iter().filter(|(_, object)| object.counts());
        let digests = lasting().map(|(_, object)| object.digest());
        let fates = stored.gone.into_iter();
        Self {
            parts: parts.collect(),
            users: users.collect(),
            gone: fates
                .map(|fate| ((fate.object, fate.column), fate.gone))
                .collect(),
            sum: digests.fold(0, u64::wrapping_add),
            unknown: lasting().filter(|(_, object)| object.incomplete).count(),
            incomplete: stored.incomplete,
            open: stored.open,
            naming: stored.naming,
            objects: objects.into_iter().collect(),
        }
    }
}
