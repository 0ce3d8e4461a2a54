//! How the main constructs look.

use super::growth::{SHAPES, shape};
use super::model::Viewer;
use crate::markdown::full::{render, to_html};
use crate::markdown::live::Live;

const REL: &str = "rel=\"noopener noreferrer nofollow ugc\"";

#[test]
fn text_and_its_markup() {
    assert_eq!(
        render("# Hi *x*\n\npara with `a<b` and **b** ~~c~~.\nnext  \nhard\n\n---\n\nb\n==="),
        [
            "<h1>Hi <em>x</em></h1>",
            "<p>para with <code>a&lt;b</code> and <strong>b</strong> <del>c</del>.\nnext<br>hard</p>",
            "<hr>",
            "<h1>b</h1>",
        ]
    );
}

#[test]
fn lists_look_the_same_loose_or_tight() {
    let tight = "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>";
    assert_eq!(to_html("- a\n- b\n  - c"), tight);
    assert_eq!(to_html("- a\n\n- b\n\n  - c"), tight);
    assert_eq!(to_html("5. a\n6. b\n\n   c"), "<ol start=\"5\"><li>a</li><li>b<p>c</p></li></ol>");
    let tasks = "<ul><li class=\"task\">\u{2610} d</li><li class=\"task\">\u{2611} e</li></ul>";
    assert_eq!(to_html("- [ ] d\n- [x] e"), tasks);
}

#[test]
fn a_table_scrolls_in_its_own_box() {
    assert_eq!(
        to_html("| a | b |\n|:--|--:|\n| 1 | *2* |\n| 3 |"),
        "<div class=\"table\"><table><thead><tr><th class=\"left\">a</th><th class=\"right\">b</th></tr></thead><tbody>\
         <tr><td class=\"left\">1</td><td class=\"right\"><em>2</em></td></tr>\
         <tr><td class=\"left\">3</td><td class=\"right\"></td></tr></tbody></table></div>"
    );
}

#[test]
fn code_is_a_figure_with_a_label_and_lines() {
    assert_eq!(
        to_html("```rust\nfn main() {}\nlet x = \"a\\n\"; // c\n```"),
        "<figure class=\"code\"><figcaption>Rust</figcaption><pre><code class=\"language-rust\">\
         <span class=\"l\"><span class=\"h-k\">fn </span><span class=\"h-f\">main</span>() {}\n</span>\
         <span class=\"l\"><span class=\"h-k\">let</span> x <span class=\"h-o\">= </span><span class=\"h-s\">\"a</span>\
         <span class=\"h-e\">\\n</span><span class=\"h-s\">\"</span>; <span class=\"h-c\">// c\n</span></span>\
         </code></pre></figure>"
    );
    let plain = "<figure class=\"code\"><figcaption></figcaption><pre><code><span class=\"l\">a &lt; b\n</span></code></pre></figure>";
    assert_eq!(to_html("```\na < b\n```"), plain);
    assert_eq!(to_html("    a < b"), plain);
    let nested = to_html("> - a\n>\n>   ```py\n>   x = 1\n>   ```");
    assert!(
        nested.starts_with("<blockquote><ul><li>a<figure class=\"code\"><figcaption>Python</figcaption>"),
        "{nested}"
    );
}

