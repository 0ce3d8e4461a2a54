//! `mathvariant` as letters: browsers draw the attribute's bold, script and double-struck only as characters.

use super::tree::{Element, Node};

/// First capital, first small letter and first digit of an alphabet in Unicode's mathematical block.
struct Alphabet {
    capital: u32,
    small: u32,
    digit: Option<u32>,
}

const fn alphabet(capital: u32, digit: Option<u32>) -> Alphabet {
    Alphabet { capital, small: capital + 26, digit }
}

fn alphabet_of(variant: &str) -> Option<Alphabet> {
    Some(match variant {
        "bold" => alphabet(0x1D400, Some(0x1D7CE)),
        "italic" => alphabet(0x1D434, None),
        "bold-italic" => alphabet(0x1D468, Some(0x1D7CE)),
        "script" => alphabet(0x1D49C, None),
        "bold-script" => alphabet(0x1D4D0, None),
        "fraktur" => alphabet(0x1D504, None),
        "double-struck" => alphabet(0x1D538, Some(0x1D7D8)),
        "bold-fraktur" => alphabet(0x1D56C, None),
        "sans-serif" => alphabet(0x1D5A0, Some(0x1D7E2)),
        "bold-sans-serif" => alphabet(0x1D5D4, Some(0x1D7EC)),
        "sans-serif-italic" => alphabet(0x1D608, Some(0x1D7E2)),
        "sans-serif-bold-italic" => alphabet(0x1D63C, Some(0x1D7EC)),
        "monospace" => alphabet(0x1D670, Some(0x1D7F6)),
        _ => return None,
    })
}

/// Letters that were in Unicode before the block was, and are left out of it.
const OLDER: &[(u32, char)] = &[
    (0x1D455, 'ℎ'),
    (0x1D49D, 'ℬ'),
    (0x1D4A0, 'ℰ'),
    (0x1D4A1, 'ℱ'),
    (0x1D4A3, 'ℋ'),
    (0x1D4A4, 'ℐ'),
    (0x1D4A7, 'ℒ'),
    (0x1D4A8, 'ℳ'),
    (0x1D4AD, 'ℛ'),
    (0x1D4BA, 'ℯ'),
    (0x1D4BC, 'ℊ'),
    (0x1D4C4, 'ℴ'),
    (0x1D506, 'ℭ'),
    (0x1D50B, 'ℌ'),
    (0x1D50C, 'ℑ'),
    (0x1D515, 'ℜ'),
    (0x1D51D, 'ℨ'),
    (0x1D53A, 'ℂ'),
    (0x1D53F, 'ℍ'),
    (0x1D545, 'ℕ'),
    (0x1D547, 'ℙ'),
    (0x1D548, 'ℚ'),
    (0x1D549, 'ℝ'),
    (0x1D551, 'ℤ'),
];

/// Greek in the same block, where an alphabet has it: from capital alpha, small alpha.
fn greek(variant: &str, c: char) -> Option<u32> {
    let capital = match variant {
        "bold" => 0x1D6A8,
        "italic" => 0x1D6E2,
        "bold-italic" => 0x1D71C,
        _ => return None,
    };
    match c {
        'Α'..='Ω' => Some(capital + (c as u32 - 'Α' as u32)),
        'α'..='ω' => Some(capital + 26 + (c as u32 - 'α' as u32)),
        _ => None,
    }
}

/// Writes the letters of a token in their alphabet and drops the attribute, except `normal`, which browsers know.
pub(super) fn restyle(token: &mut Element) {
    let Some(variant) = token.attributes.get("mathvariant").filter(|v| *v != "normal").cloned() else {
        return;
    };
    token.attributes.remove("mathvariant");
    for child in &mut token.children {
        if let Node::Text(text) = child {
            *text = text.chars().map(|c| styled(c, &variant)).collect();
        }
    }
}

fn styled(c: char, variant: &str) -> char {
    let Some(alphabet) = alphabet_of(variant) else { return c };
    let code = match c {
        'A'..='Z' => Some(alphabet.capital + (c as u32 - 'A' as u32)),
        'a'..='z' => Some(alphabet.small + (c as u32 - 'a' as u32)),
        '0'..='9' => alphabet.digit.map(|zero| zero + (c as u32 - '0' as u32)),
        _ => greek(variant, c),
    };
    let Some(code) = code else { return c };
    let older = OLDER.iter().find(|(gap, _)| *gap == code).map(|(_, letter)| *letter);
    older.or_else(|| char::from_u32(code)).unwrap_or(c)
}
