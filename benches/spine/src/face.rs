//! How much of an answer a viewer has, read from what each target sends. A token of the simulated `tokens` model is a
//! word, so tokens on screen are counted as words, whatever the HTML around them.

use crate::sse::{Decoder, Event};

/// What a target speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// The provider's own chunks.
    OpenAi,
    /// The whole message's HTML at each token.
    Naive,
    /// Freshet's HTML frames.
    Html,
    /// Freshet's JSON events.
    Json,
}

/// A viewer's state.
pub struct Screen {
    face: Face,
    decoder: Decoder,
    closed: Vec<usize>,
    tail: usize,
    /// Tokens on screen.
    pub tokens: usize,
    /// The answer is over.
    pub ended: bool,
    /// It is over, and not as it should.
    pub failed: bool,
    /// Bytes read.
    pub bytes: usize,
    /// How often the page was told to load itself anew.
    pub resyncs: usize,
}

impl Screen {
    /// An empty screen.
    pub fn new(face: Face) -> Self {
        let decoder = Decoder::default();
        Self {
            face,
            decoder,
            closed: Vec::new(),
            tail: 0,
            tokens: 0,
            ended: false,
            failed: false,
            bytes: 0,
            resyncs: 0,
        }
    }

    /// Takes what came.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
        self.decoder.feed(bytes);
        while let Some(event) = self.decoder.next_event() {
            match self.face {
                Face::OpenAi => self.chunk(&event),
                Face::Naive => self.whole(&event),
                Face::Html => self.frame(&event),
                Face::Json => self.entry(&event),
            }
        }
    }

    fn chunk(&mut self, event: &Event) {
        self.tokens += usize::from(event.data.contains(r#""delta":{"content":""#));
        self.ended |= event.data == "[DONE]";
    }

    fn whole(&mut self, event: &Event) {
        match event.name.as_str() {
            "done" => self.ended = true,
            _ => self.tokens = words(&event.data),
        }
    }

    fn entry(&mut self, event: &Event) {
        match event.name.as_str() {
            "delta" => {
                let delta: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
                self.tokens += words(delta["text"].as_str().unwrap_or_default());
            }
            "reply.ended" => {
                self.ended = true;
                self.failed = !event.data.contains(r#""status":"complete""#);
            }
            "reset" => self.resyncs += 1,
            _ => {}
        }
    }

    fn frame(&mut self, event: &Event) {
        let (head, html) = event.data.split_once('\n').unwrap_or((&event.data, ""));
        let number = |place: usize| head.split(' ').nth(place).and_then(|text| text.parse::<usize>().ok());
        match event.name.as_str() {
            "fx:append" => {
                self.closed.push(words(html));
                self.tail = 0;
            }
            "fx:grow" => {
                if let Some(block) = number(1).and_then(|index| self.closed.get_mut(index)) {
                    *block += words(html);
                }
            }
            "fx:block" => {
                if let Some(block) = number(1).and_then(|index| self.closed.get_mut(index)) {
                    *block = words(html);
                }
            }
            "fx:trim" => self.closed.truncate(number(1).unwrap_or(usize::MAX)),
            "fx:tail" => self.tail = words(html),
            "fx:resync" => self.resyncs += 1,
            "fx:done" | "fx:fail" => {
                self.ended = true;
                self.failed = event.name == "fx:fail";
            }
            _ => return,
        }
        self.tokens = self.closed.iter().sum::<usize>() + self.tail;
    }
}

/// Words outside of tags.
fn words(html: &str) -> usize {
    let (mut count, mut in_word, mut in_tag) = (0, false, false);
    for byte in html.bytes() {
        match byte {
            b'<' => (in_tag, in_word) = (true, false),
            b'>' => in_tag = false,
            _ if in_tag => {}
            b' ' | b'\n' | b'\t' | b'\r' => in_word = false,
            _ if !in_word => {
                in_word = true;
                count += 1;
            }
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_no_words() {
        assert_eq!(words("<p class=\"a b\">one two,\nthree.</p>\n<p>four</p>"), 4);
    }

    #[test]
    fn a_screen_adds_up_blocks_and_tail() {
        let mut screen = Screen::new(Face::Html);
        screen.feed(b"event: fx:tail\ndata: m 0\ndata: <p>a b</p>\n\n");
        assert_eq!(screen.tokens, 2);
        screen.feed(b"event: fx:append\ndata: m 0\ndata: <p>a b c</p>\n\nevent: fx:tail\ndata: m 1\ndata: <p>d</p>\n\n");
        assert_eq!(screen.tokens, 4);
        screen.feed(b"event: fx:done\ndata: m 1\n\n");
        assert!(screen.ended && !screen.failed);
    }
}
