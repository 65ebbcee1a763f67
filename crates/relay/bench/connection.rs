//! A keep-alive connection of a client that costs next to nothing, so that what is measured is the other end.

use crate::Failure;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Connection {
    stream: TcpStream,
    have: Vec<u8>,
    piece: Vec<u8>,
}

/// The status, and how many bytes of the body there are in all.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) length: usize,
}

impl Connection {
    pub(crate) async fn new(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, have: Vec::new(), piece: vec![0; 16 * 1024] })
    }

    /// Asks, and throws the body away; returns its length.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Head, Failure> {
        let head = self.head(request).await?;
        let mut rest = head.length.saturating_sub(self.have.len());
        self.have.clear();
        while rest > 0 {
            rest = rest.saturating_sub(self.more().await?);
        }
        Ok(head)
    }

    /// Asks, and takes the body.
    pub(crate) async fn fetch(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>), Failure> {
        let head = self.head(request).await?;
        let mut body = std::mem::take(&mut self.have);
        while body.len() < head.length {
            let read = self.more().await?;
            body.extend_from_slice(&self.piece[..read]);
        }
        Ok((head.status, body))
    }

    /// Asks, and reads no further than the head.
    pub(crate) async fn head(&mut self, request: &[u8]) -> Result<Head, Failure> {
        self.stream.write_all(request).await?;
        let end = loop {
            if let Some(end) = self.have.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let read = self.more().await?;
            self.have.extend_from_slice(&self.piece[..read]);
        };
        let head = std::str::from_utf8(&self.have[..end])?;
        let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = match length {
            Some((_, length)) => length.trim().parse()?,
            None if status == 204 => 0,
            None => return Err(format!("an answer without a length: {head}").into()),
        };
        self.have.drain(..end);
        Ok(Head { status, length })
    }

    async fn more(&mut self) -> Result<usize, Failure> {
        match self.stream.read(&mut self.piece).await? {
            0 => Err("the connection ended".into()),
            read => Ok(read),
        }
    }
}
