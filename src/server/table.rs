//! The fd → socket table: plain, indexed by fd.

#![expect(
    clippy::inline_always,
    reason = "a caller knows the kind of its event: inlined, noting it is no search by kind"
)]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

use crate::telemetry::{ConnId, ConnState, Fd, Nanos, Ret, Row, Rows, What};

/// A client, by its connection: the fd, and the id that tells it from an earlier one with that fd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Client {
    pub(super) fd: Fd,
    pub(super) id: ConnId,
}

impl Client {
    /// Whose row this is.
    #[inline]
    pub(super) fn of(&Row { fd, id, .. }: &Row) -> Self {
        Self { fd, id }
    }
}

/// What a server keeps of a connection: the row that is published, and its own things.
pub(super) trait TableEntry {
    fn row(&self) -> &Row;
    fn row_mut(&mut self) -> &mut Row;
}

/// All open connections. A slot's index is the connection's fd.
pub(super) struct Table<T> {
    slots: Vec<Option<Box<T>>>,
    /// The fds of those whose row has changed since it was last published, each once: whether or
    /// not they are read, there are no more than slots.
    changed: Vec<Fd>,
    /// Which fds stand in `changed`. It belongs to the fd, not to the connection: the next one with
    /// the same fd finds it there.
    listed: Vec<bool>,
    open: usize,
    /// How many an address has, if that is counted.
    per_address: Option<HashMap<IpAddr, usize>>,
}

impl<T: TableEntry> Table<T> {
    /// An empty table, which counts by address only where that is asked for.
    pub(super) fn new(count_addresses: bool) -> Self {
        let per_address = count_addresses.then(HashMap::new);
        let (slots, changed, listed) = (Vec::new(), Vec::new(), Vec::new());
        Self { slots, changed, listed, open: 0, per_address }
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
    pub(super) fn at(&mut self, fd: Fd) -> Option<&mut T> {
        self.slots.get_mut(usize::try_from(fd).ok()?)?.as_deref_mut()
    }

    /// The connection with this fd, if it still is that one.
    #[inline]
    pub(super) fn get(&mut self, client: Client) -> Option<&mut T> {
        self.at(client.fd).filter(|entry| entry.row().id == client.id)
    }

    /// The client with this id, for the few commands that name it by that alone.
    pub(super) fn find(&self, id: ConnId) -> Option<Client> {
        self.iter().find(|row| row.id == id).map(Client::of)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.slots.iter().flatten().map(|entry| entry.row())
    }

    /// All of them, by name: whoever closes one need not hold the table.
    pub(super) fn all(&self) -> Vec<Client> {
        self.iter().map(Client::of).collect()
    }

    /// Those on which nothing has moved for so long.
    pub(super) fn idle(&self, now: Nanos, longer: Nanos) -> Vec<Client> {
        let idle = self.iter().filter(|row| now.saturating_sub(row.active) >= longer);
        idle.map(Client::of).collect()
    }

    pub(super) fn insert(&mut self, entry: T) {
        let Row { fd, peer, .. } = *entry.row();
        if let Some(counts) = &mut self.per_address {
            *counts.entry(peer.ip()).or_default() += 1;
        }
        let index = usize::try_from(fd).unwrap_or(0);
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || None);
            self.listed.resize(index + 1, false);
        }
        self.slots[index] = Some(Box::new(entry));
        self.open += 1;
        self.touch(fd);
    }

    pub(super) fn remove(&mut self, fd: Fd) -> Option<Box<T>> {
        let entry = self.slots.get_mut(usize::try_from(fd).ok()?)?.take()?;
        self.open -= 1;
        if let Some(counts) = &mut self.per_address
            && let Entry::Occupied(mut count) = counts.entry(entry.row().peer.ip())
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        Some(entry)
    }

    /// Marks a row as changed.
    #[inline]
    pub(super) fn touch(&mut self, fd: Fd) {
        if let Some(listed) = usize::try_from(fd).ok().and_then(|index| self.listed.get_mut(index))
            && !std::mem::replace(listed, true)
        {
            self.changed.push(fd);
        }
    }

    /// Changes a row, if its connection still is there.
    pub(super) fn change(&mut self, client: Client, change: impl FnOnce(&mut Row)) {
        if let Some(entry) = self.get(client) {
            change(entry.row_mut());
            self.touch(client.fd);
        }
    }

    /// Notes a call that another thread made than the one that serves the connection: that one's last
    /// call is another, in which it is.
    pub(super) fn note_beside(&mut self, client: Client, what: What, now: Nanos) {
        let moved = what.size().unwrap_or(0) as u64;
        self.change(client, |row| {
            row.bytes_out += moved;
            row.active = now;
        });
    }

    /// Notes a call on a connection in its row. Returns the connection.
    #[inline(always)]
    pub(super) fn note(&mut self, client: Client, what: What, now: Nanos) -> Option<&mut T> {
        let index = usize::try_from(client.fd).ok()?;
        let entry = self.slots.get_mut(index)?.as_deref_mut()?;
        if entry.row().id != client.id {
            return None;
        }
        if !std::mem::replace(&mut self.listed[index], true) {
            self.changed.push(client.fd);
        }
        let row = entry.row_mut();
        row.last = what.kind();
        row.last_ret = what.ret().unwrap_or(Ret::ZERO);
        let moved = row.last_ret.get().unwrap_or(0);
        match what {
            What::Recv { .. } => row.bytes_in += moved,
            What::Send { .. } | What::Sendfile { .. } => row.bytes_out += moved,
            _ => return Some(entry),
        }
        if moved > 0 {
            row.active = now;
        }
        if row.state == ConnState::New && row.bytes_in > 0 {
            row.state = ConnState::Reading;
        }
        Some(entry)
    }
}

