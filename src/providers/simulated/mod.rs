//! The simulated provider (first cut).
use futures::{StreamExt, future::BoxFuture};

use super::{
    DeltaStream, Error, Model, Request,
    wire::{Answer, Limits, Wire},
};

/// Whether there is such a model; options may follow a colon, as in `tokens:n=500,ms=20`.
pub fn knows(id: &str) -> bool {
    let base = id.split(':').next().unwrap_or(id);
    super::catalog::SIMULATED.known.iter().any(|known| known.id == base)
}

/// The provider without a socket.
pub struct InProcess {
    limits: Limits,
}

impl InProcess {
    pub fn new(limits: Limits) -> Self {
        Self { limits }
    }
}

impl Wire for InProcess {
    fn stream<'a>(
        &'a self,
        _model: &'a Model,
        request: Request,
    ) -> BoxFuture<'a, Result<DeltaStream, Error>> {
        Box::pin(async move {
            let said = request.messages.last().map(|m| m.text.clone()).unwrap_or_default();
            let event = format!(
                "data: {}\n\ndata: {}\n\n",
                serde_json::json!({"choices": [{"index": 0, "delta": {"content": said}}]}),
                serde_json::json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            );
            let body = futures::stream::iter([Ok(event.into())]).boxed();
            Ok(Box::pin(Answer::new(body, self.limits)) as DeltaStream)
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<String>>, Error>> {
        Box::pin(async { Ok(None) })
    }
}
