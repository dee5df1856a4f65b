//! Texts as they were meant: UTF-8, without colours, with what was escaped as it was before.
//!
//! Never joins what stood apart, and keeps the lines where they are.

use std::io::{self, Read};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use zeroize::Zeroizing;

/// What an escaped end of a line becomes: it parts words as one does, and begins no line of the file.
const BREAK: &str = "\r";

#[expect(clippy::expect_used, reason = "a literal, which a test compiles")]
static NOISE: LazyLock<Regex> = LazyLock::new(|| {
    // Colours and titles of terminals, as bytes or as they are written down; then what JSON escapes, however often.
    let escape = r"(?:\x1b|\\+(?:u001[bB]|x1[bB]|033|e))";
    let colours = format!(
        r"{escape}\[[0-9;:?]*[ -/]*[@-~]|{escape}\][^\x07\x1b\\\r\n]{{0,512}}(?:\x07|{escape}\\)"
    );
    let escaped =
        r#"\\+(?P<quote>["'/])|(?P<space>\\+r\\+n|\\+[nrt])|\\+u00(?P<hex>[2-7][0-9a-fA-F])"#;
    Regex::new(&format!("{colours}|{escaped}")).expect("a literal pattern")
});

/// The text as it was meant.
pub(super) fn clean(text: &str) -> Zeroizing<String> {
    if !text.contains(['\x1b', '\\']) {
        return Zeroizing::new(text.to_owned());
    }
    let meant = |found: &Captures<'_>| {
        if let Some(quote) = found.name("quote") {
            return quote.as_str().to_owned();
        }
        if found.name("space").is_some() {
            return BREAK.to_owned();
        }
        let hex = found
            .name("hex")
            .map(|hex| u8::from_str_radix(hex.as_str(), 16));
        match hex {
            Some(Ok(byte)) => char::from(byte).to_string(),
            Some(Err(_)) | None => String::new(),
        }
    };
    Zeroizing::new(NOISE.replace_all(text, meant).into_owned())
}

/// Reads UTF-8, and UTF-16 where it says so, as UTF-8 without a mark at its beginning.
pub(super) struct Utf8<R> {
    from: R,
    encoding: Option<Encoding>,
    /// What was read and not handed on yet.
    left: Zeroizing<Vec<u8>>,
    at: usize,
    /// A byte, or a half of a character, that waits for the rest.
    half: Vec<u8>,
    high: Option<u16>,
}

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Little,
    Big,
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            encoding: None,
            left: Zeroizing::default(),
            at: 0,
            half: Vec::new(),
            high: None,
        }
    }

    /// Finds out what it is.
    fn begin(&mut self) -> io::Result<()> {
        let mut mark = Vec::new();
        self.from.by_ref().take(3).read_to_end(&mut mark)?;
        let (encoding, rest) = match mark.as_slice() {
            [0xff, 0xfe, rest @ ..] => (Encoding::Little, rest.to_vec()),
            [0xfe, 0xff, rest @ ..] => (Encoding::Big, rest.to_vec()),
            [0xef, 0xbb, 0xbf] => (Encoding::Utf8, Vec::new()),
            all => (Encoding::Utf8, all.to_vec()),
        };
        self.encoding = Some(encoding);
        match encoding {
            Encoding::Utf8 => self.left.extend_from_slice(&rest),
            Encoding::Little | Encoding::Big => self.half = rest,
        }
        Ok(())
    }

    /// Decodes the next piece; what is no character becomes one that says so.
    fn decode(&mut self, read: fn([u8; 2]) -> u16) -> io::Result<bool> {
        let mut bytes = Zeroizing::new(vec![0; 16 * 1024]);
        let count = self.from.read(&mut bytes)?;
        self.half.extend(bytes.iter().take(count));
        let mut pairs = self.half.chunks_exact(2);
        let mut decoded = Zeroizing::new(String::new());
        for pair in pairs.by_ref() {
            let unit = match pair {
                [one, two] => read([*one, *two]),
                _ => continue,
            };
            let units = self.high.take().into_iter().chain([unit]);
            for found in char::decode_utf16(units) {
                match found {
                    Ok(c) => decoded.push(c),
                    Err(lone) if (0xD800..0xDC00).contains(&lone.unpaired_surrogate()) => {
                        self.high = Some(lone.unpaired_surrogate());
                    }
                    Err(_) => decoded.push(char::REPLACEMENT_CHARACTER),
                }
            }
        }
        self.half = pairs.remainder().to_vec();
        self.left.extend_from_slice(decoded.as_bytes());
        Ok(count > 0)
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.encoding.is_none() {
            self.begin()?;
        }
        while self.at >= self.left.len() {
            self.left.clear();
            self.at = 0;
            let goes_on = match self.encoding {
                Some(Encoding::Little) => self.decode(u16::from_le_bytes)?,
                Some(Encoding::Big) => self.decode(u16::from_be_bytes)?,
                Some(Encoding::Utf8) | None => return self.from.read(to),
            };
            if !goes_on {
                return Ok(0);
            }
        }
        let left = self.left.get(self.at..).unwrap_or_default();
        let count = left.len().min(to.len());
        for (to, byte) in to.iter_mut().zip(left) {
            *to = *byte;
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_what_was_escaped_is_as_it_was() {
        for (written, meant) in [
            ("\x1b[1;32mkey\x1b[0m=v", "key=v"),
            (r"\u001b[31mkey\u001b[0m=v", "key=v"),
            (r"\\x1b[31mkey\033[0m=v", "key=v"),
            ("\x1b]0;title\x07key", "key"),
            (r#"{\"key\": \\\"v\\\"}"#, r#"{"key": "v"}"#),
            (r"a\nb\\nc\r\nd", "a\rb\rc\rd"),
            (r"a\/b\u002Fc\u003d", "a/b/c="),
            ("plain \u{e9}", "plain \u{e9}"),
            ("\x1b", "\x1b"),
        ] {
            assert_eq!(clean(written).as_str(), meant, "{written}");
        }
    }

    #[test]
    fn wide_texts_are_read_in_pieces_of_any_size() {
        let text = "key=v \u{1F511} \u{e9}\n";
        let wide = |write: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
            let units = text.encode_utf16().flat_map(write);
            mark.into_iter().chain(units).collect()
        };
        let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked,
            wide(u16::to_le_bytes, [0xff, 0xfe]),
            wide(u16::to_be_bytes, [0xfe, 0xff]),
        ] {
            for size in [1, 2, 3, 7, 100] {
                let mut read = Utf8::new(bytes.as_slice());
                let (mut all, mut piece) = (Vec::new(), vec![0; size]);
                while let Ok(count) = read.read(&mut piece) {
                    if count == 0 {
                        break;
                    }
                    all.extend(piece.iter().take(count));
                }
                assert_eq!(String::from_utf8_lossy(&all), text, "{size}");
            }
        }
        let mut piece = [0; 8];
        assert_eq!(Utf8::new(&[0xff][..]).read(&mut piece).ok(), Some(1));
    }
}
