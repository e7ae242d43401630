//! The fd → socket table: plain, indexed by fd.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

use crate::telemetry::{ConnId, Fd, Row, Rows};

use super::connection::Connection;

/// All open connections. A slot's index is the connection's fd.
#[derive(Default)]
pub(super) struct Table {
    slots: Vec<Option<Box<Connection>>>,
    /// The fds of those whose row has changed since it was last published.
    changed: Vec<Fd>,
    open: usize,
    /// How many an address has, if that is counted.
    per_address: Option<HashMap<IpAddr, usize>>,
}

impl Table {
    /// An empty table, which counts by address only where somebody asks for it.
    pub(super) fn new(count_addresses: bool) -> Self {
        Self { per_address: count_addresses.then(HashMap::new), ..Self::default() }
    }

    /// How many of an address are open, if that is counted.
    pub(super) fn len_of(&self, address: IpAddr) -> usize {
        self.per_address.as_ref().and_then(|counts| counts.get(&address)).copied().unwrap_or(0)
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.open
    }

    /// The connection that has this fd now.
    #[inline]
    pub(super) fn at(&mut self, fd: Fd) -> Option<&mut Connection> {
        self.slots.get_mut(usize::try_from(fd).ok()?)?.as_deref_mut()
    }

    /// The connection with this fd, if it still is that one.
    #[inline]
    pub(super) fn get(&mut self, fd: Fd, id: ConnId) -> Option<&mut Connection> {
        self.at(fd).filter(|connection| connection.row.id == id)
    }

    /// The fd of a connection, for the few commands that name it by its id alone.
    pub(super) fn find(&self, id: ConnId) -> Option<Fd> {
        self.iter().find(|row| row.id == id).map(|row| row.fd)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.slots.iter().flatten().map(|connection| &connection.row)
    }

    pub(super) fn insert(&mut self, connection: Connection) {
        let fd = connection.row.fd;
        if let Some(counts) = &mut self.per_address {
            *counts.entry(connection.row.peer.ip()).or_default() += 1;
        }
        let index = usize::try_from(fd).unwrap_or(0);
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || None);
        }
        self.slots[index] = Some(Box::new(connection));
        self.open += 1;
        self.touch(fd);
    }

    pub(super) fn remove(&mut self, fd: Fd) -> Option<Box<Connection>> {
        let connection = self.slots.get_mut(usize::try_from(fd).ok()?)?.take()?;
        self.open -= 1;
        if let Some(counts) = &mut self.per_address
            && let Entry::Occupied(mut count) = counts.entry(connection.row.peer.ip())
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        Some(connection)
    }

    /// Marks a row as changed.
    #[inline]
    pub(super) fn touch(&mut self, fd: Fd) {
        if let Some(connection) = self.at(fd)
            && !std::mem::replace(&mut connection.changed, true)
        {
            self.changed.push(fd);
        }
    }
}

impl Rows for Table {
    fn take_changed(&mut self, into: &mut Vec<Row>) {
        let Self { slots, changed, .. } = self;
        for fd in changed.drain(..) {
            // The fd of one that was closed may stand here, and stand twice when it was reused.
            if let Some(Some(connection)) = slots.get_mut(usize::try_from(fd).unwrap_or(0))
                && std::mem::take(&mut connection.changed)
            {
                into.push(connection.row);
            }
        }
    }

    fn take_all(&mut self, into: &mut Vec<Row>) {
        self.changed.clear();
        into.extend(self.slots.iter_mut().flatten().map(|connection| {
            connection.changed = false;
            connection.row
        }));
    }
}
