//! The topic language as text: [`ast`] says what a rule is.

pub mod ast;
