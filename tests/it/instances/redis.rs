//! The Redis that the other tests break.

use crate::support::Redis;

#[test]
fn a_redis_that_is_started_again_is_empty() {
    let mut redis = Redis::start();
    redis.command(&["SET", "key", "value"]);
    assert_eq!(redis.command(&["GET", "key"]), "$5\r\nvalue\r\n");
    redis.stop();
    redis.start_again();
    assert_eq!(redis.command(&["GET", "key"]), "$-1\r\n");
}
