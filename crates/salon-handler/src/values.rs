//! What an application shares with its handlers.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

/// Values by their types: one of each. There are few, so they are searched one by one.
#[derive(Clone, Default)]
pub struct Values(Vec<(TypeId, Arc<dyn Any + Send + Sync>)>);

impl Values {
    /// Keeps a value, and gives back what was kept before. Drop that under no lock: its end may run
    /// code of the application.
    #[must_use = "drop it under no lock"]
    pub fn set<T: Send + Sync + 'static>(
        &mut self,
        value: T,
    ) -> Option<Arc<dyn Any + Send + Sync>> {
        let key = TypeId::of::<T>();
        let before = self.0.iter().position(|(one, _)| *one == key);
        let before = before.map(|position| self.0.swap_remove(position));
        self.0.push((key, Arc::new(value)));
        before.map(|(_, value)| value)
    }

    /// The value of this type.
    #[must_use]
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let key = TypeId::of::<T>();
        let (_, value) = self.0.iter().find(|(one, _)| *one == key)?;
        Arc::clone(value).downcast().ok()
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Values")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_value_of_each_type() {
        let mut values = Values::default();
        assert!(values.get::<u8>().is_none());
        assert!(values.set(1_u8).is_none() && values.set("text").is_none());
        let replaced = values.set(2_u8);
        assert!(replaced.is_some());
        assert_eq!(values.get::<u8>().as_deref(), Some(&2));
        assert_eq!(values.get::<&str>().as_deref(), Some(&"text"));
    }
}
