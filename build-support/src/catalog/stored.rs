use std::rc::Rc;

use super::{Catalog, Gone, Key, Naming, Object};

/// A catalog as it is written down: its objects, without what can be read from them again.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Stored {
    objects: Vec<Rc<Object>>,
    gone: Vec<Fate>,
    incomplete: bool,
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
            naming: catalog.naming,
        }
    }
}

impl From<Stored> for Catalog {
    fn from(stored: Stored) -> Self {
        let mut catalog = Self {
            incomplete: stored.incomplete,
            naming: stored.naming,
            ..Self::default()
        };
        for object in stored.objects {
            catalog.insert(Rc::unwrap_or_clone(object));
        }
        for fate in stored.gone {
            let key = (fate.object, fate.column);
            catalog.gone.insert_mut(key, fate.gone);
        }
        catalog
    }
}
