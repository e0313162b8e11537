//! What people install: the Debian package as Cargo.toml describes it, and the container. Neither is built
//! here (`packaging/build-deb` and `packaging/check-deb` do, and `.ci/run package` runs both); what can be
//! said without building is.

use std::path::Path;
use std::process::Command;

use toml::Value;

use crate::cli::scene::run_in;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Source and place of each asset.
fn assets() -> Vec<(String, String, String)> {
    let manifest: Value = toml::from_str(&read("Cargo.toml")).unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assets.iter().map(|asset| (text(&asset[0]), text(&asset[1]), text(&asset[2]))).collect()
}

#[test]
fn every_part_of_the_package_is_in_the_checkout_or_made_for_it() {
    let script = read("packaging/build-deb");
    for (source, place, mode) in assets() {
        assert!(place.starts_with("usr/") || place.starts_with("etc/"), "{place}");
        let is_program = place == "usr/bin/wirewatch";
        assert_eq!(mode == "755", is_program, "{place}: only the program can be run");
        match source.strip_prefix("target/package-deb/") {
            Some(made) => {
                let folder = made.split(['/', '*']).next().unwrap();
                assert!(script.contains(&format!("$stage/{folder}")), "nobody makes {source}");
            }
            None => {
                let folder = Path::new(&source).parent().unwrap();
                let ending = source.rsplit('.').next().unwrap();
                let there = std::fs::read_dir(root().join(folder)).unwrap().any(|file| {
                    file.unwrap().file_name().to_string_lossy().ends_with(&format!(".{ending}"))
                });
                assert!(there, "there is no {source}");
            }
        }
    }
}

#[test]
fn all_that_init_writes_is_configuration_of_the_package() {
    let dir = tempfile::tempdir().unwrap();
    let written = run_in(dir.path(), "init etc -o json").ended(0).json();
    let packed: Vec<(String, String)> = assets()
        .into_iter()
        .filter_map(|(source, place, _)| {
            let folder = source.strip_prefix("target/package-deb/etc/")?;
            Some((folder.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), place))
        })
        .collect();
    for file in written["written"].as_array().unwrap() {
        let file = Path::new(file.as_str().unwrap().strip_prefix("etc/").unwrap());
        let folder = file.parent().unwrap().to_str().unwrap();
        let place = packed.iter().find(|(packed, _)| packed == folder);
        let (_, place) = place.unwrap_or_else(|| panic!("{} is not packed", file.display()));
        assert_eq!(*place, format!("etc/wirewatch/{folder}/").replace("//", "/"));
    }
}

#[test]
fn the_unit_runs_the_program_where_the_package_puts_it_and_is_not_started_by_itself() {
    let manifest: Value = toml::from_str(&read("Cargo.toml")).unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    let units = &deb["systemd-units"];
    let folder = units["unit-scripts"].as_str().unwrap();
    let unit = read(&format!("{folder}/{}.service", units["unit-name"].as_str().unwrap()));
    assert!(unit.contains("\nExecStart=/usr/bin/wirewatch run\n"), "{unit}");
    assert_eq!((units["enable"].as_bool(), units["start"].as_bool()), (Some(false), Some(false)));
    let after = read(&format!("{}/postinst", deb["maintainer-scripts"].as_str().unwrap()));
    assert!(after.contains("\n#DEBHELPER#\n") && after.contains("\nset -e\n"), "{after}");
    for word in ["rm ", "chmod", "chown", "adduser", "systemctl start", "curl", "wget"] {
        assert!(!after.contains(&format!("\n{word}")), "postinst runs `{word}`");
    }
}

