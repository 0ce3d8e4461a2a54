//! Server-sent events, or bare lines, out of bytes, without copying the usual case.
//!
//! Knows what the format promises and what real servers do: CRLF, comments, several `data:` lines in one event,
//! lines and characters cut anywhere by the network. It looks at each byte once and never keeps more than one event.

/// The longest line, and the longest event. Above the largest honest chunk seen (5 MB), below a line that never ends.
pub const MAX_EVENT: usize = 8 << 20;

/// An event or a line that outgrew [`MAX_EVENT`].
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

/// Takes bytes as they come, hands out the `data` of each event.
#[derive(Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Up to here the buffer was handed out.
    done: usize,
    /// Up to here no line end was found.
    scanned: usize,
    /// The one `data:` line of the event being read, as a range of the buffer.
    line: Option<(usize, usize)>,
    /// The event's lines, once it has more than one.
    joined: Vec<u8>,
    /// Lines seen, comments and empty ones too: signs of life.
    lines: u64,
    /// Whether each line is an event by itself (NDJSON).
    bare: bool,
}

/// Where the data of a finished event lies.
enum Found {
    Line(usize, usize),
    Joined,
}

impl Decoder {
    /// For bodies with one event on each line and nothing around it.
    pub fn of_lines() -> Self {
        Self { bare: true, ..Self::default() }
    }

    /// Takes what the network brought.
    ///
    /// # Errors
    /// [`TooLong`] when a line or an event has no end.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.compact();
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() - bytes.len() > MAX_EVENT { Err(TooLong) } else { Ok(()) }
    }

    /// The data of the next whole event, or `None` until more bytes come.
    pub fn next_event(&mut self) -> Option<&[u8]> {
        let found = loop {
            let (start, end) = self.next_line()?;
            if let Some(found) = self.take_line(start, end) {
                break found;
            }
        };
        Some(match found {
            Found::Line(start, end) => &self.buffer[start..end],
            Found::Joined => &self.joined,
        })
    }

    /// The event that lacks only its closing empty line, for a stream that has ended.
    pub fn last_event(&mut self) -> Option<&[u8]> {
        if self.bare {
            let start = std::mem::replace(&mut self.done, self.buffer.len());
            return Some(&self.buffer[start..]).filter(|rest| !rest.is_empty());
        }
        let (start, end) = self.line.take()?;
        if self.joined.is_empty() { Some(&self.buffer[start..end]) } else { Some(&self.joined) }
    }

    /// How many lines came so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    fn next_line(&mut self) -> Option<(usize, usize)> {
        let Some(at) = self.buffer[self.scanned..].iter().position(|byte| *byte == b'\n') else {
            self.scanned = self.buffer.len();
            return None;
        };
        let (mut start, mut end) = (self.done, self.scanned + at);
        self.done = end + 1;
        self.scanned = self.done;
        if end > start && self.buffer[end - 1] == b'\r' {
            end -= 1;
        }
        if self.lines == 0 && self.buffer[start..end].starts_with(b"\xEF\xBB\xBF") {
            start += 3;
        }
        self.lines += 1;
        Some((start, end))
    }

    fn take_line(&mut self, start: usize, end: usize) -> Option<Found> {
        if self.bare {
            return (end > start).then_some(Found::Line(start, end));
        }
        let line = &self.buffer[start..end];
        if line.is_empty() {
            let single = self.line.take();
            return single.map(
                |(start, end)| if self.joined.is_empty() { Found::Line(start, end) } else { Found::Joined },
            );
        }
        let data = line.strip_prefix(b"data:")?;
        let start = end - data.strip_prefix(b" ").unwrap_or(data).len();
        match self.line {
            None => {
                self.joined.clear();
                self.line = Some((start, end));
            }
            Some((first, last)) => {
                if self.joined.is_empty() {
                    self.joined.extend_from_slice(&self.buffer[first..last]);
                }
                self.joined.push(b'\n');
                self.joined.extend_from_slice(&self.buffer[start..end]);
            }
        }
        None
    }

    /// Drops what was handed out; bytes of a half-read event stay.
    fn compact(&mut self) {
        let keep = self.line.map_or(self.done, |(start, _)| start);
        if keep == 0 {
            return;
        }
        self.buffer.drain(..keep);
        self.done -= keep;
        self.scanned -= keep;
        if let Some((start, end)) = &mut self.line {
            *start -= keep;
            *end -= keep;
        }
        // One huge event must not hold its memory for the rest of a long answer.
        if self.buffer.capacity() > 1 << 18 && self.buffer.len() < 1 << 16 {
            self.buffer.shrink_to(1 << 16);
        }
    }
}
