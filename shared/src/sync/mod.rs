//! How changes travel: what is sent, who receives it, and the device's side of the protocol as a
//! pure state machine.
//!
//! An exchange is one round trip: the device sends what it has recorded and where it stands, the
//! server settles each change and answers with what is new for that device. Exchanges are
//! idempotent and resumable; any of them may be lost, repeated or delayed.

pub mod admission;
pub mod device;
pub mod ledger;
pub mod replica;
pub mod scope;
pub mod wire;

pub use device::{Command, Commit, Device, DeviceState, Failure, Input, Standing};
pub use ledger::{Kept, Stage};
pub use replica::Replica;
pub use scope::Scope;
pub use wire::{Delivered, ExchangeRequest, ExchangeResponse};
