//! What a rule is once it is read: a tree whose every node knows its place in the source text.
//! The parser makes it, the printer writes it back (`print ∘ parse = id` up to white space),
//! [`crate::domain::topic`]'s compiler resolves its `@names`.

use std::ops::Range;

/// A node of a rule.
#[derive(Debug, Clone)]
pub struct Expr {
    pub node: Node,
    /// Byte range in the source text of the rule.
    pub span: Range<usize>,
}

/// Two rules are equal when they say the same, wherever they stand.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// At least two operands.
    Or(Vec<Expr>),
    /// At least two operands.
    And(Vec<Expr>),
    Not(Box<Expr>),
    /// `left OP right`: an operator on positions.
    Proximity {
        op: ProximityOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `field:unit`.
    Scoped {
        scope: Scope,
        inner: Box<Expr>,
    },
    /// `ATLEAST/n(a, b, …)`: n different operands, or n members of the one list named.
    AtLeast {
        n: u32,
        operands: Vec<Expr>,
    },
    /// `MENTIONS/n(a)`: n occurrences.
    Mentions {
        n: u32,
        inner: Box<Expr>,
    },
    Term(Term),
    /// `@name`: a list or macro.
    Reference(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProximityOp {
    /// At most n tokens apart, either order, same field.
    Near(u32),
    /// As `Near`, left first.
    Before(u32),
    /// Occurrences of left with no occurrence of right within n tokens.
    NotNear(u32),
    /// Both in one sentence.
    Sentence,
    /// Both in one paragraph.
    Paragraph,
    /// Occurrences of left that overlap none of right.
    Except,
}

/// Where a scoped unit is looked for. `Lead` is the first 60 words of the body, `Text` title and
/// body: also what an unscoped rule reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    Title,
    Lead,
    Body,
    Text,
    Author,
    Category,
    Url,
}

impl Scope {
    pub const ALL: [Scope; 7] = [
        Scope::Title,
        Scope::Lead,
        Scope::Body,
        Scope::Text,
        Scope::Author,
        Scope::Category,
        Scope::Url,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Title => "title",
            Scope::Lead => "lead",
            Scope::Body => "body",
            Scope::Text => "text",
            Scope::Author => "author",
            Scope::Category => "category",
            Scope::Url => "url",
        }
    }
}

/// The leaves: what is looked for in the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    Word(Word),
    /// Words side by side, `slop` others allowed between them in all (`~n`).
    Phrase {
        exact: bool,
        words: Vec<Word>,
        slop: u32,
    },
    /// `re/pattern/` or `re/pattern/i`.
    Regex {
        pattern: String,
        ignore_case: bool,
    },
}

/// One word as written, without its quotes, `=` and wildcards.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    pub text: String,
    /// `=word`: no stemming, no folding, capitals bind. In a phrase, said once for all words.
    pub exact: bool,
    /// `*word`.
    pub open_start: bool,
    /// `word*`.
    pub open_end: bool,
}

/// A named list or macro of `[lists]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// An array: any of these terms.
    List(Vec<Term>),
    /// A string: a rule of its own.
    Macro(Expr),
}