impl<T: TableEntry> Rows for Table<T> {
    fn take_changed(&mut self, into: &mut Vec<Row>) {
        // The slack of doubling would be in every batch.
        into.reserve_exact(self.changed.len());
        for fd in self.changed.drain(..) {
            let index = usize::try_from(fd).unwrap_or(0);
            self.listed[index] = false;
            // The fd of one that was closed may stand here.
            if let Some(entry) = &self.slots[index] {
                into.push(*entry.row());
            }
        }
    }

    fn take_all(&mut self, into: &mut Vec<Row>) {
        for fd in self.changed.drain(..) {
            self.listed[usize::try_from(fd).unwrap_or(0)] = false;
        }
        into.reserve_exact(self.open);
        into.extend(self.iter());
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::server::connection::Connection;

    /// Lets a connection come and go on the same descriptor.
    fn come_and_go(table: &mut Table<Connection>, number: u64) -> Fd {
        let socket = File::open("/dev/null").unwrap().into();
        let id = ConnId::new(number).unwrap();
        let connection = Connection::new(socket, id, ([127, 0, 0, 1], 1).into(), 0);
        let client = Client::of(&connection.row);
        table.insert(connection);
        table.note(client, What::Recv { ret: Ret::ok(1) }, 0);
        table.remove(client.fd);
        client.fd
    }

    #[test]
    fn connections_that_nobody_reads_of_leave_nothing_behind() {
        let mut table = Table::new(false);
        let fds: Vec<Fd> = (1..=10_000).map(|number| come_and_go(&mut table, number)).collect();
        let highest = usize::try_from(*fds.iter().max().unwrap()).unwrap();
        let kept = table.changed.len();
        assert!(kept <= highest + 1, "{kept} fds are listed, and none is above {highest}");
        let mut rows = Vec::new();
        table.take_changed(&mut rows);
        assert_eq!(rows, []);
    }

    #[test]
    fn a_row_is_published_once_however_often_its_fd_was_reused() {
        let mut table = Table::new(false);
        let socket = File::open("/dev/null").unwrap();
        let id = ConnId::new(1_000).unwrap();
        for number in 1..10 {
            come_and_go(&mut table, number);
        }
        let connection = Connection::new(socket.into(), id, ([127, 0, 0, 1], 1).into(), 0);
        let fd = connection.row.fd;
        table.insert(connection);
        let mut rows = Vec::new();
        table.take_changed(&mut rows);
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
        table.touch(fd);
        table.take_all(&mut rows);
        assert_eq!(rows.len(), 2);
        table.take_changed(&mut rows);
        assert_eq!(rows.len(), 2, "all were published already");
        table.touch(fd);
        table.take_changed(&mut rows);
        assert_eq!(rows.len(), 3);
    }
}
