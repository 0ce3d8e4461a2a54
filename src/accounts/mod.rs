//! Who is asking.
/// stub
#[derive(Debug, Clone)]
pub struct Actor {
    user: uuid::Uuid,
}
impl Actor {
    /// id
    pub fn user_id(&self) -> uuid::Uuid {
        self.user
    }
}
