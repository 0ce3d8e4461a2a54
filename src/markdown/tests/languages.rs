//! What people write after a fence, and what comes of it.

use std::collections::BTreeSet;

use crate::markdown::full::code;
use crate::markdown::language::Language;

/// A word, the label above the code, and a line that has something to paint.
const WORDS: &[(&str, &str, &str)] = &[
    ("rust", "Rust", "fn main() {}"),
    ("rs", "Rust", "fn main() {}"),
    ("python", "Python", "def f(): pass"),
    ("py", "Python", "def f(): pass"),
    ("python3", "Python", "def f(): pass"),
    ("js", "JavaScript", "let a = 1;"),
    ("javascript", "JavaScript", "let a = 1;"),
    ("node", "JavaScript", "let a = 1;"),
    ("jsx", "JSX", "let a = <b/>;"),
    ("ts", "TypeScript", "let a: number = 1;"),
    ("typescript", "TypeScript", "let a: number = 1;"),
    ("tsx", "TypeScriptReact", "let a = <b/>;"),
    ("html", "HTML", "<p class=\"a\">x</p>"),
    ("css", "CSS", "a { color: red; }"),
    ("scss", "SCSS", "$a: 1px;"),
    ("sass", "Sass", "$a: 1px"),
    ("less", "Less", "@a: 1px;"),
    ("json", "JSON", "{\"a\": 1}"),
    ("jsonc", "JSON", "{\"a\": 1}"),
    ("yaml", "YAML", "a: 1"),
    ("yml", "YAML", "a: 1"),
    ("toml", "TOML", "a = 1"),
    ("xml", "XML", "<a b=\"c\"/>"),
    ("sql", "SQL", "SELECT 1;"),
    ("postgresql", "SQL", "SELECT 1;"),
    ("mysql", "SQL", "SELECT 1;"),
    ("bash", "Bourne Again Shell (bash)", "echo \"a\""),
    ("sh", "Bourne Again Shell (bash)", "echo \"a\""),
    ("shell", "Bourne Again Shell (bash)", "echo \"a\""),
    ("zsh", "Bourne Again Shell (bash)", "echo \"a\""),
    ("console", "Bourne Again Shell (bash)", "echo \"a\""),
    ("fish", "Fish", "set -x A 1"),
    ("powershell", "PowerShell", "$a = 1"),
    ("ps1", "PowerShell", "$a = 1"),
    ("bat", "Batch File", "echo off"),
    ("c", "C", "int a = 1;"),
    ("h", "C", "int a = 1;"),
    ("cpp", "C++", "int a = 1;"),
    ("c++", "C++", "int a = 1;"),
    ("cs", "C#", "int a = 1;"),
    ("csharp", "C#", "int a = 1;"),
    ("java", "Java", "int a = 1;"),
    ("kotlin", "Kotlin", "val a = 1"),
    ("kt", "Kotlin", "val a = 1"),
    ("swift", "Swift", "let a = 1"),
    ("go", "Go", "func main() {}"),
    ("golang", "Go", "func main() {}"),
    ("ruby", "Ruby", "def a; end"),
    ("rb", "Ruby", "def a; end"),
    ("php", "PHP", "<?php echo 1;"),
    ("perl", "Perl", "my $a = 1;"),
    ("lua", "Lua", "local a = 1"),
    ("r", "R", "a <- 1"),
    ("scala", "Scala", "val a = 1"),
    ("haskell", "Haskell", "main = print 1"),
    ("hs", "Haskell", "main = print 1"),
    ("elixir", "Elixir", "def a, do: 1"),
    ("ex", "Elixir", "def a, do: 1"),
    ("erlang", "Erlang", "a() -> 1."),
    ("clojure", "Clojure", "(def a 1)"),
    ("clj", "Clojure", "(def a 1)"),
    ("dart", "Dart", "var a = 1;"),
    ("dockerfile", "Dockerfile", "FROM a"),
    ("docker", "Dockerfile", "FROM a"),
    ("makefile", "Makefile", "a: b"),
    ("make", "Makefile", "a: b"),
    ("cmake", "CMake", "set(A 1)"),
    ("diff", "Diff", "+a"),
    ("patch", "Diff", "+a"),
    ("ini", "INI", "a = 1"),
    ("nix", "Nix", "let a = 1; in a"),
    ("zig", "Zig", "const a = 1;"),
    ("graphql", "GraphQL", "type A { b: Int }"),
    ("proto", "Protocol Buffer", "message A {}"),
    ("protobuf", "Protocol Buffer", "message A {}"),
    ("terraform", "Terraform", "resource \"a\" \"b\" {}"),
    ("hcl", "Terraform", "resource \"a\" \"b\" {}"),
    ("vue", "Vue Component", "<p class=\"a\">x</p>"),
    ("svelte", "Svelte", "<p class=\"a\">x</p>"),
    ("julia", "Julia", "function a() end"),
    ("fsharp", "F#", "let a = 1"),
    ("objc", "Objective-C", "int a = 1;"),
    ("groovy", "Groovy", "def a = 1"),
    ("latex", "LaTeX", "\\section{a}"),
    ("tex", "LaTeX", "\\section{a}"),
    ("ocaml", "OCaml", "let a = 1"),
    ("lisp", "Lisp", "(defun a () 1)"),
    ("pascal", "Pascal", "begin end."),
    ("d", "D", "int a = 1;"),
    ("matlab", "MATLAB", "a = 1;"),
    ("vim", "VimL", "let a = 1"),
    ("crystal", "Crystal", "def a; end"),
    ("nim", "Nim", "let a = 1"),
    ("elm", "Elm", "a = 1"),
    ("purescript", "PureScript", "a = 1"),
    ("fortran", "Fortran (Modern)", "integer :: a"),
    ("ada", "Ada", "procedure A is"),
    ("verilog", "Verilog", "module a;"),
    ("vhdl", "VHDL", "entity a is"),
    ("glsl", "GLSL", "void main() {}"),
    ("nginx", "nginx", "server { listen 80; }"),
    ("solidity", "Solidity", "contract A {}"),
    ("awk", "AWK", "{ print $1 }"),
    ("asm", "x86_64 Assembly", "mov eax, 1"),
    ("typst", "Typst", "= A"),
    ("tcl", "Tcl", "set a 1"),
    ("jinja2", "Jinja2", "{% if a %}"),
    ("http", "HTTP Request and Response", "GET / HTTP/1.1"),
    ("dotenv", "DotENV", "A=1"),
    ("csv", "Separated Values", "a,b"),
    ("gitignore", "Git Ignore", "*.a"),
];

#[test]
fn the_languages_people_write_are_painted_and_named() {
    let mut wrong = Vec::new();
    let mut grammars = BTreeSet::new();
    for (word, label, line) in WORDS {
        let made = code(line, word);
        grammars.extend(made.grammar);
        if !made.html.contains("class=\"h-") || made.label != *label {
            wrong.push((word, made.label, made.grammar, made.html.contains("h-")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(WORDS.len() >= 80 && grammars.len() >= 60, "{} words, {} grammars", WORDS.len(), grammars.len());
}

#[test]
fn diagrams_are_named_and_shown_as_source() {
    for (word, label) in
        [("mermaid", "Diagram (Mermaid)"), ("dot", "Diagram (Graphviz)"), ("plantuml", "Diagram (PlantUML)")]
    {
        let made = code("a -> b <script>", word);
        assert_eq!(made.label, label);
        assert!(made.html.starts_with(&format!("<figure class=\"code\"><figcaption>{label}</figcaption>")));
        assert!(made.html.contains("&lt;script&gt;"));
    }
    assert_eq!(Language::of("no such thing").label(), "no");
}
