//! A value that views follow.

use std::{any::Any, cell::RefCell, marker::PhantomData, rc::Rc};

use leptos::prelude::{LocalStorage, Notify, RwSignal, Track, WithUntracked};

/// A Leptos signal whose value's type Leptos does not know.
///
/// Leptos compiles its reactive graph once for each type it holds, two to three kilobytes every time. To it all of ours
/// are one type. Like every signal it belongs to the owner it was made under, and must not be read after that is gone:
/// after an await use the `try_` methods.
pub struct State<T> {
    signal: RwSignal<Rc<dyn Any>, LocalStorage>,
    holds: PhantomData<fn() -> T>,
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for State<T> {}

/// Not generic, so that it is there once.
fn cell(signal: RwSignal<Rc<dyn Any>, LocalStorage>, followed: bool) -> Option<Rc<dyn Any>> {
    if followed {
        signal.track();
    }
    signal.try_with_untracked(Rc::clone)
}

impl<T: 'static> State<T> {
    /// Holds this value from the start.
    pub fn new(value: T) -> Self {
        Self { signal: RwSignal::new_local(Rc::new(RefCell::new(value))), holds: PhantomData }
    }

    fn look<R>(self, followed: bool, look: impl FnOnce(&T) -> R) -> Option<R> {
        let cell = cell(self.signal, followed)?;
        let value = cell.downcast_ref::<RefCell<T>>()?.borrow();
        Some(look(&value))
    }

    /// Looks at the value; the view or effect that is running follows it from now on.
    #[track_caller]
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.look(true, look).expect(GONE)
    }

    /// Looks at the value as it is now.
    #[track_caller]
    pub fn peek<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.look(false, look).expect(GONE)
    }

    /// As [`Self::peek`], if its owner is still there.
    pub fn try_peek<R>(self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.look(false, look)
    }

    /// A copy of the value, followed.
    #[track_caller]
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of the value as it is now.
    #[track_caller]
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.peek(T::clone)
    }

    /// Changes the value and tells who follows it. Nothing happens when its owner is gone.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.quietly(change);
        self.signal.notify();
    }

    /// Changes the value without telling anyone.
    pub fn quietly(self, change: impl FnOnce(&mut T)) {
        if let Some(cell) = cell(self.signal, false)
            && let Some(value) = cell.downcast_ref::<RefCell<T>>()
        {
            change(&mut value.borrow_mut());
        }
    }

    /// Puts another value in its place and tells who follows it.
    pub fn set(self, value: T) {
        self.update(|old| *old = value);
    }
}

const GONE: &str = "a state was read after its owner was gone";
