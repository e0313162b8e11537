//! Upkeep on real files: what has had its time goes and what belongs to an alert stays; copies are
//! whole or are none; a full disk stops nothing for good; one entry that breaks harms no other.

mod copies;
mod copies_failing;
mod damage;
mod full;
mod keeping;
mod late;
mod outage;
mod place;
mod quarantine;
mod rights;
mod room;
mod rules;
mod small_disk;
mod vacuum;
mod year;
