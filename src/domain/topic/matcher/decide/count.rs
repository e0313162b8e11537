//! `ATLEAST`: how many different operands hold, a list counting each of its members.

use std::ops::ControlFlow;

use super::super::super::compile::Plan;
use super::super::super::compile::plan::{self, LeafId};
use super::super::super::syntax::ast::Scope;
use super::Decider;

/// Terms that were counted, with where they were looked for: none counts twice, be it in two
/// lists, or an operand and in a list.
type Counted = Vec<(LeafId, Scope)>;

impl Decider<'_> {
    /// How many different operands hold, a list counting each of its members; stops at `enough`.
    pub fn count_held(&mut self, operands: &[Plan], scope: Scope, enough: u32) -> u32 {
        let definitions = &self.set.definitions;
        let mut counted = Counted::new();
        let mut count = 0;
        for (index, operand) in operands.iter().enumerate() {
            if count >= enough {
                break;
            }
            let (mut inner, mut within) = (operand, scope);
            while let Plan::Scoped { scope, inner: below } = inner {
                (inner, within) = (&**below, *scope);
            }
            if plan::is_list(definitions, inner) {
                let _ = plan::members(definitions, inner, &mut |member| {
                    count += u32::from(self.counts(member, within, &mut counted));
                    if count >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
            } else if !operands[..index].contains(operand) {
                count += u32::from(self.counts(inner, within, &mut counted));
            }
        }
        count
    }

    /// Whether `plan` holds and was not counted before.
    fn counts(&mut self, plan: &Plan, scope: Scope, counted: &mut Counted) -> bool {
        let Plan::Leaf(leaf) = plan else {
            return self.holds(plan, scope);
        };
        if counted.contains(&(*leaf, scope)) || !self.leaf_holds(*leaf, scope) {
            return false;
        }
        counted.push((*leaf, scope));
        true
    }
}
