//! The network between a device and a server, which can be cut and mended while both go on.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A line to one server, at an address of its own.
#[derive(Debug)]
pub struct Network {
    address: SocketAddr,
    is_up: Arc<AtomicBool>,
    cut: watch::Sender<()>,
}

impl Network {
    /// A line to the server at this address, such as `http://127.0.0.1:40001`.
    pub async fn to(server: &str) -> Self {
        let server = server.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let is_up = Arc::new(AtomicBool::new(true));
        let (cut, cuts) = watch::channel(());
        let up = is_up.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if !up.load(Ordering::SeqCst) {
                    continue;
                }
                let (server, mut cuts) = (server.clone(), cuts.clone());
                cuts.mark_unchanged();
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(&server).await else {
                        return;
                    };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = cuts.changed() => {}
                    }
                });
            }
        });
        Self {
            address,
            is_up,
            cut,
        }
    }

    /// The address of a page, over this line.
    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Breaks every connection, and lets no new one come about.
    pub fn cut(&self) {
        self.is_up.store(false, Ordering::SeqCst);
        self.cut.send_replace(());
    }

    /// Lets connections come about again.
    pub fn mend(&self) {
        self.is_up.store(true, Ordering::SeqCst);
    }
}
