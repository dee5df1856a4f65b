//! A page of text for people, put together line by line.
//!
//! Never escapes: whoever adds text from outside makes it plain first.

/// Text for people.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// Adds text as it is.
    pub fn add(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// Adds one line, without white space at its end.
    pub fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// Leaves one empty line, unless there is one.
    pub fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// The finished text.
    #[must_use]
    pub fn text(self) -> String {
        self.0
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Page> for String {
    fn from(page: Page) -> Self {
        page.0
    }
}
