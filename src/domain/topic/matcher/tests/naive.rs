//! A matcher that is too simple to be wrong: the fast one must agree with it.