#[test]
fn every_language_models_write_has_a_grammar() {
    let words = "rust python py js javascript ts typescript tsx jsx html css scss json yaml yml toml xml sql bash sh \
                 shell zsh console powershell ps1 c cpp c++ cs csharp java kotlin swift go golang ruby php perl lua r \
                 scala haskell elixir erlang clojure dart dockerfile docker makefile diff ini nix zig graphql proto \
                 terraform hcl vue svelte julia fsharp objc groovy latex tex";
    let missing: Vec<&str> = words
        .split(' ')
        .filter(|w| !w.is_empty() && crate::markdown::language::Language::of(w).grammar().is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_line_too_dear_to_paint_is_plain_and_the_next_is_painted() {
    let long = "a.".repeat(400);
    let blanks = format!("x{}y", " ".repeat(40));
    for dear in [long, blanks] {
        let text = format!("```js\n{dear}\nlet a = 1;\n```\n");
        let html = to_html(&text);
        assert!(html.contains(&format!("<span class=\"l\">{dear}\n</span>")), "{html}");
        assert!(html.contains("<figcaption>JavaScript</figcaption>") && html.contains("h-k\">let"), "{html}");
    }
    let script = format!("```html\n<script>\nx{}y\n</script>\n```", " ".repeat(12));
    assert!(to_html(&script).contains(&format!("<span class=\"l\">x{}y\n</span>", " ".repeat(12))));
}

#[test]
fn links_lead_to_the_web_and_images_are_named() {
    assert_eq!(
        to_html("[a](/rel) [b](https://x.example \"t\") <me@x.example> www.x.example"),
        format!(
            "<p>a <a href=\"https://x.example\" {REL}>b</a> <a href=\"mailto:me@x.example\" {REL}>me@x.example</a> \
             <a href=\"http://www.x.example\" {REL}>www.x.example</a></p>"
        )
    );
    let image = format!(
        "<p><span class=\"image\">cat <a href=\"https://i.example/i.png\" {REL}>https://i.example/i.png</a></span></p>"
    );
    assert_eq!(to_html("![cat](https://i.example/i.png)"), image);
    let badge = format!("<p><a href=\"https://x.example\" {REL}>cat</a></p>");
    assert_eq!(to_html("[![cat](https://i.example/i.png)](https://x.example)"), badge);
}

#[test]
fn footnotes_gather_at_the_end_without_anchors() {
    assert_eq!(
        render("x[^1] y[^b]\n\n[^1]: one\n\nlast\n\n[^b]: two\n\n    three"),
        [
            "<p>x<sup>1</sup> y<sup>2</sup></p>",
            "<p>last</p>",
            "<section class=\"footnotes\"><ol><li>one</li><li>two<p>three</p></li></ol></section>",
        ]
    );
}

#[test]
fn html_is_shown_as_it_was_written() {
    assert_eq!(
        render("<div>\nhi\n</div>\n\na <b>c</b>"),
        ["<pre class=\"plain\">&lt;div&gt;\nhi\n&lt;/div&gt;</pre>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>"]
    );
}

#[test]
fn what_nests_too_deep_is_shown_as_source() {
    let deep = "> ".repeat(60) + "x";
    let html = to_html(&deep);
    assert!(html.starts_with("<pre class=\"plain\">&gt; &gt; "), "{html}");
    assert_eq!(html.matches("&gt;").count(), 60);
    let wide = format!("|{}\n|{}\n", "a|".repeat(65), "-|".repeat(65));
    assert!(to_html(&wide).starts_with("<pre class=\"plain\">|a|"));
    assert_eq!(to_html(&"* ".repeat(60)), "<hr>");
}

#[test]
fn line_ends_of_any_kind_are_one() {
    assert_eq!(render("a\r\n\r\nb\rc\0"), ["<p>a</p>", "<p>b\nc\u{FFFD}</p>"]);
    let mut live = Live::new();
    live.push("a\r");
    live.push("\nb\r");
    live.push("\r\n");
    live.finish();
    assert_eq!(live.block_html(0), "<p>a\nb</p>");
}

#[test]
fn ordinary_answers_need_no_repair_at_the_end() {
    let text = "# Answer\n\nSome *text* first:\n\n1. **One**\n\n   With more.\n\n2. **Two**\n   - sub\n   - sub\n\n\
                ```rust\nfn a() {}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n> quoted\n\nThe end.";
    for size in [1, 5, 30] {
        let mut live = Live::new();
        let mut viewer = Viewer::default();
        for piece in text.as_bytes().chunks(size) {
            viewer.apply(live.push(std::str::from_utf8(piece).unwrap()), true);
        }
        let last = live.finish();
        let repairs = last.iter().filter(|u| {
            matches!(u, crate::markdown::Update::Replace { .. } | crate::markdown::Update::Trim { .. })
        });
        assert_eq!(repairs.count(), 0, "{last:?}");
        assert_eq!(live.blocks(), 7);
    }
}

#[test]
fn nothing_is_missing_while_a_text_grows() {
    let text = |html: &str| -> String {
        scraper::Html::parse_fragment(html)
            .root_element()
            .text()
            .flat_map(|t| t.chars().filter(|c| !c.is_whitespace()).collect::<Vec<_>>())
            .collect()
    };
    let mixed = "intro\n\n- a\n- b\n  - c\n\n3. x\n3. y\n\n| h |\n|---|\n| 1 |\n| 2 |\n3. z\n3. zz\n\n> q\n\ntext\n\n".repeat(3);
    // Definitions show nothing; a cut formula or fence is told from prose only at the end.
    for name in SHAPES.iter().filter(|s| !["defs", "formula"].contains(s)).chain([&"mixed"]) {
        let source = if *name == "mixed" { mixed.clone() } else { shape(name, 9_000) };
        let mut live = Live::new();
        let mut at = 0;
        while at < source.len() {
            let end = (at + 401).min(source.len());
            live.push(&source[at..end]);
            at = end;
            let mut shown: String = (0..live.blocks()).map(|i| live.block_html(i)).collect();
            shown.push_str(live.tail());
            let (shown, whole) = (text(&shown), text(&to_html(&source[..end])));
            // A half-read row or marker may count as text for a moment.
            let common = shown.bytes().zip(whole.bytes()).take_while(|(a, b)| a == b).count();
            assert!(
                common + 40 >= whole.len(),
                "{name} at {end}: shown {}, whole {}",
                &shown[common.min(shown.len())..],
                &whole[common..]
            );
        }
    }
}

#[test]
fn a_live_text_may_move_between_threads() {
    fn moves<T: Send + 'static>() {}
    moves::<Live>();
}

#[test]
fn a_note_gets_no_number_before_all_of_them_are_known() {
    let text = "a[^x]\n\nb[^y]\n\n[^y]: two\n\nc\n\n[^x]: one\n";
    let first = text.find("\n\n").unwrap() + 2;
    let mut live = crate::markdown::live::Live::new();
    live.push(&text[..first]);
    live.push(&text[first..]);
    assert_eq!(live.block_html(1), "<p>b[^y]</p>");
    let mut sealed = crate::markdown::live::Live::new();
    sealed.push(text);
    sealed.seal();
    let notes = "<section class=\"footnotes\"><ol><li>two</li><li>one</li></ol></section>";
    let all: Vec<_> = (0..sealed.blocks()).map(|block| sealed.block_html(block)).collect();
    assert_eq!(all, ["<p>a[^x]</p>", "<p>b[^y]</p>", "<p>c</p>", notes]);
    live.finish();
    assert_eq!(live.block_html(1), "<p>b<sup>2</sup></p>");
}
