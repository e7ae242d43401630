//! The picture of another time than now.

use super::scene::Scene;
use crate::telemetry::ConnId;

/// The picture of another time than now.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) scene: Scene,
    /// After how many events it was so.
    pub(super) at: u64,
    /// It was stepped to, and not only frozen.
    pub(super) stepped: bool,
    /// Who was selected where that connection is not in the picture, and who is in its place.
    pub(super) selected: Option<(ConnId, Option<ConnId>)>,
}

impl Back {
    /// Selects who was selected before the picture without that connection, unless another was chosen
    /// since.
    pub(super) fn select_again(&mut self) {
        if let Some((id, instead)) = self.selected.take()
            && self.scene.table.selected_id() == instead
        {
            self.scene.table.select(id);
        }
    }
}
