//! config_problems
