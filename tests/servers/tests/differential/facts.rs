//! A schema in words that the model and the servers share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Every object with what is known of it.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    objects: BTreeMap<Title, Object>,
}

/// A kind of object or of part of one, and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Title {
    pub(crate) kind: String,
    pub(crate) name: String,
}

#[derive(Debug, Default)]
struct Object {
    /// The table that it belongs to, where it does.
    table: Option<String>,
    /// Whether somebody knows that it is not fully known.
    incomplete: bool,
    /// Each part with how it is; the object itself is the part without a name.
    parts: BTreeMap<Title, String>,
    /// The parts that somebody knows to be in doubt, without letter case.
    doubtful: BTreeSet<Title>,
}

/// What is otherwise in the model than on the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    object: Title,
    part: Title,
    server: Option<String>,
    model: Option<String>,
}

/// What comes of comparing a server with a model.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) compared: usize,
    /// What is not compared, because the model does not know it fully.
    pub(crate) incomplete: BTreeSet<Title>,
    /// Parts that are not compared, because the model leaves them in doubt.
    pub(crate) doubtful: BTreeSet<Title>,
    pub(crate) differences: BTreeSet<Difference>,
}

impl Facts {
    /// Adds an object, or says more of one. `table` is the one that it belongs to, else empty.
    pub(crate) fn add(&mut self, object: Title, table: &str, part: Title, detail: String) {
        let object = self.objects.entry(object).or_default();
        object.table = Some(table.to_owned()).filter(|table| !table.is_empty());
        object.parts.insert(part, detail);
    }

    /// Says that an object is not fully known.
    pub(crate) fn mark_incomplete(&mut self, object: Title) {
        self.objects.entry(object).or_default().incomplete = true;
    }

    /// Says of a part of an object that it is in doubt: a column, a primary key, or a constraint of whatever kind.
    pub(crate) fn mark_doubtful(&mut self, object: Title, part: &Title) {
        let object = self.objects.entry(object).or_default();
        object.doubtful.insert(part.folded());
    }

    /// What is otherwise in a model of this schema. Of what the model knows that it does not know, nothing is.
    pub(crate) fn compare(&self, model: &Self) -> Comparison {
        let mut comparison = Comparison::default();
        let titles: BTreeSet<&Title> = self.objects.keys().chain(model.objects.keys()).collect();
        for title in titles {
            let (server, modelled) = (self.objects.get(title), model.objects.get(title));
            let table = server.or(modelled).and_then(|object| object.table.as_ref());
            let is_of_incomplete = table.is_some_and(|table| {
                let table = Title::new("table", table);
                model.objects.get(&table).is_some_and(|it| it.incomplete)
            });
            if modelled.is_some_and(|it| it.incomplete) || modelled.is_none() && is_of_incomplete {
                comparison.incomplete.insert(title.clone());
                continue;
            }
            comparison.compared += 1;
            let doubtful = modelled.iter().flat_map(|object| &object.doubtful);
            let doubtful = doubtful.map(|part| Title {
                kind: part.kind.clone(),
                name: format!("{} of {title}", part.name),
            });
            comparison.doubtful.extend(doubtful);
            compare_objects(title, server, modelled, &mut comparison.differences);
        }
        comparison
    }
}

fn compare_objects(
    title: &Title,
    server: Option<&Object>,
    model: Option<&Object>,
    differences: &mut BTreeSet<Difference>,
) {
    let difference = |part: &Title, server: Option<&String>, model: Option<&String>| Difference {
        object: title.clone(),
        part: part.clone(),
        server: server.cloned(),
        model: model.cloned(),
    };
    let itself = Title::default();
    let (Some(server), Some(model)) = (server, model) else {
        // Its parts are missing with it.
        let of = |object: Option<&Object>| {
            object.map(|object| object.parts.get(&itself).cloned().unwrap_or_default())
        };
        let (server, model) = (of(server), of(model));
        differences.insert(difference(&itself, server.as_ref(), model.as_ref()));
        return;
    };
    let parts: BTreeSet<&Title> = server.parts.keys().chain(model.parts.keys()).collect();
    for part in parts.into_iter().filter(|part| !model.doubts(part)) {
        let (server, model) = (server.parts.get(part), model.parts.get(part));
        if server != model {
            differences.insert(difference(part, server, model));
        }
    }
}

impl Object {
    fn doubts(&self, part: &Title) -> bool {
        let kind = match part.kind.as_str() {
            kind @ ("" | "column" | "primary key") => kind,
            _ => "constraint",
        };
        let is_primary = kind == "primary key";
        let name = if is_primary { "" } else { &part.name };
        self.doubtful.contains(&Title::new(kind, name).folded())
    }
}

impl Title {
    fn folded(&self) -> Self {
        Self::new(&self.kind, &self.name.to_ascii_lowercase())
    }

    pub(crate) fn new(kind: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
        }
    }
}

impl Difference {
    /// Of a file that one refuses and the other takes: what each has against it.
    pub(crate) fn of_verdicts(server: Option<String>, model: Option<String>) -> Self {
        Self {
            object: Title::new("objection", "to it"),
            part: Title::default(),
            server,
            model,
        }
    }

    /// Whether it is about an object of which the model has not heard.
    pub(crate) fn is_of_unheard_object(&self) -> bool {
        self.part == Title::default() && self.model.is_none()
    }

    /// What differences of the same kind have in common.
    pub(crate) fn cause(&self) -> String {
        let kind = match self.part.kind.as_str() {
            "" => &self.object.kind,
            part => part,
        };
        let how = match (&self.server, &self.model) {
            (Some(_), None) => "not in the model",
            (None, _) => "only in the model",
            (Some(_), Some(_)) => "not as in the model",
        };
        format!("{kind} {how}")
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

impl fmt::Display for Difference {
    /// A line with a plus for what the server has, and one with a minus for what the model has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part.kind.as_str() {
            "" => String::new(),
            _ => format!(", {}", self.part),
        };
        let sides = [('+', &self.server), ('-', &self.model)];
        let mut separator = "";
        for (sign, detail) in sides {
            if let Some(detail) = detail {
                write!(f, "{separator}{sign} {}{part}: {detail}", self.object)?;
                separator = "\n";
            }
        }
        Ok(())
    }
}
