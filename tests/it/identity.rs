//! How entries are known again: each test is a story told as a sequence of documents that one
//! feed gives, and what each of them brings: new entries, revisions, alerts. All titles match the
//! topic, and no two of them tell the same story.

mod again;
mod ages;
mod copies;
mod documents;
mod feed;
mod forms;
mod guards;
mod history;
mod keys;
mod names;
