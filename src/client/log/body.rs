//! What is shown of a body.

use std::{
    fmt::Write,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use tower::BoxError;

use super::Log;

/// A body whose beginning is shown when it has ended, or when nobody wants more of it.
pub struct Logged {
    body: UnsyncBoxBody<Bytes, BoxError>,
    log: Log,
    /// The beginning, as far as it is kept.
    beginning: Vec<u8>,
    most: usize,
    length: usize,
}

impl Logged {
    /// Keeps `most` bytes of the body to show them.
    pub fn new(body: UnsyncBoxBody<Bytes, BoxError>, log: Log, most: usize) -> Self {
        Self { body, log, beginning: Vec::new(), most, length: 0 }
    }
}

impl Body for Logged {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(chunk) = frame.data_ref()
        {
            self.length += chunk.len();
            let kept = chunk.len().min(self.most - self.beginning.len());
            self.beginning.extend_from_slice(&chunk[..kept]);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        self.log.response_body(&self.beginning, self.length);
    }
}

/// The beginning of a body as kubectl shows it, and how long that would be of all its bytes: as text, or in hexadecimal
/// where it is none (client-go `rest/request.go`, `logBody`).
pub fn shown(beginning: &[u8], length: usize) -> (String, usize) {
    if beginning.iter().any(|&byte| byte < b'\n') {
        let rows = beginning.chunks(ROW).zip(0..).map(|(row, index)| hexadecimal(row, index * ROW));
        (rows.collect(), length.div_ceil(ROW) * BESIDE_TEXT + length)
    } else {
        (String::from_utf8_lossy(beginning).into_owned(), length)
    }
}

/// How many bytes stand in a line, and what there is beside their text.
const ROW: usize = 16;
const BESIDE_TEXT: usize = 63;

/// One line of Go's `hex.Dump`.
fn hexadecimal(row: &[u8], offset: usize) -> String {
    let mut bytes = String::new();
    for (index, byte) in row.iter().enumerate() {
        let _ = write!(bytes, "{byte:02x}{}", if index == 7 { "  " } else { " " });
    }
    let readable = |&byte: &u8| if (b' '..=b'~').contains(&byte) { char::from(byte) } else { '.' };
    let text: String = row.iter().map(readable).collect();
    format!("{offset:08x}  {bytes:49} |{text}|\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines are those of Go's `hex.Dump`.
    #[test]
    fn what_is_no_text_is_shown_in_hexadecimal() {
        assert_eq!(shown(b"{\"a\":1}\n", 8), ("{\"a\":1}\n".to_owned(), 8));
        let (text, length) = shown(b"k8s\x00\nabcdefghijklmnop", 21);
        assert_eq!(text.len(), length);
        assert_eq!(
            text,
            "00000000  6b 38 73 00 0a 61 62 63  64 65 66 67 68 69 6a 6b  |k8s..abcdefghijk|\n\
             00000010  6c 6d 6e 6f 70                                    |lmnop|\n"
        );
    }
}
