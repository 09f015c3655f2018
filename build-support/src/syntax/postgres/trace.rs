use squawk_syntax::SyntaxKind;

/// Whether a statement is understood and leaves tables, columns, keys, views, types and routines as they are.
pub(super) fn leaves_none(kind: SyntaxKind) -> bool {
    of_objects(kind) || of_sessions(kind)
}

/// Statements on what the catalog does not hold.
fn of_objects(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::CREATE_ACCESS_METHOD
            | SyntaxKind::DROP_ACCESS_METHOD
            | SyntaxKind::CREATE_CAST
            | SyntaxKind::DROP_CAST
            | SyntaxKind::CREATE_COLLATION
            | SyntaxKind::ALTER_COLLATION
            | SyntaxKind::DROP_COLLATION
            | SyntaxKind::CREATE_CONVERSION
            | SyntaxKind::ALTER_CONVERSION
            | SyntaxKind::DROP_CONVERSION
            | SyntaxKind::CREATE_DATABASE
            | SyntaxKind::ALTER_DATABASE
            | SyntaxKind::DROP_DATABASE
            | SyntaxKind::ALTER_DEFAULT_PRIVILEGES
            | SyntaxKind::CREATE_EVENT_TRIGGER
            | SyntaxKind::ALTER_EVENT_TRIGGER
            | SyntaxKind::DROP_EVENT_TRIGGER
            | SyntaxKind::CREATE_FOREIGN_DATA_WRAPPER
            | SyntaxKind::ALTER_FOREIGN_DATA_WRAPPER
            | SyntaxKind::DROP_FOREIGN_DATA_WRAPPER
            | SyntaxKind::CREATE_GROUP
            | SyntaxKind::ALTER_GROUP
            | SyntaxKind::DROP_GROUP
            | SyntaxKind::CREATE_LANGUAGE
            | SyntaxKind::ALTER_LANGUAGE
            | SyntaxKind::DROP_LANGUAGE
            | SyntaxKind::ALTER_LARGE_OBJECT
            | SyntaxKind::CREATE_OPERATOR
            | SyntaxKind::ALTER_OPERATOR
            | SyntaxKind::DROP_OPERATOR
            | SyntaxKind::CREATE_OPERATOR_CLASS
            | SyntaxKind::ALTER_OPERATOR_CLASS
            | SyntaxKind::DROP_OPERATOR_CLASS
            | SyntaxKind::CREATE_OPERATOR_FAMILY
            | SyntaxKind::ALTER_OPERATOR_FAMILY
            | SyntaxKind::DROP_OPERATOR_FAMILY
            | SyntaxKind::CREATE_PUBLICATION
            | SyntaxKind::ALTER_PUBLICATION
            | SyntaxKind::DROP_PUBLICATION
            | SyntaxKind::CREATE_ROLE
            | SyntaxKind::ALTER_ROLE
            | SyntaxKind::DROP_ROLE
            | SyntaxKind::CREATE_RULE
            | SyntaxKind::ALTER_RULE
            | SyntaxKind::DROP_RULE
            | SyntaxKind::CREATE_SERVER
            | SyntaxKind::ALTER_SERVER
            | SyntaxKind::DROP_SERVER
            | SyntaxKind::CREATE_STATISTICS
            | SyntaxKind::ALTER_STATISTICS
            | SyntaxKind::DROP_STATISTICS
            | SyntaxKind::CREATE_SUBSCRIPTION
            | SyntaxKind::ALTER_SUBSCRIPTION
            | SyntaxKind::DROP_SUBSCRIPTION
            | SyntaxKind::ALTER_SYSTEM
            | SyntaxKind::CREATE_TABLESPACE
            | SyntaxKind::ALTER_TABLESPACE
            | SyntaxKind::DROP_TABLESPACE
            | SyntaxKind::DROP_TEXT_SEARCH_CONFIG
            | SyntaxKind::CREATE_TEXT_SEARCH_CONFIGURATION
            | SyntaxKind::ALTER_TEXT_SEARCH_CONFIGURATION
            | SyntaxKind::DROP_TEXT_SEARCH_DICT
            | SyntaxKind::CREATE_TEXT_SEARCH_DICTIONARY
            | SyntaxKind::ALTER_TEXT_SEARCH_DICTIONARY
            | SyntaxKind::CREATE_TEXT_SEARCH_PARSER
            | SyntaxKind::ALTER_TEXT_SEARCH_PARSER
            | SyntaxKind::DROP_TEXT_SEARCH_PARSER
            | SyntaxKind::CREATE_TEXT_SEARCH_TEMPLATE
            | SyntaxKind::ALTER_TEXT_SEARCH_TEMPLATE
            | SyntaxKind::DROP_TEXT_SEARCH_TEMPLATE
            | SyntaxKind::CREATE_TRANSFORM
            | SyntaxKind::DROP_TRANSFORM
            | SyntaxKind::CREATE_USER
            | SyntaxKind::ALTER_USER
            | SyntaxKind::DROP_USER
            | SyntaxKind::CREATE_USER_MAPPING
            | SyntaxKind::ALTER_USER_MAPPING
            | SyntaxKind::DROP_USER_MAPPING
    )
}

/// Statements on rights, rows' storage and the session.
fn of_sessions(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::ANALYZE
            | SyntaxKind::CHECKPOINT
            | SyntaxKind::CLOSE
            | SyntaxKind::CLUSTER
            | SyntaxKind::DEALLOCATE
            | SyntaxKind::DECLARE
            | SyntaxKind::DISCARD
            | SyntaxKind::EXECUTE
            | SyntaxKind::EXPLAIN
            | SyntaxKind::FETCH
            | SyntaxKind::GRANT
            | SyntaxKind::LISTEN
            | SyntaxKind::LOAD
            | SyntaxKind::LOCK
            | SyntaxKind::MOVE
            | SyntaxKind::NOTIFY
            | SyntaxKind::PREPARE
            | SyntaxKind::PREPARE_TRANSACTION
            | SyntaxKind::REASSIGN
            | SyntaxKind::REFRESH
            | SyntaxKind::REINDEX
            | SyntaxKind::REPACK
            | SyntaxKind::RESET_ROLE
            | SyntaxKind::RESET_SESSION_AUTH
            | SyntaxKind::REVOKE
            | SyntaxKind::SECURITY_LABEL
            | SyntaxKind::SET_CONSTRAINTS
            | SyntaxKind::SET_ROLE
            | SyntaxKind::SET_SESSION_AUTH
            | SyntaxKind::SET_TRANSACTION
            | SyntaxKind::SHOW
            | SyntaxKind::UNLISTEN
    )
}
