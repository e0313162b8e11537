//! topic_language
