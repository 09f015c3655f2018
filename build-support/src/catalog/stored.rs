use std::rc::Rc;

use super::{Catalog, Gone, Key, Object};

/// A catalog as it is written down: its objects, without what can be read from them again.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Stored {
    objects: Vec<Rc<Object>>,
    gone: Vec<((Key, Option<String>), Rc<Gone>)>,
    incomplete: bool,
}

impl From<Catalog> for Stored {
    fn from(catalog: Catalog) -> Self {
        let gone = catalog.gone.iter();
        Self {
            objects: catalog.objects().cloned().collect(),
            gone: gone
                .map(|(key, gone)| (key.clone(), gone.clone()))
                .collect(),
            incomplete: catalog.incomplete,
        }
    }
}

impl From<Stored> for Catalog {
    fn from(stored: Stored) -> Self {
        let mut catalog = Self {
            incomplete: stored.incomplete,
            ..Self::default()
        };
        for object in stored.objects {
            catalog.insert(Rc::unwrap_or_clone(object));
        }
        for (key, gone) in stored.gone {
            catalog.gone.insert_mut(key, gone);
        }
        catalog
    }
}
