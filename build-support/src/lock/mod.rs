//! The sixth stage: what is final stays as it is.
