//! When those who watch a single reply must be let go: a server that goes down waits for the replies that it writes itself,
//! not for those of other instances.

use std::time::Duration;

use uuid::Uuid;

use crate::app::App;

/// How long the end of a reply may be on its way to those who watch it here.
const ON_ITS_WAY: Duration = Duration::from_secs(1);
/// How often a server that goes down looks whether it still writes a reply.
const LOOK: Duration = Duration::from_millis(50);

/// Waits until the server goes down and does not write this reply, or not any more. Whoever has not heard of its end by
/// then has to ask somebody else.
pub(in crate::web) async fn let_go(app: &App, reply: Uuid) {
    app.draining.cancelled().await;
    while app.replies.runs(reply) {
        tokio::time::sleep(LOOK).await;
    }
    tokio::time::sleep(ON_ITS_WAY).await;
}
