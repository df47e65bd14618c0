//! What the device remembers of those who have accounts.

use shared::account::Person;

use super::{RecordError, Session, ledger::read_json};

/// The state that holds it.
const PEOPLE: &str = "people";

impl Session {
    /// Those that the server last told of.
    pub(crate) async fn people(&self) -> Option<Vec<Person>> {
        let engine = self.engine().ok()?;
        let state = engine.store().state().await.ok()?;
        read_json(state.get(PEOPLE)?)
    }

    /// Remembers them.
    pub(crate) async fn keep_people(&self, people: &[Person]) -> Result<(), RecordError> {
        let engine = self.engine()?;
        let mut batch = engine.store().batch();
        batch.set_state(PEOPLE, &serde_json::to_vec(people).unwrap_or_default());
        engine.store().commit(batch).await?;
        Ok(())
    }
}
