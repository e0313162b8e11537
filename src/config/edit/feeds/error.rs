//! Why files with feeds cannot be changed as was asked, and what to do about it.

use std::path::PathBuf;

use super::super::super::problem::Problems;
use super::super::EditError;

/// Why the files cannot be changed so. They are as they were.
#[derive(Debug, thiserror::Error)]
pub enum FeedEditError {
    #[error("the configuration would not be right\n{0}")]
    Config(Box<Problems>),
    #[error("there is no feed `{key}`")]
    NoFeed { key: String, known: Vec<String> },
    #[error("feed `{key}` in {} is not written as `[[feed]]`", path.display())]
    Inline { path: PathBuf, key: String },
    #[error("the feeds in {} are not written as `[[feed]]`", path.display())]
    InlineFile { path: PathBuf },
    #[error("`feed_files` is not written as a list of files")]
    NoList,
    #[error("{} exists, and is no file of feeds", path.display())]
    Exists { path: PathBuf },
    #[error("what was written would not be read back")]
    NotReadBack,
    #[error(transparent)]
    File(#[from] EditError),
}

impl FeedEditError {
    /// Stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            FeedEditError::Config(_) => "bad_config",
            FeedEditError::NoFeed { .. } => "unknown_feed",
            FeedEditError::Inline { .. } | FeedEditError::InlineFile { .. } => "inline_feed",
            FeedEditError::NoList => "no_list",
            FeedEditError::Exists { .. } => "file_exists",
            FeedEditError::NotReadBack => "not_read_back",
            FeedEditError::File(error) => error.code(),
        }
    }

    /// What to do about it, where that is not plain.
    pub fn hint(&self) -> Option<String> {
        match self {
            FeedEditError::Config(_) => {
                Some("nothing was written; `wirewatch check` shows what is wrong now".to_owned())
            }
            FeedEditError::Inline { .. } | FeedEditError::InlineFile { .. } => {
                Some("write each feed as a `[[feed]]` table".to_owned())
            }
            FeedEditError::NoList => {
                Some("write it so: `feed_files = [\"feeds/*.toml\"]`".to_owned())
            }
            FeedEditError::Exists { .. } => Some(
                "if it holds feeds, name it in `feed_files`; else name another with `--into`"
                    .to_owned(),
            ),
            FeedEditError::File(error) => error.hint().map(str::to_owned),
            FeedEditError::NoFeed { .. } | FeedEditError::NotReadBack => None,
        }
    }
}
