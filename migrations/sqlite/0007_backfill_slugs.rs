// Gives every document a slug made from its title, unique among its owner's documents.
//
// In Rust because SQLite's SQL cannot fold a title into `lower-case-words`.

use std::collections::HashSet;

use rusqlite::{Connection, Result, params};

/// Fills the slugs that are still empty.
pub fn up(connection: &Connection) -> Result<()> {
    let mut taken = taken_slugs(connection)?;
    let mut update = connection.prepare("UPDATE documents SET slug = ?2 WHERE id = ?1")?;
    for document in documents_without_slug(connection)? {
        let slug = free_slug(&document.title, |slug| {
            taken.insert((document.owner, slug.to_owned()))
        });
        update.execute(params![document.id, slug])?;
    }
    Ok(())
}

/// Empties the column again; the slugs can always be made anew.
pub fn down(connection: &Connection) -> Result<()> {
    connection.execute(
        "UPDATE documents SET slug = NULL WHERE slug IS NOT NULL",
        [],
    )?;
    Ok(())
}

struct Document {
    id: i64,
    owner: i64,
    title: String,
}

/// Read to the end before the first update, so that no row is seen while its table changes.
fn documents_without_slug(connection: &Connection) -> Result<Vec<Document>> {
    connection
        .prepare("SELECT id, owner_id, title FROM documents WHERE slug IS NULL ORDER BY id")?
        .query_map([], |row| {
            Ok(Document {
                id: row.get(0)?,
                owner: row.get(1)?,
                title: row.get(2)?,
            })
        })?
        .collect()
}

fn taken_slugs(connection: &Connection) -> Result<HashSet<(i64, String)>> {
    connection
        .prepare("SELECT owner_id, slug FROM documents WHERE slug IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The title's slug, with the first number behind it that `claim` accepts.
fn free_slug(title: &str, mut claim: impl FnMut(&str) -> bool) -> String {
    let slug = slug_of(title);
    if claim(&slug) {
        return slug;
    }
    let mut number = 2_u64;
    loop {
        let numbered = format!("{slug}-{number}");
        if claim(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

/// Letters and digits in lower case, everything between them as one `-`.
fn slug_of(title: &str) -> String {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return "untitled".to_owned();
    }
    words.join("-")
}
