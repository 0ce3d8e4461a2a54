//! Many whole answers, cut in many ways: what is shown at the end is the full render, byte for byte.

use super::model::Viewer;
use super::spec::{COMMONMARK, GFM, examples};
use crate::markdown::full;
use crate::markdown::live::Live;

/// Written answers with all that answers have, and the specifications' examples, put together in turns.
fn corpus() -> Vec<String> {
    let written: Vec<&str> = include_str!("answers.md").split("%%%\n").collect();
    let mut examples: Vec<String> = examples(COMMONMARK).into_iter().map(|(_, markdown)| markdown).collect();
    examples.extend(self::examples_of(GFM));
    let mut texts: Vec<String> = written.iter().map(|text| (*text).to_owned()).collect();
    for (i, few) in examples.chunks(4).enumerate() {
        let answer = written[i % written.len()];
        texts.push(match i % 3 {
            0 => few.join("\n"),
            1 => format!("{}\n{answer}", few.concat()),
            _ => format!("{answer}\n{}", few.join("\n\n")),
        });
    }
    for (i, answer) in written.iter().enumerate() {
        for other in &written[i..] {
            texts.push(format!("{answer}\n{other}"));
            texts.push(format!("- {}\n\n{other}", answer.trim().replace('\n', "\n  ")));
            texts.push(format!("> {}\n{other}", answer.trim().replace('\n', "\n> ")));
        }
    }
    texts
}

fn examples_of(json: &str) -> Vec<String> {
    examples(json).into_iter().map(|(_, markdown)| markdown).collect()
}

/// Lengths of pieces that look random and are the same every time.
fn split(text: &str, seed: u64) -> Vec<&str> {
    let (mut pieces, mut left, mut state) = (Vec::new(), text, seed | 1);
    while !left.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let length = 1 + usize::try_from(state >> 33).unwrap() % 37;
        let (piece, rest) = left.split_at(left.ceil_char_boundary(length.min(left.len())));
        pieces.push(piece);
        left = rest;
    }
    pieces
}

#[test]
fn answers_of_all_kinds_end_as_their_full_render_however_they_are_cut() {
    let corpus = corpus();
    assert!(corpus.len() >= 200, "{}", corpus.len());
    for (i, text) in corpus.iter().enumerate() {
        let whole = full::render(text);
        for seed in 0..2 {
            let (mut live, mut viewer) = (Live::new(), Viewer::default());
            for piece in split(text, 7 * i as u64 + seed) {
                viewer.apply(live.push(piece), seed == 0);
            }
            viewer.apply(live.finish(), seed == 0);
            assert_eq!(viewer.blocks, whole, "{text:?}");
        }
    }
}
