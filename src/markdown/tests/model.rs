//! A viewer that knows nothing but the updates, as the browser does.

use crate::markdown::Update;
use crate::markdown::live::Live;

use super::safety;

#[derive(Debug, Default)]
pub(super) struct Viewer {
    pub(super) blocks: Vec<String>,
    units: Vec<usize>,
    pub(super) tail: String,
    /// Bytes of HTML received.
    pub(super) received: usize,
}

const ENDS: [&str; 6] =
    ["</ul>", "</ol>", "</tbody></table></div>", "</code></pre></figure>", "</p>", "</ol></section>"];

impl Viewer {
    /// Applies one push or finish; panics where a browser would lose its way.
    pub(super) fn apply(&mut self, updates: Vec<Update>, check: bool) {
        let count = updates.len();
        for (i, update) in updates.into_iter().enumerate() {
            match update {
                Update::Append { index, html } => {
                    assert_eq!(index, self.blocks.len(), "append in order");
                    self.one(&html, check);
                    self.units.push(units(&html));
                    self.blocks.push(html);
                }
                Update::Grow { index, unit, html } => {
                    assert_eq!(index + 1, self.blocks.len(), "only the last block grows");
                    assert_eq!(unit, self.units[index], "units in order: {}", self.blocks[index]);
                    if check {
                        safety::check_unit(&html);
                    }
                    self.received += html.len();
                    let block = &mut self.blocks[index];
                    let end = ENDS.iter().find(|end| block.ends_with(*end)).expect("a container");
                    block.insert_str(block.len() - end.len(), &html);
                    self.units[index] += 1;
                }
                Update::Replace { index, html } => {
                    self.one(&html, check);
                    self.units[index] = units(&html);
                    self.blocks[index] = html;
                }
                Update::Trim { len } => {
                    assert!(len < self.blocks.len());
                    self.blocks.truncate(len);
                    self.units.truncate(len);
                }
                Update::Tail { html } => {
                    assert_eq!(i + 1, count, "the tail comes last");
                    if check {
                        safety::check(&html);
                    }
                    self.received += html.len();
                    self.tail = html;
                }
            }
        }
    }

    fn one(&mut self, html: &str, check: bool) {
        self.received += html.len();
        if check {
            assert_eq!(safety::check(html), 1, "one element: {html}");
        }
    }

    /// Everything on the page is what the live state says.
    pub(super) fn agrees_with(&self, live: &Live) {
        assert_eq!(self.blocks.len(), live.blocks());
        for (i, block) in self.blocks.iter().enumerate() {
            assert_eq!(*block, live.block_html(i));
            assert_eq!(self.units[i], live.units(i), "units of {block}");
        }
        assert_eq!(self.tail, live.tail());
    }
}

/// Units of a block as a browser counts them: the children of its container.
fn units(html: &str) -> usize {
    let page = scraper::Html::parse_fragment(html);
    let select = |css: &str| scraper::Selector::parse(css).unwrap();
    let root = page.root_element();
    for css in [
        "html > ul > li",
        "html > ol > li",
        "html > div.table > table > tbody > tr",
        "html > figure > pre > code > span.l",
        "html > section > ol > li",
    ] {
        let n = root.select(&select(css)).count();
        if n > 0 {
            return n;
        }
    }
    root.select(&select("html > p > span:not(.image, .math)")).count()
}

/// Streams `text` in pieces of about `size` bytes and finishes; the viewer must end where the full render is.
pub(super) fn stream(text: &str, size: usize, check: bool) -> Viewer {
    let mut live = Live::new();
    let mut viewer = Viewer::default();
    let mut left = text;
    while !left.is_empty() {
        let mut end = size.min(left.len());
        while !left.is_char_boundary(end) {
            end += 1;
        }
        viewer.apply(live.push(&left[..end]), check);
        left = &left[end..];
    }
    viewer.apply(live.finish(), check);
    viewer
}
