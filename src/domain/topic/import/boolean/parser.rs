//! Binds tokens to a rule. Operands and joints of a group are gathered flat and then joined by
//! rank, so that each dialect's precedence is a table; the tree that results needs no precedence.

use std::ops::Range;

use super::super::ledger::Ledger;
use super::super::piece::Piece;
use super::super::term::Style;
use super::{Grammar, Joint, Kind, Prefix, Token};
use crate::domain::topic::syntax::MAX_DISTANCE;
use crate::domain::topic::syntax::ast::{ProximityOp, Scope};

mod operand;

/// Words that stand for "the same sentence" and "the same paragraph" where only a distance can
/// be asked for.
const SENTENCE_WORDS: u32 = 20;
const PARAGRAPH_WORDS: u32 = 80;

pub fn parse(grammar: &Grammar, tokens: &[Token], ledger: &mut Ledger<'_>) -> Piece {
    let mut parser =
        Parser { grammar, tokens, at: 0, depth: 0, style: Style::Loose, plural: false, ledger };
    let mut pieces = Vec::new();
    while parser.at < tokens.len() {
        pieces.push(parser.group());
        if let Some(token) = parser.bump() {
            let message = "this closes a parenthesis that was not opened; it is left out";
            parser.ledger.approximated(token.span.clone(), "unopened_parenthesis", message);
        }
    }
    Piece::and(pieces)
}

type Operand = (Piece, Range<usize>);

struct Parser<'a, 's, 'l> {
    grammar: &'a Grammar,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// How words are meant here.
    style: Style,
    plural: bool,
    ledger: &'l mut Ledger<'s>,
}

impl<'a> Parser<'a, '_, '_> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn bump(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    /// Operands and joints up to the end or a `)`, which stays.
    fn group(&mut self) -> Piece {
        let mut operands: Vec<Operand> = Vec::new();
        let mut joints: Vec<(Joint, Range<usize>)> = Vec::new();
        while let Some(token) = self.peek() {
            let wanted = operands.len() == joints.len();
            match &token.kind {
                Kind::Close => break,
                Kind::Joint(joint) if wanted => {
                    self.at += 1;
                    if *joint == Joint::AndNot {
                        // `NOT a` at the start of a group.
                        let not = self.prefixed(&Prefix::Not, token);
                        operands.push((not, token.span.clone()));
                        continue;
                    }
                    let message = "this operator has nothing before it; it is left out";
                    self.ledger.untranslated(token.span.clone(), "stray_operator", message);
                }
                Kind::Joint(joint) => {
                    self.at += 1;
                    self.ledger.cover(token.span.clone());
                    joints.push((*joint, token.span.clone()));
                }
                _ => {
                    if !wanted {
                        let message = "no operator stands before this; it is read as following \
                                       right behind what is before it";
                        let span = token.span.clone();
                        self.ledger.approximated(span.clone(), "side_by_side", message);
                        joints.push((Joint::Before(1), span.start..span.start));
                    }
                    let piece = self.operand();
                    let end = self.tokens.get(self.at.wrapping_sub(1));
                    let end = end.map_or(token.span.end, |last| last.span.end);
                    operands.push((piece, token.span.start..end.max(token.span.end)));
                }
            }
        }
        if joints.len() >= operands.len()
            && let Some((_, span)) = joints.pop()
        {
            let message = "this operator has nothing behind it; it is left out";
            self.ledger.untranslated(span, "stray_operator", message);
        }
        self.bind(operands, joints)
    }

    /// Joins operands by rank, the closest joints first, each rank from left to right.
    fn bind(
        &mut self,
        mut operands: Vec<Operand>,
        mut joints: Vec<(Joint, Range<usize>)>,
    ) -> Piece {
        let rank = self.grammar.rank;
        while let Some(lowest) = joints.iter().map(|(joint, _)| rank(*joint)).min() {
            let mut left_over = Vec::new();
            let mut done = Vec::new();
            let mut each = operands.into_iter();
            // Operands of one AND or OR are joined together: one by one would copy them all.
            let mut run: Vec<Operand> = each.by_ref().take(1).collect();
            let mut run_joint = None;
            for ((joint, span), right) in joints.into_iter().zip(each) {
                if rank(joint) != lowest {
                    done.push(self.joined(run_joint.take(), std::mem::take(&mut run)));
                    left_over.push((joint, span));
                    run.push(right);
                    continue;
                }
                let goes_on = run_joint == Some(joint) || run_joint.is_none();
                if matches!(joint, Joint::And | Joint::Or) && goes_on {
                    run_joint = Some(joint);
                    run.push(right);
                    continue;
                }
                let left = self.joined(run_joint.take(), std::mem::take(&mut run));
                let whole = left.1.start..right.1.end;
                run.push((self.two(left.0, joint, right.0, span, whole.clone()), whole));
            }
            done.push(self.joined(run_joint, run));
            operands = done;
            joints = left_over;
        }
        operands.pop().map(|(piece, _)| piece).unwrap_or_default()
    }

    fn joined(&mut self, joint: Option<Joint>, mut run: Vec<Operand>) -> Operand {
        let start = run.first().map_or(0, |(_, span)| span.start);
        let end = run.last().map_or(0, |(_, span)| span.end);
        let piece = match joint {
            Some(Joint::Or) => Piece::or(run.into_iter().map(|(piece, _)| piece), self.ledger),
            Some(_) => Piece::and(run.into_iter().map(|(piece, _)| piece)),
            None => run.pop().map(|(piece, _)| piece).unwrap_or_default(),
        };
        (piece, start..end)
    }

    fn two(
        &mut self,
        left: Piece,
        joint: Joint,
        right: Piece,
        span: Range<usize>,
        whole: Range<usize>,
    ) -> Piece {
        let op = match joint {
            Joint::Or => return Piece::or([left, right], self.ledger),
            Joint::And => return Piece::and([left, right]),
            Joint::AndNot => return Piece::and([left, right.not(self.ledger)]),
            Joint::Near(n) => ProximityOp::Near(self.distance(n, &span)),
            Joint::Before(n) => ProximityOp::Before(self.distance(n, &span)),
            Joint::NotNear(n) => ProximityOp::NotNear(self.distance(n, &span)),
            Joint::Sentence => ProximityOp::Sentence,
            Joint::Paragraph => ProximityOp::Paragraph,
            Joint::Segment => {
                let message = "read as: both in the title, or both in the body";
                self.ledger.approximated(span, "same_segment", message);
                return Piece::and([left, right]).scoped(&[Scope::Title, Scope::Body], self.ledger);
            }
            Joint::NotSegment => {
                let message = "read as AND NOT over the whole text";
                self.ledger.approximated(span, "same_segment", message);
                return Piece::and([left, right.not(self.ledger)]);
            }
            Joint::NotSentence | Joint::NotParagraph => {
                let (n, of) = match joint {
                    Joint::NotSentence => (SENTENCE_WORDS, "sentence"),
                    _ => (PARAGRAPH_WORDS, "paragraph"),
                };
                let message = format!("read as: not within {n} words, for one {of}");
                self.ledger.approximated(span, "not_same", message);
                ProximityOp::NotNear(n)
            }
        };
        left.proximity(op, right, whole, self.ledger)
    }

    fn distance(&mut self, n: u32, span: &Range<usize>) -> u32 {
        if n == 0 || n > MAX_DISTANCE {
            let message = format!("the distance is cut to 1 to {MAX_DISTANCE} words");
            self.ledger.approximated(span.clone(), "distance", message);
        }
        n.clamp(1, MAX_DISTANCE)
    }
}
