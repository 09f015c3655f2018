//! "Did you mean": the known name that a misspelt one most likely stands for.

use strsim::damerau_levenshtein;

/// The candidate that `name` is most likely a misspelling of, if one is close enough to be worth naming.
///
/// Letter case and `-` against `_` do not count as differences. A third of the letters may be wrong (one in names of up to five,
/// none in names of one or two), a swap of neighbours being one mistake; names whose parts are merely in another order
/// are near as well (`id_user`, `user_id`). Among equally distant candidates those with the same letters win, then
/// those that `name` lacks letters of, then the first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = normal(name);
    let allowed = match name.chars().count() {
        0..3 => 0,
        3..6 => 1,
        length => length / 3,
    };
    let mut best: Option<((usize, Likeness), &'a str)> = None;
    for candidate in candidates {
        let other = normal(candidate);
        if length_difference(&name, &other) > allowed {
            continue;
        }
        let likeness = Likeness::of(&name, &other);
        let distance = damerau_levenshtein(&name, &other);
        let near = distance <= allowed || sorted_parts(&name) == sorted_parts(&other);
        let rank = (distance, likeness);
        if near && best.is_none_or(|(best, _)| rank < best) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// What kind of mistake leads from one name to the other, likelier ones first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    SameLetters,
    MissingLetters,
    Other,
}

impl Likeness {
    fn of(name: &str, candidate: &str) -> Self {
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters
        };
        let mut remaining = candidate.chars();
        if sorted(name) == sorted(candidate) {
            Likeness::SameLetters
        } else if name
            .chars()
            .all(|letter| remaining.any(|other| other == letter))
        {
            Likeness::MissingLetters
        } else {
            Likeness::Other
        }
    }
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

fn length_difference(a: &str, b: &str) -> usize {
    a.chars().count().abs_diff(b.chars().count())
}

fn sorted_parts(name: &str) -> Vec<&str> {
    let mut parts: Vec<_> = name.split('_').collect();
    parts.sort_unstable();
    parts
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_likeliest_name_is_found() {
        for (name, candidates, expected) in [
            ("emial", "id emails email name", Some("email")),
            ("EMIAL", "id Email", Some("Email")),
            ("usres", "uses users", Some("users")),
            ("eamil", "email mail", Some("email")),
            ("irreversable", "down irreversible", Some("irreversible")),
            (
                "no_transaction",
                "no-transaction down",
                Some("no-transaction"),
            ),
            (
                "no-transation",
                "no-transaction down",
                Some("no-transaction"),
            ),
            ("id_user", "user_id user_ip", Some("user_id")),
            ("nmae", "nae name", Some("name")),
            ("nme", "nne name", Some("name")),
            ("tags", "users documents", None),
            ("ab", "ac bc", None),
            ("ID", "user_id id", Some("id")),
            ("", "a", None),
            ("größe", "gröse", Some("gröse")),
            ("created", "updated", None),
            ("created_at", "updated_at created_on", Some("created_on")),
        ] {
            let found = nearest(name, candidates.split(' '));
            assert_eq!(found, expected, "{name} in {candidates}");
        }
    }

    #[test]
    fn the_first_of_equals_wins() {
        assert_eq!(nearest("colunm", ["column", "columns"]), Some("column"));
        assert_eq!(nearest("colum1", ["colum2", "colum3"]), Some("colum2"));
    }
}
