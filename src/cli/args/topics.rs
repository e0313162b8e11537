//! The commands of `wirewatch topics`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Topics {
    /// List the topics
    List,
    /// Show one topic with its rule
    Show { topic: String },
    /// Run the tests written inside the topics
    Test {
        /// Only these topics
        #[arg(value_name = "TOPIC")]
        topics: Vec<String>,
    },
    /// List the packs of topics there are: what each watches, and whether it is switched on
    Packs {
        /// Copy these packs from the program into the config directory
        #[arg(long, value_name = "NAME", num_args = 1..)]
        write: Vec<String>,
        /// Overwrite packs that are there
        #[arg(long, requires = "write")]
        force: bool,
    },
    /// Say clause by clause why a topic does or does not match
    Explain {
        topic: String,
        /// A stored entry's id, a text file (first line: the title), or - for standard input
        #[arg(value_name = "ENTRY|FILE|-")]
        what: String,
    },
}
