//! The language of a code block: from the word after the fence to a label, a class and a grammar.

use std::borrow::Cow;
use std::sync::LazyLock;

use syntect::parsing::{SyntaxReference, SyntaxSet};

/// Every grammar, loaded once (a few ms).
pub(super) static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// What the info string of a fence names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Language {
    /// Lower case, only `a-z 0-9 + # . _ -`, at most 32 bytes; empty if the fence named nothing fit for a class.
    token: String,
}

/// Words models write after a fence that no grammar lists.
const ALIASES: &[(&str, &str)] = &[
    ("shell", "bash"),
    ("zsh", "bash"),
    ("console", "bash"),
    ("shellsession", "bash"),
    ("golang", "go"),
    ("csharp", "cs"),
    ("c#", "cs"),
    ("fsharp", "f#"),
    ("fs", "f#"),
    ("h", "c"),
    ("fortran", "fortran (modern)"),
    ("f90", "fortran (modern)"),
    ("py3", "python"),
    ("python3", "python"),
    ("jsonc", "json"),
    ("json5", "json"),
    ("docker", "dockerfile"),
    ("make", "makefile"),
    ("terraform", "tf"),
    ("objc", "objective-c"),
    ("objectivec", "objective-c"),
    ("postgresql", "sql"),
    ("mysql", "sql"),
    ("sqlite", "sql"),
    ("vb", "vbs"),
    ("ps", "ps1"),
    ("pwsh", "ps1"),
    ("patch", "diff"),
];

/// JavaScript is painted by the grammar of TypeScript: its own takes time exponential in a run of blanks (90 ms for a
/// line of 64 bytes).
const SCRIPTS: &[(&str, &str, &str)] = &[
    ("js", "ts", "JavaScript"),
    ("javascript", "ts", "JavaScript"),
    ("mjs", "ts", "JavaScript"),
    ("cjs", "ts", "JavaScript"),
    ("node", "ts", "JavaScript"),
    ("jsx", "tsx", "JSX"),
];

/// Languages of pictures. Shown as their source: what draws them is larger than all of Freshet, or not safe, or both.
const DIAGRAMS: &[(&str, &str)] = &[
    ("mermaid", "Mermaid"),
    ("mmd", "Mermaid"),
    ("dot", "Graphviz"),
    ("graphviz", "Graphviz"),
    ("gv", "Graphviz"),
    ("plantuml", "PlantUML"),
    ("puml", "PlantUML"),
    ("d2", "D2"),
    ("ditaa", "ditaa"),
    ("nomnoml", "nomnoml"),
    ("svgbob", "Svgbob"),
    ("wavedrom", "WaveDrom"),
    ("vega", "Vega"),
    ("vega-lite", "Vega-Lite"),
    ("tikz", "TikZ"),
    ("excalidraw", "Excalidraw"),
];

/// Named, but better shown as they are. Markdown's grammar takes ~100 ms for a line with back-ticks.
const PLAIN: &[&str] = &["text", "txt", "plain", "plaintext", "none", "output", "md", "markdown"];

impl Language {
    /// Reads the first word of an info string.
    pub(super) fn of(info: &str) -> Language {
        let word = info.split([' ', '\t', ',', '{', ':', '(']).next().unwrap_or("");
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'.' | b'_' | b'-');
        let token = if word.len() <= 32 && word.bytes().all(fits) {
            word.to_ascii_lowercase()
        } else {
            String::new()
        };
        Language { token }
    }

    /// The part after `language-`, if there is one.
    pub(super) fn class(&self) -> Option<&str> {
        (!self.token.is_empty()).then_some(self.token.as_str())
    }

    /// What to call it above the code; empty if unknown.
    pub(super) fn label(&self) -> Cow<'_, str> {
        if let Some((_, name)) = DIAGRAMS.iter().find(|(token, _)| *token == self.token) {
            return format!("Diagram ({name})").into();
        }
        if let Some((.., label)) = SCRIPTS.iter().find(|(token, ..)| *token == self.token) {
            return Cow::Borrowed(label);
        }
        Cow::Borrowed(self.grammar().map_or(self.token.as_str(), |grammar| grammar.name.as_str()))
    }

    /// The grammar to highlight with, if any.
    pub(super) fn grammar(&self) -> Option<&'static SyntaxReference> {
        let token = self.class().filter(|token| !PLAIN.contains(token))?;
        let token = SCRIPTS.iter().find(|(script, ..)| *script == token).map_or(token, |(_, name, _)| *name);
        let known = ALIASES.iter().find(|(alias, _)| *alias == token).map_or(token, |(_, name)| *name);
        GRAMMARS
            .find_syntax_by_token(known)
            .filter(|grammar| grammar.name != "Plain Text" && grammar.name != "Markdown")
    }

    /// Whether the grammar may hold scripts inside and with them the patterns that [`SCRIPTS`] is about.
    pub(super) fn embeds_scripts(&self) -> bool {
        let scope = self.grammar().map_or_else(String::new, |grammar| grammar.scope.build_string());
        ["text.html", "embedding.php", "source.js"].iter().any(|prefix| scope.starts_with(prefix))
    }
}
