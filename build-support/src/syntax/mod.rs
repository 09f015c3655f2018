//! The second stage: text to statements with spans, and statements to our own syntax tree.
