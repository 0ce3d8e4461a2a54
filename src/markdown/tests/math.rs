//! Formulas: what becomes MathML, what stays source, what is no formula at all.

use super::model::stream;
use super::safety;
use crate::markdown::full::{render, to_html};
use crate::markdown::live::Live;
use crate::markdown::memory::{FORMULA_BYTES, FORMULAS as MOST};
use crate::markdown::work;

/// Formulas as models write them; all become MathML.
const FORMULAS: &[&str] = &[
    r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}",
    r"e^{i\pi} + 1 = 0",
    r"\int_0^1 \! x^2 \, dx \quad \lim_{n\to\infty} a_n",
    r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}",
    r"\prod_{k=1}^\infty \left(1 - \frac{1}{k^2}\right)",
    r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
    r"\begin{align} a &= b \tag{1} \\ c &= d \notag \end{align}",
    r"\begin{align} a &= b \\ c &= d \end{align}",
    r"\begin{split} a &= b \\ c &= d \end{split}",
    r"\begin{gather} a \\ b \end{gather}",
    r"\begin{equation} a=b \label{eq} \end{equation}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\begin{bmatrix}1&2\\3&4\end{bmatrix}^{-1}",
    r"\begin{vmatrix}1&2\\3&4\end{vmatrix}",
    r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}",
    r"f(x) = \begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\mathbb{R} \mathbf{E} \mathcal{L} \mathfrak{g} \mathsf{a} \mathtt{b} \mathrm{d}",
    r"\boxed{E = mc^2}",
    r"\cancel{x} + \bcancel{y} + \xcancel{z}",
    r"\color{red}{x}+\textcolor{blue}{y}",
    r"\widetilde{xyz} \widehat{abc} \overline{x} \underline{y} \vec{v} \hat{x} \dot{x} \ddot{x} \tilde{a} \bar{b}",
    r"\sum_{\substack{0<i<n\\j}} x_{ij}",
    r"\def\R{\mathbb{R}} f: \R \to \R",
    r"\newcommand{\f}[1]{#1^2} \f{x}",
    r"\overset{a}{b} \underset{a}{b} \stackrel{a}{b}",
    r"\underbrace{a+b}_{c} \overbrace{d}^{e}",
    r"\bigl( \Bigl[ \biggl\{ x \biggr\} \Bigr] \bigr)",
    r"\phantom{x} \smash{y} \raisebox{1em}{z}",
    r"\operatorname*{arg\,max}_x \operatorname{tr}(A)",
    r"\xrightarrow{f} \not= \pmod{n} \binom{n}{k} \bmod",
    r"\lvert x \rvert \lVert x \rVert \|x\| \langle a, b \rangle \lfloor x \rfloor \lceil y \rceil",
    r"\bm{\mu} \boldsymbol{x}",
    r"\mathds{1} \mathbbm{1}",
    r"\text{if } x \in A \cup B \subseteq C \setminus \emptyset",
    r"\forall x \exists y \nexists z \neg p \land q \lor r \implies s \iff t",
    r"\nabla \times \mathbf{E} = -\frac{\partial \mathbf{B}}{\partial t}",
    r"\hbar \ell \Re \Im \aleph \infty \partial \dagger",
    r"a \equiv b, \ldots, \cdots, \vdots, \ddots",
    r"x' f'' \prime 90^\circ \% \$ \# \&",
    r"\sqrt[3]{x} \dfrac12 \tfrac{1}{2} \cfrac{1}{1+\cfrac{1}{x}}",
    r"P(A \mid B) = \frac{P(B \mid A) \, P(A)}{P(B)}",
    r"\mathcal{O}(n \log n) \Theta(n^2) \Omega(1)",
    r"\mathop{\mathrm{argmin}}\limits_{\theta} J(\theta)",
    r"\iint_D \oint_C \iiint_V",
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \lambda \mu \xi \pi \rho \sigma \phi \varphi \omega",
    r"a \le b \ge c \neq d \approx e \sim f \propto g \ll h \gg i",
    r"\bra{\psi} \ket{\phi} \langle \psi | \phi \rangle",
    r"\tag{2} a",
    r"中文 + é",
];

