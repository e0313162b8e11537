//! The results of tests as JUnit XML, which build servers read: one suite per topic, one case per
//! test.

use std::io::{self, Write as _};
use std::path::Path;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::domain::topic::selftest::TestResult;
use crate::domain::untrusted;

/// Writes the results to a file, which appears whole or not at all.
pub fn write(file: &Path, results: &[&TestResult]) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut fresh = tempfile::Builder::new().prefix(".wirewatch-").tempfile_in(folder)?;
    fresh.write_all(&document(results)?)?;
    // A file that others may read, as one made in the usual way.
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(fresh.path(), rights)?;
    fresh.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// The results as text that is safe for standard output.
pub fn text(results: &[&TestResult]) -> io::Result<String> {
    let text = String::from_utf8(document(results)?).map_err(io::Error::other)?;
    Ok(untrusted::terminal_block(&text).into_owned())
}

fn document(results: &[&TestResult]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = writer.create_element("testsuites").with_attribute(("name", "wirewatch topics"));
    let (tests, failures) = counts(results);
    let root = root
        .with_attribute(("tests", tests.as_str()))
        .with_attribute(("failures", failures.as_str()));
    root.write_inner_content(|writer| {
        for suite in results.chunk_by(|a, b| a.topic == b.topic) {
            write_suite(writer, suite)?;
        }
        Ok(())
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_suite(writer: &mut Writer<Vec<u8>>, suite: &[&TestResult]) -> io::Result<()> {
    let Some(first) = suite.first() else {
        return Ok(());
    };
    let (tests, failures) = counts(suite);
    let element = writer
        .create_element("testsuite")
        .with_attribute(("name", first.topic.as_str()))
        .with_attribute(("file", xml_text(&first.file).as_str()))
        .with_attribute(("tests", tests.as_str()))
        .with_attribute(("failures", failures.as_str()))
        .with_attribute(("errors", "0"))
        .with_attribute(("skipped", "0"));
    element.write_inner_content(|writer| {
        suite.iter().try_for_each(|result| write_case(writer, result))
    })?;
    Ok(())
}

fn write_case(writer: &mut Writer<Vec<u8>>, result: &TestResult) -> io::Result<()> {
    let line = result.line.to_string();
    let case = writer
        .create_element("testcase")
        .with_attribute(("classname", result.topic.as_str()))
        .with_attribute(("name", xml_text(&result.title).as_str()))
        .with_attribute(("file", xml_text(&result.file).as_str()))
        .with_attribute(("line", line.as_str()));
    let Some(failure) = &result.failure else {
        case.write_empty()?;
        return Ok(());
    };
    let failure = xml_text(failure);
    let place = format!("{}:{line}: {failure}", xml_text(&result.file));
    let detail = result.detail.as_deref().map(|detail| format!("\n{}", xml_text(detail)));
    let text = place + &detail.unwrap_or_default();
    case.write_inner_content(|writer| {
        writer
            .create_element("failure")
            .with_attribute(("message", failure.as_str()))
            .with_attribute(("type", "failed_test"))
            .write_text_content(BytesText::new(&text))?;
        Ok(())
    })?;
    Ok(())
}

fn counts(results: &[&TestResult]) -> (String, String) {
    let failures = results.iter().filter(|result| !result.passed).count();
    (results.len().to_string(), failures.to_string())
}

/// A text without the characters that XML 1.0 cannot hold, however escaped.
fn xml_text(text: &str) -> String {
    let held = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(held).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quick_xml::Reader;

    fn result(topic: &str, title: &str, failure: Option<&str>) -> TestResult {
        TestResult {
            topic: topic.parse().unwrap(),
            file: "a & b.toml".to_owned(),
            line: 7,
            title: title.to_owned(),
            passed: failure.is_none(),
            failure: failure.map(str::to_owned),
            detail: failure.map(|_| "expected:\n<a>\n".to_owned()),
        }
    }

    #[test]
    fn results_are_escaped_and_counted_per_topic() {
        let results = [
            result("nato", "NATO <meets> \u{1b}[2J\u{fffe}\"now\"", None),
            result("nato", "strap", Some("expected no match, but found \"NATO\" & more]]>")),
            result("oil", "oil", None),
        ];
        let bytes = document(&results.iter().collect::<Vec<_>>()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        insta::assert_snapshot!(text, @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="wirewatch topics" tests="3" failures="1">
          <testsuite name="nato" file="a &amp; b.toml" tests="2" failures="1" errors="0" skipped="0">
            <testcase classname="nato" name="NATO &lt;meets&gt; [2J&quot;now&quot;" file="a &amp; b.toml" line="7"/>
            <testcase classname="nato" name="strap" file="a &amp; b.toml" line="7">
              <failure message="expected no match, but found &quot;NATO&quot; &amp; more]]&gt;" type="failed_test">a &amp; b.toml:7: expected no match, but found &quot;NATO&quot; &amp; more]]&gt;
        expected:
        &lt;a&gt;
        </failure>
            </testcase>
          </testsuite>
          <testsuite name="oil" file="a &amp; b.toml" tests="1" failures="0" errors="0" skipped="0">
            <testcase classname="oil" name="oil" file="a &amp; b.toml" line="7"/>
          </testsuite>
        </testsuites>
        "#);
        let mut reader = Reader::from_str(&text);
        while reader.read_event().unwrap() != Event::Eof {}
    }
}
