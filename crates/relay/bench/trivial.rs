//! The trivial upstream that relay and nginx stand in front of: two fixed answers, by path.

use crate::Failure;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A picture of 1.5 MB in base64.
pub(crate) const LARGE: usize = 2_000_000;

/// The path of a task that is not ready, and the path of one whose answer is [`LARGE`].
pub(crate) const PENDING: &str = "/key/api/v1/pipeline/status/6f1b6a55-3f0c-4f0e-9d5b-1c2d3e4f5a6b";
pub(crate) const PICTURE: &str = "/key/api/v1/pipeline/status/aaaaaaaa-3f0c-4f0e-9d5b-1c2d3e4f5a6b";

/// Serves for ever.
pub(crate) async fn serve() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let said = |body: &str| {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let uuid = PENDING.rsplit('/').next().unwrap_or_default();
    let pending = said(&format!(r#"{{"uuid":"{uuid}","status":"INITIAL","statusDescription":""}}"#));
    let around = r#"{"status":"DONE","result":{"files":[""],"censored":false}}"#.len();
    let file = "A".repeat(LARGE - around);
    let picture = said(&format!(r#"{{"status":"DONE","result":{{"files":["{file}"],"censored":false}}}}"#));
    let answers = Arc::new((pending.into_bytes(), picture.into_bytes()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answers = Arc::clone(&answers);
            tokio::spawn(async move {
                // Ends with its client.
                let _ = answer(stream, &answers).await;
            });
        }
    });
    Ok(address)
}

async fn answer(mut stream: TcpStream, (pending, picture): &(Vec<u8>, Vec<u8>)) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut have, mut piece) = (Vec::new(), vec![0; 4 * 1024]);
    loop {
        while let Some(end) = have.windows(4).position(|four: &[u8]| four == b"\r\n\r\n") {
            let large = have[..end].windows(PICTURE.len()).any(|part| part == PICTURE.as_bytes());
            have.drain(..end + 4);
            stream.write_all(if large { picture } else { pending }).await?;
        }
        match stream.read(&mut piece).await? {
            0 => return Ok(()),
            read => have.extend_from_slice(&piece[..read]),
        }
    }
}
