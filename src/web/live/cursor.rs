//! Where a client wants to go on.

use axum::http::HeaderMap;

use crate::stream::Cursor;

/// `Last-Event-ID` if it is a cursor, else `after` if it is one. Garbage is no error: it is answered like a cursor that
/// can't be continued.
pub fn wanted(headers: &HeaderMap, after: Option<&str>) -> Option<Cursor> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    header.and_then(|text| text.parse().ok()).or_else(|| after?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_wins_and_garbage_falls_through() {
        let mut headers = HeaderMap::new();
        assert_eq!(wanted(&headers, None), None);
        assert_eq!(wanted(&headers, Some("1.2")), Some(Cursor { epoch: 1, seq: 2 }));
        headers.insert("last-event-id", "1.5".parse().unwrap());
        assert_eq!(wanted(&headers, Some("1.2")), Some(Cursor { epoch: 1, seq: 5 }));
        headers.insert("last-event-id", "what?".parse().unwrap());
        assert_eq!(wanted(&headers, Some("1.2")), Some(Cursor { epoch: 1, seq: 2 }));
    }
}
