//! Several instances, and what can happen between them.
