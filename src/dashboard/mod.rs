//! The ratatui front end.

pub mod format;
pub mod panels;
pub mod state;
pub mod theme;