#[test]
fn formulas_of_all_kinds_become_mathml() {
    let refused: Vec<_> = FORMULAS
        .iter()
        .filter(|latex| {
            let html = to_html(&format!("$$\n{latex}\n$$"));
            let safe =
                safety::check(&html) == 1 && safety::check(&to_html(&format!("a \\({latex}\\) b"))) == 1;
            !(safe && html.starts_with("<p><span class=\"math display\"><math display=\"block\"><"))
        })
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn a_formula_is_mathml_with_its_source_beside_it() {
    assert_eq!(
        to_html("$x_1 < y$"),
        "<p><math><semantics><mrow><msub><mi>x</mi><mn>1</mn></msub><mo>&lt;</mo><mi>y</mi></mrow>\
         <annotation encoding=\"application/x-tex\">x_1 &lt; y</annotation></semantics></math></p>"
    );
}

#[test]
fn only_who_gave_a_number_has_one() {
    let html = to_html(r"$$\begin{align} a &= b \tag{7} \\ c &= d \end{align}$$");
    assert_eq!((html.matches("(7)").count(), html.matches("(1)").count()), (1, 0), "{html}");
    assert!(!to_html(r"$$\begin{align} a &= b \\ c &= d \end{align}$$").contains("(1)"));
}

#[test]
fn every_delimiter_is_known() {
    let inline = to_html("a $x$ b");
    assert_eq!(to_html("a \\(x\\) b"), inline);
    let display = to_html("$$\nx\n$$");
    for text in ["\\[\nx\n\\]", "$$x$$", "\\[ x \\]", "```math\nx\n```", "~~~ math\nx\n~~~"] {
        assert_eq!(to_html(text), display, "{text}");
    }
    let nested = to_html("- a\n\n  ```math\n  x\n  ```\n- b $x$\n\n| a |\n|---|\n| $x$ |\n\n> \\[ x \\]");
    assert_eq!(nested.matches("<math").count(), 4, "{nested}");
}

#[test]
fn code_and_escapes_are_no_formulas() {
    for text in [
        "`$x$`",
        "`\\(x\\)`",
        "```\n$x$ \\(x\\)\n```",
        "    $$x$$",
        "\\$x\\$",
        "\\\\(x\\\\)",
        "$ x $",
        "$$$$",
    ] {
        assert!(!to_html(text).contains("math"), "{text}: {}", to_html(text));
    }
}

#[test]
fn money_is_no_formula() {
    let texts = [
        "It costs $5 and $10.",
        "$5/$10",
        "from $5 to 10$ a piece",
        "$1,000 for me and US$ for you",
        "$20 million or so$",
        "$PATH:$HOME/bin and $USER",
        "a$b$c",
        "US$5, and A$6",
        "**$5** and *$6*",
        "$100",
        "between $3.50 and $4.50, or $1k-$2k",
    ];
    for text in texts {
        let html = to_html(text);
        assert!(!html.contains("math"), "{html}");
        assert_eq!(html.matches('$').count(), text.matches('$').count(), "{html}");
    }
    for text in ["$5$", "$5x$", "$10^6$ and $x$", "costs $n$ dollars", "$2 + 2 = 4$"] {
        assert!(to_html(text).contains("<math"), "{text}");
    }
}

#[test]
fn lines_of_a_formula_begin_no_list_and_no_heading() {
    for text in [
        "\\[\na\n=\nb\n\\]",
        "$$\na\n+ b\n- c\n* d\n$$",
        "text\n$$\na\n---\n$$",
        "\\[\n\\begin{aligned}\n# x\n1. b\n\\end{aligned}\n\\]",
        "$$\na\n> b\n$$",
        "- item\n  $$\n  a\n  + b\n  $$\n",
        "> $$\n> a\n> + b\n> $$\n",
    ] {
        let blocks = render(text);
        assert_eq!(blocks.len(), 1, "{blocks:#?}");
        assert_eq!(blocks[0].matches("\"math display\"").count(), 1, "{blocks:?}");
        assert!(!blocks[0].contains("<h") && !blocks[0].contains("<li>b"), "{blocks:?}");
        assert_eq!(stream(text, 1, true).blocks, blocks);
    }
    // What only looks like the beginning of a formula ends at a blank line, or at a fence.
    let html = to_html("$$\na\n\n- b\n\n\\[ x\n```\n- c\n```\n- d");
    assert_eq!(html.matches("<li>").count(), 2, "{html}");
}

#[test]
fn a_formula_that_is_still_open_is_shown_as_its_source() {
    let mut live = Live::new();
    live.push("So:\n\n$$\n\\begin{aligned}\na_1 &= *b* \\\\\n+ c_1");
    assert_eq!(
        live.tail(),
        "<p><code class=\"math display\">\\begin{aligned}\na_1 &amp;= *b* \\\\\n+ c_1</code></p>"
    );
    live.push(" &= d\n\\end{aligned}\n$$");
    assert!(live.tail().contains("<mtable"), "{}", live.tail());
    live.push("\n\n");
    assert!(live.block_html(1).contains("<mtable") && live.tail().is_empty());
    let mut fence = Live::new();
    fence.push("```math\nx^2");
    assert_eq!(fence.tail(), "<p><code class=\"math display\">x^2</code></p>");
    fence.push("\n```\n");
    fence.finish();
    assert!(fence.block_html(0).contains("<msup>"));
}

#[test]
fn a_formula_is_converted_once() {
    let text = "Text with $x^2$ and \\(y\\) and more words.\n\n$$ z $$\n\nAgain $x^2$.";
    work::take();
    let viewer = stream(text, 1, true);
    let (.., formulated) = work::take();
    assert_eq!(viewer.blocks, render(text));
    assert_eq!(formulated, "x^2yz".len() as u64);
}

#[test]
fn a_text_with_very_many_formulas_shows_the_source_of_the_last_ones() {
    let many: String =
        (0..4_000).map(|i| format!("$x_{{{i}}}$ and\n{}", if i % 9 == 0 { "\n" } else { "" })).collect();
    let long: String = (0..60).map(|i| format!("$${}{}$$\n\n", "a+".repeat(2000), i + 10)).collect();
    for text in [many, long] {
        let whole = to_html(&text);
        let made = whole.matches("<math").count();
        assert!(made == MOST || made == FORMULA_BYTES / 4002, "{made}");
        assert!(whole.contains("<code class=\"math"), "the others are there as their source");
        // What the live text converted on its way changes nothing.
        for size in [997, 4096] {
            let mut live = Live::new();
            let mut at = 0;
            while at < text.len() {
                live.push(&text[at..(at + size).min(text.len())]);
                at += size;
            }
            live.finish();
            let shown: String = (0..live.blocks()).map(|index| live.block_html(index)).collect();
            assert!(shown == whole, "in pieces of {size}");
        }
    }
    let (_, _, _, formulated) = work::take();
    assert!(formulated <= 10 * FORMULA_BYTES as u64, "{formulated}");
}

#[test]
fn what_leads_out_of_a_formula_stays_source() {
    for latex in [
        r"\href{javascript:alert(1)}{x}",
        r"\url{http://evil.example}",
        r"\includegraphics{http://evil.example/p.png}",
        r"\includegraphics[width=9em,alt=x]{https://evil.example/p.png}",
        r"\htmlClass{modal}{x}",
        r"\htmlId{messages}{x}",
        r"\htmlStyle{position:fixed}{x}",
        r"\htmlData{hx-get=/x}{y}",
        r"\class{modal}{x}",
        r"\cssId{a}{x}",
        r"\style{color:red}{x}",
        r"\message{owned} x",
        r"\errmessage{owned}",
        r"\show\x",
        r"\unicode{x3c}script\unicode{x3e}",
        r"\ce{H2O}",
        r"\input{/etc/passwd}",
        r"\write18{id}",
        r"\csname def\endcsname\a{b}\a",
    ] {
        let html = to_html(&format!("$${latex}$$"));
        assert!(html.starts_with("<p><code class=\"math display\">$$"), "{html}");
        safety::check(&html);
    }
}

#[test]
fn tags_in_formulas_are_text() {
    for latex in [
        r"\operatorname{<img/src=x/onerror=alert(1)>}",
        r"\operatorname{<mi onclick=alert(1)>x</mi>}",
        r"\operatorname{</math><script>alert(1)</script>}",
        r"\operatorname{</mo></math><img src=x>}",
        r"\operatorname{<mtext></mtext>}",
        r"\operatorname{&lt;script&gt;}",
        r"\text{<b>x</b>}",
        r#"\text{" onload="x}"#,
        r"\mathrm{<script>}",
        r"\tag{<img src=x>} a",
        r"\label{<img>} x",
        r"\text{</annotation></semantics></math><img src=x onerror=alert(1)>}",
        r"x % <script>",
        r"\text{<annotation-xml encoding='text/html'><img src=x onerror=alert(1)>}",
        "\\text{\u{202E}x}",
        r"\color{red;background:url(x)}{y}",
        r#"\color{"onload="}{y}"#,
        r"\begin{array}{c@{<img src=x>}c} a & b \end{array}",
    ] {
        for text in
            [format!("$${latex}$$"), format!("${latex}$"), format!("| a |\n|---|\n| \\({latex}\\) |\n")]
        {
            let viewer = stream(&text, 3, true);
            assert_eq!(viewer.blocks, render(&text));
            for block in &viewer.blocks {
                assert!(!block.contains("<img") && !block.contains("<script"), "{block}");
            }
        }
    }
}

/// One of each thing that nests, loops or grows; every one must come back, and small.
#[test]
fn bombs_end_small_and_leave_the_stack_alone() {
    let nest = |open: &str, close: &str, n: usize| format!("{}x{}", open.repeat(n), close.repeat(n));
    let mut bombs = Vec::new();
    for n in [20, 30, 100, 1_000] {
        bombs.extend([
            nest("{", "}", n),
            nest("\\frac{1}{", "}", n),
            nest("\\sqrt{", "}", n),
            nest("\\left(", "\\right)", n),
            nest("\\begin{matrix}", "\\end{matrix}", n),
            nest("x^{", "}", n),
            nest("\\text{", "}", n),
            nest("\\text{$", "$}", n),
            nest("\\overset{a}{", "}", n),
            "\\frac{".repeat(n),
            "\\sqrt".repeat(n) + "x",
            "\\sqrt ".repeat(n),
            "\\frac1".repeat(n) + "x",
            "\\hat".repeat(n) + "x",
            "\\mathbf".repeat(n) + "x",
            "\\displaystyle".repeat(n) + "x",
            "\\it".repeat(n) + "x",
            "\\not".repeat(n) + "x",
            "x^".repeat(n) + "x",
            "x'".repeat(n),
            "\\begin{aligned}a&b\\\\".repeat(n),
            "\\color{red}".repeat(n) + "x",
            "\\left(".repeat(n),
            "\\{".repeat(n),
        ]);
    }
    bombs.extend(
        [
            r"\def\a{\a}\a",
            r"\def\a{\a\a}\a",
            r"\def\a{\sqrt\a}\a",
            r"\def\a{\frac\a\a}\a",
            r"\def\a{\left(\a\right)}\a",
            r"\def\a{{\a}}\a",
            r"\def\a{\b\b}\def\b{\c\c}\def\c{\d\d}\def\d{\e\e}\def\e{\f\f}\def\f{\g\g}\def\g{xx}\a",
            r"\gdef\x{\x\x}\x",
            r"\newcommand{\a}[1]{#1#1\a{#1}}\a{x}",
            r"\edef\a{xxxx}\edef\b{\a\a\a\a}\edef\c{\b\b\b\b}\edef\d{\c\c\c\c}\d\d\d\d\d",
            r"\rule{99999em}{99999em}",
            r"\hspace{-9999em}x\kern99999em y\mkern-9999mu",
            r"\raisebox{-500em}{x}\smash{y}",
            r"\Huge\Huge x",
        ]
        .map(str::to_owned),
    );
    bombs.push(format!("\\def\\a{{{}}}{}", "x".repeat(900), "\\a".repeat(60)));
    bombs.push("x".repeat(4_000));
    bombs.push("\\frac{1}{2}".repeat(400));
    bombs.push("\\int ".repeat(500));
    bombs.push(format!("\\begin{{matrix}}{}\\end{{matrix}}", "&".repeat(3_900)));
    bombs.push(format!("\\begin{{matrix}}{}\\end{{matrix}}", "a\\\\".repeat(500)));
    for latex in &bombs {
        let html = to_html(&format!("\\[{latex}\\]"));
        let head: String = latex.chars().take(40).collect();
        assert_eq!(safety::check(&html), 1, "{head}");
        assert!(html.len() <= 80 * latex.len() + 500, "{head}: {} from {}", html.len(), latex.len());
        let drawn = html.split("<annotation").next().unwrap();
        assert!(drawn.contains("code") || !(drawn.contains("99999") || drawn.contains("500em")), "{html}");
    }
}

#[test]
fn the_same_formula_is_the_same_text_every_time() {
    let text = r"$$\begin{split} \boxed{a} &= \textcolor{red}{b} \\ \bigl( c &\mathbb{R} \end{split}$$";
    let first = to_html(text);
    assert!(first.contains("<mtable") && first.contains("ℝ"), "{first}");
    for _ in 0..20 {
        assert_eq!(to_html(text), first);
    }
}

#[test]
fn looking_for_the_end_of_a_formula_grows_with_the_length() {
    // Every opening looks for its end: without a bound 200 KB of them would take minutes.
    for piece in ["\\(", "\\[", "\\( a", "$a ", "$$a$", "\\(a\\[ "] {
        let start = std::time::Instant::now();
        let html = to_html(&piece.repeat(100_000 / piece.len()));
        eprintln!("{piece:?}: {} bytes, {:?}", html.len(), start.elapsed());
        assert!(html.len() <= 4_000_000);
    }
}
