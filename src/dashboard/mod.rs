//! The ratatui front end.

pub mod format;
pub mod state;
pub mod theme;
