//! What is known: pure functions of the batches, snapshots and keys that came in. No terminal.

pub mod charts;
pub mod engine;
pub mod rates;
