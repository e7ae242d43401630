//! Which keys are given to which actions, where those are others than the declared ones. Imports only
//! names, so that the state can use it.

use super::id::Id;
use super::press::Press;
use crate::dashboard::panel::{PANELS, Panel};

/// Keys that are given to actions in place of the declared ones.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bindings {
    given: Vec<(Id, Vec<Press>)>,
}

impl Bindings {
    /// Gives keys to an action, none perhaps, in place of those that it has.
    pub fn give(&mut self, id: Id, presses: Vec<Press>) {
        self.given.retain(|(other, _)| *other != id);
        self.given.push((id, presses));
    }

    /// From now on these are in force.
    pub fn put_in_force(self) {
        in_force::set(Box::leak(Box::new(self)));
    }
}

/// The keys of an action, which are the declared ones where no others are given to it.
#[must_use]
pub fn presses(id: Id, declared: &'static [Press]) -> &'static [Press] {
    let given = in_force::get().and_then(|bindings| {
        bindings.given.iter().find(|(other, _)| *other == id).map(|(_, presses)| presses.as_slice())
    });
    given.unwrap_or(declared)
}

/// The key that goes to a panel, as its tab shows it; nothing where it has none.
#[must_use]
pub fn panel_key(panel: Panel) -> String {
    let declared = PANELS.iter().find(|row| row.panel == panel).map_or(&[][..], |row| row.presses);
    presses(Id::Show(panel), declared).first().map_or_else(String::new, |press| press.label())
}

#[cfg(not(test))]
mod in_force {
    //! One for the whole program, put in force once.

    use std::sync::OnceLock;

    use super::Bindings;

    static IN_FORCE: OnceLock<&'static Bindings> = OnceLock::new();

    pub(super) fn get() -> Option<&'static Bindings> {
        IN_FORCE.get().copied()
    }

    pub(super) fn set(bindings: &'static Bindings) {
        let _ = IN_FORCE.set(bindings);
    }
}

#[cfg(test)]
mod in_force {
    //! One for each thread, since tests run side by side.

    use std::cell::Cell;

    use super::Bindings;

    thread_local! {
        static IN_FORCE: Cell<Option<&'static Bindings>> = const { Cell::new(None) };
    }

    pub(super) fn get() -> Option<&'static Bindings> {
        IN_FORCE.get()
    }

    pub(super) fn set(bindings: &'static Bindings) {
        IN_FORCE.set(Some(bindings));
    }
}
