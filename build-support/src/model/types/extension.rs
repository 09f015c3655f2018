use crate::catalog::Catalog;
use crate::syntax::ir::ObjectKind;

/// Extensions whose types are known, each with them; those that have none are here as well.
const EXTENSIONS: [(&str, &[&str]); 46] = [
    ("address_standardizer", &["stdaddr"]),
    ("adminpack", &[]),
    ("amcheck", &[]),
    ("autoinc", &[]),
    ("bloom", &[]),
    ("btree_gin", &[]),
    (
        "btree_gist",
        &[
            "gbtreekey2",
            "gbtreekey4",
            "gbtreekey8",
            "gbtreekey16",
            "gbtreekey32",
            "gbtreekey_var",
        ],
    ),
    ("citext", &["citext"]),
    ("cube", &["cube"]),
    ("dblink", &["dblink_pkey_results"]),
    ("dict_int", &[]),
    ("dict_xsyn", &[]),
    ("earthdistance", &["earth"]),
    ("file_fdw", &[]),
    ("fuzzystrmatch", &[]),
    ("hstore", &["hstore", "ghstore"]),
    ("intagg", &[]),
    ("intarray", &["query_int", "intbig_gkey"]),
    (
        "isn",
        &[
            "ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc",
        ],
    ),
    ("lo", &["lo"]),
    ("ltree", &["ltree", "lquery", "ltxtquery", "ltree_gist"]),
    ("moddatetime", &[]),
    ("pageinspect", &[]),
    ("pg_buffercache", &[]),
    ("pg_freespacemap", &[]),
    ("pg_prewarm", &[]),
    ("pg_stat_statements", &[]),
    ("pg_trgm", &["gtrgm"]),
    ("pg_visibility", &[]),
    ("pgcrypto", &[]),
    ("pgrowlocks", &[]),
    ("pgstattuple", &[]),
    ("plpgsql", &[]),
    (
        "postgis",
        &[
            "geometry",
            "geography",
            "box2d",
            "box2df",
            "box3d",
            "geometry_dump",
            "gidx",
            "spheroid",
            "valid_detail",
        ],
    ),
    (
        "postgis_raster",
        &[
            "raster",
            "addbandarg",
            "agg_samealignment",
            "geomval",
            "rastbandarg",
            "reclassarg",
            "summarystats",
            "unionarg",
        ],
    ),
    ("postgis_topology", &["topogeometry"]),
    ("postgres_fdw", &[]),
    ("refint", &[]),
    ("seg", &["seg"]),
    ("sslinfo", &[]),
    (
        "tablefunc",
        &[
            "tablefunc_crosstab_2",
            "tablefunc_crosstab_3",
            "tablefunc_crosstab_4",
        ],
    ),
    ("tcn", &[]),
    ("unaccent", &[]),
    ("uuid-ossp", &[]),
    ("vector", &["vector", "halfvec", "sparsevec"]),
    ("xml2", &[]),
];

/// The extension that a type comes with.
pub(super) fn of_type(name: &str) -> Option<&'static str> {
    EXTENSIONS
        .iter()
        .find(|(_, types)| types.contains(&name))
        .map(|(extension, _)| *extension)
}

/// Whether an extension that was made provides a type of that name, or may do so.
pub(super) fn may_provide(catalog: &Catalog, name: &str) -> bool {
    catalog.of_kind(ObjectKind::Extension).any(|made| {
        let known = EXTENSIONS
            .iter()
            .find(|(extension, _)| *extension == made.name);
        // One of several kinds of PostGIS brings the others along with CASCADE.
        known.is_none_or(|(extension, types)| {
            types.contains(&name) || extension.starts_with("postgis") && is_of_postgis(name)
        })
    })
}

fn is_of_postgis(name: &str) -> bool {
    of_type(name).is_some_and(|extension| extension.starts_with("postgis"))
}
