//! The annotated example configuration, as part of the program: `init` writes it, tests run it.

/// The example files: each with its path below the configuration directory, and its content.
pub fn examples() -> &'static [(&'static str, &'static str)] {
    &[
        ("wirewatch.toml", include_str!("../../config/wirewatch.toml")),
        ("topics/lists.toml", include_str!("../../config/topics/lists.toml")),
        ("topics/nato.toml", include_str!("../../config/topics/nato.toml")),
        (
            "topics/defence-alliances.toml",
            include_str!("../../config/topics/defence-alliances.toml"),
        ),
    ]
}
