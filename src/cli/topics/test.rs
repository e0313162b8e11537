//! `wirewatch topics test`: runs the tests inside the topics, and says how much of the rules they
//! hold in place. [`chosen`] finds the topics that are meant, [`coverage`] shows what no test
//! decides by, [`junit`] writes the results for build servers.

mod chosen;
mod coverage;
mod junit;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::args::{Format, TestArgs};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::session::Session;
use crate::deliver::terminal;
use crate::domain::topic::selftest::{self, TestResult};
use crate::domain::topic::{TestKind, Topic, TopicTest};
use chosen::Group;

const TEST_COLUMNS: &[Column] = &[
    Column::shown("topic"),
    Column::shown("passed"),
    Column::text("title"),
    Column::text("failure"),
    Column::hidden("detail"),
    Column::hidden("kind"),
    Column::hidden("file"),
    Column::hidden("line"),
];

/// A test that was run.
struct Ran<'g> {
    group: &'g Group,
    topic: Arc<Topic>,
    test: TopicTest,
    result: TestResult,
}

/// Runs the tests inside the topics. One that fails ends this with code 1.
pub fn run(args: &TestArgs, session: &mut Session) -> Result<Exit, Failure> {
    let groups = chosen::groups(&args.of, session)?;
    let ran: Vec<Ran<'_>> = groups.iter().flat_map(run_group).collect();
    let to_stdout = args.junit.as_deref() == Some(Path::new("-"));
    if to_stdout && args.coverage {
        let sentence = "--junit - and --coverage both go to standard output";
        return Err(Failure::said(Exit::Usage, sentence).hint("name a file for --junit"));
    }
    if let Some(file) = &args.junit {
        write_junit(file, to_stdout, &ran, session)?;
    }
    let coverage = args.coverage.then(|| coverage::measure(&groups, &ran));
    match (&coverage, session.printer.format()) {
        // The results are there already, as XML.
        _ if to_stdout => {}
        (None, _) => session.printer.records(&records(&ran))?,
        (Some(coverage), Format::Table) => {
            session.printer.records(&records(&ran))?;
            session.printer.text("")?;
            coverage::print(coverage, session)?;
        }
        (Some(coverage), Format::Json) => {
            let tests: Vec<Value> = ran.iter().map(object).collect();
            let coverage: Vec<Value> = coverage.iter().map(coverage::object).collect();
            session.printer.object(&json!({ "tests": tests, "coverage": coverage }), "")?;
        }
        (Some(coverage), Format::Jsonl | Format::Csv) => {
            session.printer.records(&coverage::clauses(coverage))?;
        }
    }
    let failed = ran.iter().filter(|ran| !ran.result.passed).count();
    tell_details(&ran, session);
    session.messages.note(&format!("{} passed, {failed} failed", ran.len() - failed));
    Ok(if failed == 0 { Exit::Ok } else { Exit::Failed })
}

fn run_group(group: &Group) -> Vec<Ran<'_>> {
    let mut ran = Vec::new();
    for topic in group.topics() {
        for test in &topic.tests {
            let result = selftest::run_one(&group.set, topic, test, terminal::plain);
            let (topic, test) = (Arc::clone(topic), test.clone());
            ran.push(Ran { group, topic, test, result });
        }
    }
    ran
}

fn write_junit(
    file: &Path,
    to_stdout: bool,
    ran: &[Ran<'_>],
    session: &mut Session,
) -> Result<(), Failure> {
    let results: Vec<&TestResult> = ran.iter().map(|ran| &ran.result).collect();
    if to_stdout {
        return Ok(session.printer.text(&junit::text(&results)?)?);
    }
    junit::write(file, &results).map_err(|error| {
        let sentence = format!("cannot write the results to {}", file.display());
        Failure::new(Exit::Failed, anyhow::Error::new(error).context(sentence))
    })
}

/// What was expected and what there was, where that does not fit into a cell.
fn tell_details(ran: &[Ran<'_>], session: &Session) {
    for result in ran.iter().map(|ran| &ran.result) {
        if let Some(detail) = &result.detail {
            let (file, line, title) = (&result.file, result.line, &result.title);
            session.messages.note(&format!("\n{file}:{line}: {title}\n{detail}\n"));
        }
    }
}

fn records(ran: &[Ran<'_>]) -> Records {
    let mut records = Records::new(TEST_COLUMNS, "no tests: add a [[topic.test]] to a topic");
    for ran in ran {
        records.row(values(ran).map(|(_, value)| value));
    }
    records
}

fn object(ran: &Ran<'_>) -> Value {
    Value::Object(values(ran).map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

fn values(ran: &Ran<'_>) -> [(&'static str, Value); 8] {
    let result = &ran.result;
    let kind = match ran.test.kind {
        TestKind::Entry(_) => "entry",
        TestKind::Story(_) => "story",
    };
    [
        ("topic", json!(result.topic.as_str())),
        ("passed", json!(result.passed)),
        ("title", json!(result.title)),
        ("failure", json!(result.failure)),
        ("detail", json!(result.detail)),
        ("kind", json!(kind)),
        ("file", json!(result.file)),
        ("line", json!(result.line)),
    ]
}
