//! Faults on purpose. `one` breaks what one instance stands on, on either engine; `many` needs PostgreSQL and Redis and
//! breaks those, the network and the instances themselves (`./test --scale`).

mod many;
mod one;
