//! Where an answer led, kept from the fetch to the commit that decides on it in [`super::pipeline`].

use crate::domain::schedule::LedTo;

/// Where an answer says that the feed is; see [`LedTo`].
#[derive(Debug, Default)]
pub struct Led {
    pub redirect: Option<String>,
    pub announced: Option<String>,
}

impl Led {
    pub fn to(&self) -> LedTo<'_> {
        LedTo { redirect: self.redirect.as_deref(), announced: self.announced.as_deref() }
    }
}
