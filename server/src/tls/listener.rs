//! One port for both: what begins as TLS is TLS, the rest is plain HTTP.

use std::{future::pending, io, net::SocketAddr, time::Duration};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// The first byte of a TLS handshake; no HTTP request begins with it.
const HANDSHAKE: u8 = 0x16;
/// How long a connection may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);
/// After an accept that failed, most likely because files ran out.
const PAUSE: Duration = Duration::from_millis(200);

/// Connections of one kind, as they come.
pub(crate) struct Incoming<S> {
    streams: mpsc::Receiver<(S, SocketAddr)>,
    address: SocketAddr,
}

/// Connections under TLS.
pub(crate) type Secure = Incoming<TlsStream<TcpStream>>;
/// Connections in plain HTTP.
pub(crate) type Plain = Incoming<TcpStream>;

impl<S> Listener for Incoming<S>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    type Io = S;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (S, SocketAddr) {
        match self.streams.recv().await {
            Some(accepted) => accepted,
            None => pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Parts what a listener accepts. A handshake never keeps others waiting.
pub(super) fn part(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<(Secure, Plain)> {
    let address = listener.local_addr()?;
    let (secure, secures) = mpsc::channel(64);
    let (plain, plains) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let Ok((stream, peer)) = listener.accept().await else {
                sleep(PAUSE).await;
                continue;
            };
            let (acceptor, secure, plain) = (acceptor.clone(), secure.clone(), plain.clone());
            tokio::spawn(async move {
                // Answers are small and waited for. A connection that refuses this works all the same.
                let _ = stream.set_nodelay(true);
                let mut first = [0];
                let Ok(Ok(1)) = timeout(PATIENCE, stream.peek(&mut first)).await else {
                    return;
                };
                // Nobody receives once the server stops.
                if first[0] != HANDSHAKE {
                    let _ = plain.send((stream, peer)).await;
                } else if let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await {
                    let _ = secure.send((stream, peer)).await;
                }
            });
        }
    });
    let incoming = Incoming {
        streams: secures,
        address,
    };
    Ok((
        incoming,
        Incoming {
            streams: plains,
            address,
        },
    ))
}
