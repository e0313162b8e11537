//! Whole files as they are written, one for each form of each dialect.

use super::super::Dialect;
use super::imported;

#[track_caller]
fn file(name: &str, dialect: Dialect, input: &str) {
    let read = imported(dialect, input);
    insta::assert_snapshot!(name, read.to_toml(dialect));
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/imports/", $name))
    };
}

#[test]
fn lexis() {
    file("lexis", Dialect::Lexis, fixture!("lexis.txt"));
}

#[test]
fn factiva() {
    file("factiva", Dialect::Factiva, fixture!("factiva.txt"));
}

#[test]
fn emm() {
    file("emm_definition", Dialect::Emm, fixture!("emm.adf"));
    file("emm_xml", Dialect::Emm, fixture!("emm.xml"));
    file("emm_plain", Dialect::Emm, fixture!("emm.txt"));
}

#[test]
fn taranis() {
    file("taranis_json", Dialect::Taranis, fixture!("taranis.json"));
    file("taranis_csv", Dialect::Taranis, fixture!("taranis.csv"));
}

#[test]
fn trendradar() {
    file("trendradar", Dialect::TrendRadar, fixture!("trendradar.txt"));
}

#[test]
fn newsboat() {
    file("newsboat", Dialect::Newsboat, fixture!("newsboat.txt"));
}

#[test]
fn miniflux() {
    file("miniflux", Dialect::Miniflux, fixture!("miniflux.txt"));
}
