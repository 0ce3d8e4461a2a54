//! Server-sent events out of bytes, as plainly as it goes.

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name, empty if it has none.
    pub name: String,
    /// Its data, lines joined.
    pub data: String,
    /// Its id, if it carries one.
    pub id: Option<String>,
}

/// Takes bytes, gives events.
#[derive(Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    done: usize,
    scanned: usize,
}

impl Decoder {
    /// Takes what came.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.done > 0 {
            self.buffer.drain(..self.done);
            self.scanned -= self.done;
            self.done = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole event.
    pub fn next_event(&mut self) -> Option<Event> {
        let rest = &self.buffer[self.scanned..];
        let Some(at) = rest.windows(2).position(|two| two == b"\n\n") else {
            self.scanned = self.buffer.len().saturating_sub(1).max(self.done);
            return None;
        };
        let end = self.scanned + at;
        let event = read(&String::from_utf8_lossy(&self.buffer[self.done..end]));
        self.done = end + 2;
        self.scanned = self.done;
        Some(event)
    }
}

fn read(text: &str) -> Event {
    let mut event = Event::default();
    let mut first = true;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("event: ") {
            event.name = name.to_owned();
        } else if let Some(id) = line.strip_prefix("id: ") {
            event.id = Some(id.to_owned());
        } else if let Some(data) = line.strip_prefix("data: ") {
            if !std::mem::take(&mut first) {
                event.data.push('\n');
            }
            event.data.push_str(data);
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_wherever_they_are_cut() {
        let wire = b"event: a\ndata: 1\ndata: 2\nid: 1.2\n\ndata: 3\n\n";
        for cut in 0..wire.len() {
            let mut decoder = Decoder::default();
            let mut events = Vec::new();
            for piece in [&wire[..cut], &wire[cut..]] {
                decoder.feed(piece);
                events.extend(std::iter::from_fn(|| decoder.next_event()));
            }
            let first = Event { name: "a".into(), data: "1\n2".into(), id: Some("1.2".into()) };
            let second = Event { data: "3".into(), ..Event::default() };
            assert_eq!(events, [first, second], "cut at {cut}");
        }
    }
}
