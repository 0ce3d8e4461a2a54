//! Random texts, random pieces: the viewer always ends at the full render and is safe at every step.

use proptest::collection::vec;
use proptest::prelude::*;

use super::model::Viewer;
use crate::markdown::full;
use crate::markdown::live::Live;

fn fragment() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "word ",
        "text. ",
        "*em* ",
        "**strong** ",
        "~~gone~~ ",
        "`code` ",
        "``a`b`` ",
        "[link](https://a.example/x) ",
        "[ref][r] ",
        "[^n] ",
        "![i](https://a.example/i.png) ",
        "https://auto.example/x ",
        "$x^2$ ",
        "\\(y\\) ",
        "$$\n\\frac{a}{b}\n+ c\n$$\n",
        "\\[\nx\n=\ny\n\\]\n",
        "\\[",
        "\\]",
        "\\(",
        "\\)",
        "\n```math\na^2\n```\n",
        "\n```math\nb_1\n",
        "$5 and $10 ",
        "\\operatorname{<img src=x>} ",
        "{{{",
        "العربية ",
        "<b>",
        "<hx-x onfocus=a >",
        "<script>",
        "&lt; ",
        "&#x202E;",
        "\u{1F600}",
        "\u{202E}",
        "e\u{301}",
        "\\*",
        "\0",
        "日本語 ",
        "\n",
        "\n",
        "\n",
        "\n\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        "    ",
        "  ",
        "   ",
        "  \n",
        "\\\n",
        "- ",
        "\n- ",
        "\n* ",
        "\n1. ",
        "\n2) ",
        "\n  - ",
        "\n    - ",
        "\n   ",
        "- [ ] ",
        "\n- [x] ",
        "\n\n- ",
        "> ",
        "\n> ",
        "\n> > ",
        "\n>\n",
        "\n# ",
        "\n### ",
        "\n===\n",
        "\n---\n",
        "\n***\n",
        "\n- - -\n",
        "```\n",
        "\n```\n",
        "\n```rust\nfn a() { \"x\" }\n",
        "\n~~~py\ndef f(): pass\n",
        "\n~~~\n",
        "\n  ```js\n",
        "\n````\n",
        "| a | b |\n",
        "\n| a | b |\n|---|:-:|\n",
        "| 1 | 2 |\n",
        "|\n",
        "\n|-|-|\n",
        "\n    indented\n",
        "\n[r]: https://r.example\n",
        "\n[^n]: note\n",
        "\n[^n]:\n    more\n",
        "\n<div>\n",
        "\n</div>\n",
        "<!-- ",
        " -->",
        "\n\n\n",
        "javascript:alert(1)",
        "[x](javascript:alert(1))",
        "[a](",
        "](",
        "[",
        "]",
        "`",
        "*",
        "_",
        "**",
        "$",
        "$$",
        "|",
        ">",
        "~",
        "- a\n\n  ```rust\n  let x = 1;\n  ```\n",
        "\n1. a\n   - b\n\n     c\n2. d\n",
    ])
    .prop_map(str::to_owned);
    prop_oneof![
        20 => fixed,
        2 => "[a-z ]{1,40}",
        1 => "\\PC{1,12}",
        1 => (1_usize..400).prop_map(|n| "long words here. ".repeat(n)),
        1 => (1_usize..300).prop_map(|n| "- an item\n".repeat(n)),
        1 => (1_usize..200).prop_map(|n| "> quoted\n".repeat(n)),
        1 => (1_usize..50).prop_map(|n| format!("{}x\n", "> ".repeat(n))),
        1 => (1_usize..3_000).prop_map(|n| "y".repeat(n)),
    ]
}

fn pieces(text: &str, sizes: &[usize]) -> Vec<String> {
    let mut sizes = sizes.iter().cycle();
    let mut out = vec![String::new()];
    let mut left = *sizes.next().unwrap();
    for c in text.chars() {
        if left == 0 {
            out.push(String::new());
            left = *sizes.next().unwrap();
        }
        left -= 1;
        out.last_mut().unwrap().push(c);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_pieces_ends_as_its_full_render(
        fragments in vec(fragment(), 1..40),
        sizes in vec(1_usize..60, 1..8),
    ) {
        let text = fragments.concat();
        let mut live = Live::new();
        let mut viewer = Viewer::default();
        for piece in pieces(&text, &sizes) {
            viewer.apply(live.push(&piece), true);
        }
        viewer.agrees_with(&live);
        viewer.apply(live.finish(), true);
        viewer.agrees_with(&live);
        prop_assert_eq!(&viewer.blocks, &full::render(&text));
        prop_assert_eq!(live.text(), text);
    }
}
