//! The database, as this page uses it.

use std::cell::RefCell;

use crate::browser::{
    database::{Database, Fault},
    save::copied,
};

thread_local! {
    static OPEN: RefCell<Option<Database>> = const { RefCell::new(None) };
}

/// The database; opened when it is first needed.
pub(super) async fn database() -> Result<Database, Fault> {
    if let Some(open) = OPEN.with_borrow(Clone::clone) {
        return Ok(open);
    }
    // That it has to be reloaded, or waits for another tab, the first program says.
    let opened = Database::open(|_| {}).await?;
    // Somebody else may have opened it meanwhile.
    Ok(OPEN.with_borrow_mut(|open| open.get_or_insert(opened).clone()))
}

/// A picture's bytes, in this program's memory.
pub(super) async fn bytes(database: &Database, id: &str) -> Result<Option<Vec<u8>>, Fault> {
    Ok(database.bytes(id).await?.as_ref().map(copied))
}
