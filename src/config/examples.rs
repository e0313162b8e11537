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

/// The packs that come with the program: each with its name, and the content of its file.
pub fn packs() -> &'static [(&'static str, &'static str)] {
    &[
        ("cyber", include_str!("../../config/packs/cyber.toml")),
        ("defence", include_str!("../../config/packs/defence.toml")),
        ("elections", include_str!("../../config/packs/elections.toml")),
        ("energy", include_str!("../../config/packs/energy.toml")),
        ("health", include_str!("../../config/packs/health.toml")),
        ("sanctions", include_str!("../../config/packs/sanctions.toml")),
    ]
}
