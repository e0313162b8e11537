//! A backtest: what a topic would have found and raised among entries of the past, by the very
//! code that runs live. A [`Judge`] says of each entry whether it matches, which clauses made it
//! match and what stood in the way where it did not; a [`Course`] tells the entries to a
//! rehearsal, in their order, and counts what becomes of them in a [`Report`].

mod clauses;
mod course;
mod edit;
mod found;
mod judge;
mod precision;
mod relaxed;
mod report;
mod sample;

pub use clauses::{Clause, Held, MAX_CLAUSES};
pub use course::{Course, Past, Terms};
pub use found::Found;
pub use judge::{Depth, Judge, Judged};
pub use precision::{Precision, precision};
pub use relaxed::{MAX_RELAXED, Obstacle, Relaxed};
pub use report::{
    ClauseCount, Count, Day, Drawn, Marked, ObstacleCount, Report, SAMPLES_PER_OBSTACLE,
    StoryChange,
};

#[cfg(test)]
mod tests;
