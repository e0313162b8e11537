//! What is known of clauses in one document. Many topics share clauses: where one was found, its
//! spans and the sentences these stand in are worked out once, whoever asks. The space is reused
//! from document to document.

use std::hint::black_box;
use std::ops::Range;

use super::super::compile::ClauseName;
use super::super::matcher::decide::Decider;
use super::super::matcher::occurrence::{Found, Occurrence, count_apart};
use super::passage::{Cut, Marks};
use super::prove::{Proven, Sketch};
use super::quote::Quotes;
use super::{Clause, MAX_SPANS_PER_CLAUSE, Span};
use crate::domain::document::Field;
use crate::domain::text::sentence::index_at;

/// Number of a proof in the document at hand.
pub type ProofId = u32;

/// A clause that was looked for, and where it was found.
#[derive(Debug)]
pub struct Proof {
    /// What it is called, among all names of the document.
    pub name: Range<u32>,
    pub count: u32,
    /// Among all spans of the document.
    pub spans: Range<u32>,
    /// All its pieces, of which the first are the spans.
    pub pieces: Range<u32>,
}

/// A stretch of text that was found.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub field: Field,
    /// Number of the sentence it begins in, where it stands in the body.
    pub sentence: u32,
    /// Bytes in the field's text.
    pub from: u32,
    pub to: u32,
}

/// The proof of a clause and the document it was made for.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    epoch: u32,
    proof: ProofId,
}

#[derive(Debug, Default)]
pub struct Known {
    /// By the number of a clause.
    slots: Vec<Slot>,
    proofs: Vec<Proof>,
    pieces: Vec<Piece>,
    pub quotes: Quotes,
    /// What the matches of the document consist of, until [`super::write`] writes them: names of
    /// clauses, spans, clauses, passages and their marks.
    pub names: String,
    pub spans: Vec<Span>,
    pub sketches: Vec<Sketch>,
    pub clauses: Vec<Proven>,
    pub passages: Vec<Cut>,
    pub shown: Vec<(usize, usize)>,
    /// Space for clauses as they are written.
    pub written: Vec<Clause>,
    /// Space for one match.
    pub proven: Vec<Proven>,
    pub marks: Marks,
}

impl Known {
    /// Forgets the document.
    pub fn clear(&mut self) {
        self.proofs.clear();
        self.pieces.clear();
        self.quotes.clear();
        self.names.clear();
        self.spans.clear();
        self.sketches.clear();
        self.clauses.clear();
        self.passages.clear();
        self.shown.clear();
    }

    /// Reads what is known of clauses that will be asked for.
    pub fn warm(&self, names: &[ClauseName]) {
        for name in names {
            black_box(self.slots.get(name.number as usize).map(|slot| slot.epoch));
        }
    }

    pub fn proof(&self, id: ProofId) -> Option<&Proof> {
        self.proofs.get(id as usize)
    }

    pub fn pieces(&self, id: ProofId) -> &[Piece] {
        let pieces = self.proof(id).map_or(0..0, |proof| proof.pieces.clone());
        &self.pieces[pieces.start as usize..pieces.end as usize]
    }
}

impl Decider<'_> {
    /// The proof of a clause that some topic asked for before.
    pub fn known_proof(&self, name: &ClauseName) -> Option<ProofId> {
        let slot = self.reading.known.slots.get(name.number as usize)?;
        (slot.epoch == self.reading.epoch).then_some(slot.proof)
    }

    /// Keeps where a clause was found. What was found with a share of work that is used up is
    /// not for others.
    pub fn prove_found(&mut self, name: &ClauseName, found: &Found) -> ProofId {
        let proof = self.proof_of(name, found);
        let (epoch, is_whole) = (self.reading.epoch, !self.is_over_budget());
        let known = &mut self.reading.known;
        known.proofs.push(proof);
        let proof = (known.proofs.len() - 1) as ProofId;
        if is_whole {
            let number = name.number as usize;
            if known.slots.len() <= number {
                known.slots.resize(number + 1, Slot::default());
            }
            known.slots[number] = Slot { epoch, proof };
        }
        proof
    }

    fn proof_of(&mut self, name: &ClauseName, found: &Found) -> Proof {
        let document = self.document;
        let pieces = self.pieces_of(found);
        let known = &mut self.reading.known;
        let first_of_name = known.names.len() as u32;
        known.names.push_str(&name.text);
        let (first_span, first_piece) = (known.spans.len() as u32, known.pieces.len() as u32);
        for piece in pieces.iter().take(MAX_SPANS_PER_CLAUSE) {
            known.spans.push(known.quotes.span(document, piece));
        }
        for piece in &pieces {
            let sentence = match piece.field {
                Field::Body => {
                    let sentences = self.reading.sentences(document, Field::Body);
                    index_at(sentences, piece.from as usize) as u32
                }
                _ => 0,
            };
            let piece = Piece { field: piece.field, sentence, from: piece.from, to: piece.to };
            self.reading.known.pieces.push(piece);
        }
        self.return_list(pieces);
        let known = &self.reading.known;
        Proof {
            name: first_of_name..known.names.len() as u32,
            count: count_apart(self.list(found)),
            spans: first_span..known.spans.len() as u32,
            pieces: first_piece..known.pieces.len() as u32,
        }
    }

    /// All pieces of what was found, each once, as they stand in the document.
    fn pieces_of(&mut self, found: &Found) -> Vec<Occurrence> {
        let mut all = self.take_list();
        let mut is_sorted = true;
        for occurrence in self.list(found) {
            let pieces = occurrence.pieces(&self.reading.pieces);
            is_sorted &= pieces.len() == 1;
            all.extend_from_slice(pieces);
        }
        if !is_sorted {
            all.sort_by_key(Occurrence::order);
        }
        all.dedup_by_key(|piece| piece.order());
        all
    }
}
