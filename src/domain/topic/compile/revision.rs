//! Names a rule by what it says: two rules with the same revision decide alike. A change to a list
//! changes the revision of every topic that uses it; white space changes none.

use std::collections::BTreeMap;

use super::super::Rule;
use super::super::filter::{Choice, Filters};
use super::super::syntax::ast::Definition;
use super::check::references;
use super::{Library, expr_label, term_label};
use crate::domain::ids::Digest;

/// Digests of all lists and macros.
pub struct Revisions<'a> {
    library: &'a Library,
    known: BTreeMap<&'a str, Digest>,
}

impl<'a> Revisions<'a> {
    pub fn new(library: &'a Library) -> Self {
        Self { library, known: BTreeMap::new() }
    }

    /// The revision of a topic's rule.
    pub fn of(&mut self, rule: &Rule) -> Digest {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        let mut names = Vec::new();
        let mut push = |kind: &str, expr| {
            parts.push(format!("{kind}{}", expr_label(expr)).into_bytes());
            names.extend(references(expr).into_iter().map(|(name, _)| name));
        };
        if let Some(expr) = &rule.matching {
            push("match ", expr);
        }
        for expr in &rule.exclude {
            push("exclude ", expr);
        }
        for weight in &rule.weights {
            push("weight ", &weight.expr);
        }
        for weight in &rule.weights {
            parts.push(weight.weight.to_bits().to_le_bytes().to_vec());
        }
        if let Some(threshold) = rule.threshold {
            parts.push(threshold.to_bits().to_le_bytes().to_vec());
        }
        names.sort_unstable();
        names.dedup();
        for name in names {
            parts.push(self.definition(&name).0.to_vec());
            parts.push(name.into_bytes());
        }
        // Rules without these have the revisions they had before there were any.
        if let Some(stem) = rule.stem {
            parts.push(format!("stem {}", stem.name()).into_bytes());
        }
        filters(&rule.filters, &mut parts);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Digest::of("rule", &parts)
    }

    /// The digest of a list or macro with everything it names. There are no circles here.
    fn definition(&mut self, name: &str) -> Digest {
        let library = self.library;
        let Some((name, definition)) = library.definitions.get_key_value(name) else {
            return Digest::of("unknown", &[name.as_bytes()]);
        };
        if let Some(&known) = self.known.get(name.as_str()) {
            return known;
        }
        let digest = match definition {
            Definition::List(items) => {
                let items: Vec<String> = items.iter().map(term_label).collect();
                let parts: Vec<&[u8]> = items.iter().map(String::as_bytes).collect();
                Digest::of("list", &parts)
            }
            Definition::Macro(expr) => {
                let mut parts = vec![expr_label(expr).into_bytes()];
                for (inner, _) in references(expr) {
                    parts.push(self.definition(&inner).0.to_vec());
                }
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                Digest::of("macro", &parts)
            }
        };
        self.known.insert(name, digest);
        digest
    }
}

/// What filters choose, in whatever order.
fn filters(filters: &Filters, parts: &mut Vec<Vec<u8>>) {
    let Filters { feeds, tags, publishers, languages } = filters;
    for (name, Choice { only, not }) in
        [("feeds", feeds), ("tags", tags), ("publishers", publishers), ("languages", languages)]
    {
        for (kind, values) in [("only", only), ("not", not)] {
            let mut values: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
            values.sort_unstable();
            values.dedup();
            for value in values {
                parts.push(format!("filter {name} {kind} {value}").into_bytes());
            }
        }
    }
}
