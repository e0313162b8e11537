//! fetching