#[test]
fn scripts_are_scripts_that_can_be_run() {
    use std::os::unix::fs::PermissionsExt;
    for (script, shell) in [
        ("packaging/build-deb", "bash"),
        ("packaging/check-deb", "bash"),
        ("packaging/debian/postinst", "sh"),
        (".ci/run", "bash"),
    ] {
        let path = root().join(script);
        assert!(read(script).starts_with("#!/"), "{script}");
        let is_run_by_hand = !script.starts_with("packaging/debian/");
        let mode = path.metadata().unwrap().permissions().mode();
        assert!(!is_run_by_hand || mode & 0o111 != 0, "{script} cannot be run");
        let status = Command::new(shell).arg("-n").arg(&path).status();
        assert!(status.is_ok_and(|status| status.success()), "{script} is no {shell} script");
    }
}

/// The instructions of the container file, each on one line, without comments.
fn instructions() -> Vec<(String, String)> {
    let text = read("Containerfile");
    let code: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let joined = code.join("\n").replace("\\\n", " ");
    let lines = joined.lines().filter(|line| !line.trim().is_empty());
    let word = |line: &str| {
        let (word, rest) = line.split_once(' ').unwrap();
        (word.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    lines.map(word).collect()
}

#[test]
fn the_container_runs_without_rights_and_says_how_it_does() {
    let all = instructions();
    let last_stage = all.iter().rposition(|(word, _)| word == "FROM").unwrap();
    let stage = &all[last_stage..];
    let said = |word: &str| -> Vec<&str> {
        stage.iter().filter(|(own, _)| own == word).map(|(_, rest)| rest.as_str()).collect()
    };

    let user = said("USER");
    let (user, group) = user.last().unwrap().split_once(':').unwrap();
    assert!(user.parse::<u32>().is_ok_and(|id| id >= 10_000), "a number, and not root's: {user}");
    assert!(group.parse::<u32>().is_ok_and(|id| id >= 10_000), "{group}");
    let at = |word: &str| stage.iter().rposition(|(own, _)| own == word).unwrap();
    assert!(at("USER") > at("RUN") && at("USER") > at("COPY"), "nothing is done as root after it");

    let health = said("HEALTHCHECK");
    assert!(health[0].contains(r#"CMD ["wirewatch", "health"]"#), "{health:?}");
    // The first process passes signals on and buries orphans, which wirewatch does not.
    let entry = said("ENTRYPOINT");
    assert_eq!((entry, said("CMD")), (vec![r#"["tini", "--", "wirewatch"]"#], vec![r#"["run"]"#]));
    assert_eq!(said("VOLUME"), [r#"["/var/lib/wirewatch"]"#], "the one folder that is written to");
    assert!(said("ENV")[0].contains("STATE_DIRECTORY=/var/lib/wirewatch"));
    assert_eq!(said("STOPSIGNAL"), ["SIGTERM"]);
}

#[test]
fn the_container_is_built_from_what_is_named_exactly_and_takes_no_secret_along() {
    let rust = env!("CARGO_PKG_RUST_VERSION");
    for (word, rest) in instructions() {
        match word.as_str() {
            "FROM" => {
                let image = rest.split(' ').next().unwrap();
                let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
                assert!(!tag.is_empty() && tag != "latest", "{image}: name a version");
                assert!(name.starts_with("docker.io/"), "{image}: say from where");
                let builds = name.ends_with("/rust");
                assert!(
                    !builds || tag.starts_with(rust),
                    "{image}: the project is built with {rust}"
                );
            }
            "ADD" => panic!("ADD {rest}: fetches and unpacks; use COPY"),
            "ARG" | "ENV" => {
                for secret in ["TOKEN", "PASSWORD", "SECRET", "KEY="] {
                    assert!(!rest.to_uppercase().contains(secret), "{word} {rest}");
                }
            }
            "RUN" => assert!(!rest.contains("curl") && !rest.contains("sudo"), "{rest}"),
            _ => {}
        }
    }
    let ignored = read(".containerignore");
    for line in ["/.git", "/target", "/etc", "**/*.secret", "**/*.db"] {
        assert!(ignored.lines().any(|own| own == line), ".containerignore leaves {line} in");
    }
    assert_eq!(ignored, read(".dockerignore"), "Docker reads the other one");
}
