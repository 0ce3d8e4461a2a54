//! The map of Freshet: one paragraph per room. `docs/ARCHITECTURE.md` walks one request through them.
