//! Signs in phrases that are not looked for: `"& Co"` finds every "Co".

use super::super::RulePlace;
use super::super::compile::{Library, term_label};
use super::super::syntax::ast::Definition;
use super::super::syntax::{IgnoredSign, ignored_signs, ignored_signs_of_item};
use super::{Level, Lint, Spot, Written, quoted};

pub fn lint(library: &Library, written: &[Written<'_>], found: &mut Vec<Lint>) {
    for Written { place, text } in written {
        let signs =
            if is_item(library, place) { ignored_signs_of_item(text) } else { ignored_signs(text) };
        found.extend(signs.into_iter().map(|sign| one(place, sign)));
    }
}

fn is_item(library: &Library, place: &RulePlace) -> bool {
    let RulePlace::Definition { name, .. } = place else {
        return false;
    };
    matches!(library.definitions.get(name), Some(Definition::List(_)))
}

fn one(place: &RulePlace, ignored: IgnoredSign) -> Lint {
    let IgnoredSign { span, sign, phrase, term, is_between } = ignored;
    let (term, sign) = (quoted(&term_label(&term)), quoted(&sign));
    // Between two words the text has such a sign too, and nothing is found that is not meant.
    let (level, hint) = match is_between {
        true => (Level::Note, "the words are found with any sign between them, and with none"),
        false => (
            Level::Warning,
            "take it out; a sign in the text is found by a pattern, as in `re/& Co/`",
        ),
    };
    let message = format!("{sign} is not looked for: what is found is {term}");
    let spot = Spot::Text { place: place.clone(), span };
    Lint::new("ignored_sign", level, spot, message).about(&phrase).hint(hint)
}
