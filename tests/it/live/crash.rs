//! kill -9, again and again (threat R1).
