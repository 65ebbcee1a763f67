//! JSON objects, written field by field. Only what a record needs: texts, whole numbers, flags, objects.

/// An object in the making.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        // A text cannot fail to be written.
        self.0.push_str(&serde_json::to_string(text).unwrap_or_default());
    }

    pub(crate) fn maybe_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub(crate) fn number(&mut self, name: &str, number: u64) {
        self.name(name);
        self.0.push_str(&number.to_string());
    }

    pub(crate) fn maybe_number(&mut self, name: &str, number: Option<u64>) {
        if let Some(number) = number {
            self.number(name, number);
        }
    }

    /// Left out when it says no.
    pub(crate) fn flag(&mut self, name: &str, flag: bool) {
        if flag {
            self.name(name);
            self.0.push_str("true");
        }
    }

    pub(crate) fn object(&mut self, name: &str, object: Object) {
        self.name(name);
        self.0.push_str(&object.finish());
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
