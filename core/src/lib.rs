//! The vocabulary and the decisions of Migratory: migrations, history, plan and session, without dependencies and without I/O.
