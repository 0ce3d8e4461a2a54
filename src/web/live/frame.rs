//! Server-sent events as bytes, made once and shared by everybody who watches.
//!
//! axum's own event type can't be shared as bytes, which is the one reason for these lines (format: WHATWG HTML, section
//! "Server-sent events").

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use futures::Stream;

use crate::stream::Cursor;

/// Several events that belong together.
#[derive(Debug, Default, Clone)]
pub(super) struct Frame(String);

impl Frame {
    /// Adds an event. `name` is one of ours, never foreign text; `data` may have several lines.
    pub fn event(&mut self, name: &str, data: &str) -> &mut Self {
        self.field("event", name);
        self.data(data)
    }

    /// Adds an event without a name: trusted chrome that htmx swaps in.
    pub fn chrome(&mut self, html: &str) -> &mut Self {
        self.data(html)
    }

    /// Says where the reader is once it has everything in this frame: the id goes into the last event.
    pub fn at(&mut self, cursor: Cursor) -> &mut Self {
        if self.0.is_empty() {
            // An id alone moves the reader's place without telling the page anything.
            self.0.push('\n');
        }
        self.0.pop();
        self.field("id", &cursor.to_string());
        self.0.push('\n');
        self
    }

    /// How long the reader should wait before it comes back, in milliseconds.
    pub fn retry(&mut self, ms: u32) -> &mut Self {
        self.field("retry", &ms.to_string());
        self.0.push('\n');
        self
    }

    /// Adds what another frame holds.
    pub fn extend(&mut self, other: &Self) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_bytes(self) -> Bytes {
        self.0.into()
    }

    fn data(&mut self, data: &str) -> &mut Self {
        // A carriage return would end the line for the reader, too; the two together end one line, as in a page.
        for line in data.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')) {
            self.field("data", line);
        }
        self.0.push('\n');
        self
    }

    fn field(&mut self, name: &str, value: &str) {
        self.0.push_str(name);
        self.0.push_str(": ");
        self.0.push_str(value);
        self.0.push('\n');
    }
}

/// An event stream as a response: never cached, never gathered by a proxy.
pub(super) fn response(stream: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    open_ended("text/event-stream", stream)
}

/// A response that grows while it is read.
pub(crate) fn open_ended(
    content_type: &'static str,
    stream: impl Stream<Item = Bytes> + Send + 'static,
) -> Response {
    use tokio_stream::StreamExt as _;
    may_break(content_type, stream.map(Ok::<_, std::convert::Infallible>))
}

/// The same; an error breaks it off, so that its reader knows that it has not come to its end.
pub(super) fn may_break<E: Into<axum::BoxError> + 'static>(
    content_type: &'static str,
    stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> Response {
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_stands_in_the_last_event() {
        let mut frame = Frame::default();
        frame.event("fx:append", "m 1\n<p>a\nb</p>").chrome("<p></p>").at(Cursor { epoch: 1, seq: 2 });
        let expected = "event: fx:append\ndata: m 1\ndata: <p>a\ndata: b</p>\n\ndata: <p></p>\nid: 1.2\n\n";
        assert_eq!(frame.0, expected);
    }

    #[test]
    fn a_frame_without_events_still_moves_the_reader() {
        let mut frame = Frame::default();
        frame.at(Cursor { epoch: 1, seq: 2 });
        assert_eq!(frame.0, "id: 1.2\n\n");
    }

    #[tokio::test]
    async fn what_was_encoded_is_what_a_reader_decodes() {
        use eventsource_stream::Eventsource as _;
        use tokio_stream::StreamExt as _;
        let mut frame = Frame::default();
        frame.event("delta", "{\"text\":\"a\\n\"}").at(Cursor { epoch: 3, seq: 4 });
        let bytes = futures::stream::iter([Ok::<_, std::convert::Infallible>(frame.into_bytes())]);
        let event = bytes.eventsource().next().await.unwrap().unwrap();
        assert_eq!(
            (event.event.as_str(), event.data.as_str(), event.id.as_str()),
            ("delta", "{\"text\":\"a\\n\"}", "3.4")
        );
    }
}
