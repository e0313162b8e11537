//! A mail server on loopback (RFC 5321 as far as a client needs it). It keeps every mail that it was
//! handed, and refuses, hangs up or falls silent where the script says so.

mod tls;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::tls::{Tls, certificate};

/// A test that waits longer than this for a mail has failed.
const WAIT: Duration = Duration::from_secs(120);

/// What becomes of one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Take,
    /// This answer to its sender.
    Sender(u16),
    /// This answer once all of it was read.
    Refuse(u16),
    /// Takes it and hangs up: the acknowledgement is lost.
    DropAck,
    /// Takes it and says nothing more.
    Hang,
}

/// A mail as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub sender: String,
    pub recipients: Vec<String>,
    pub bytes: Vec<u8>,
    /// Whether the connection was encrypted.
    pub private: bool,
    /// Who was logged in.
    pub login: Option<String>,
    pub manner: Manner,
}

impl Received {
    /// A header's value, decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        use mailparse::MailHeaderMap as _;
        let mail = mailparse::parse_mail(&self.bytes).expect("a mail");
        mail.headers.get_first_value(name)
    }

    pub fn id(&self) -> String {
        self.header("Message-ID").expect("a Message-ID")
    }

    /// The body of this type, decoded.
    pub fn body(&self, kind: &str) -> String {
        let mail = mailparse::parse_mail(&self.bytes).expect("a mail");
        let part = mail.parts().find(|part| part.ctype.mimetype == kind).expect("a part");
        part.get_body().expect("a body").replace("\r\n", "\n")
    }
}

/// What a server asks for.
#[derive(Default)]
pub struct Rules {
    /// Name and password.
    pub login: Option<(String, String)>,
    pub tls: Option<Tls>,
    /// Codes with which a recipient is answered, time after time; accepted after that.
    pub refused: BTreeMap<String, Vec<u16>>,
}

/// The server. Dropping it closes the port.
pub struct MailServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    rules: Rules,
    script: Mutex<VecDeque<Manner>>,
    refused: Mutex<BTreeMap<String, VecDeque<u16>>>,
    received: watch::Sender<Vec<Received>>,
    /// So far, and open now.
    connections: AtomicUsize,
    open: watch::Sender<usize>,
    /// Logins that were tried.
    logins: AtomicUsize,
}

impl MailServer {
    /// Takes everything, in the clear, from anybody.
    pub async fn start() -> Self {
        Self::with(Rules::default()).await
    }

    pub async fn with(rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let refused = rules.refused.iter();
        let refused = refused.map(|(who, codes)| (who.clone(), codes.iter().copied().collect()));
        let shared = Arc::new(Shared {
            refused: Mutex::new(refused.collect()),
            rules,
            script: Mutex::default(),
            received: watch::Sender::new(Vec::new()),
            connections: AtomicUsize::new(0),
            open: watch::Sender::new(0),
            logins: AtomicUsize::new(0),
        });
        let served = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                served.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&served);
                connections.spawn(async move {
                    shared.open.send_modify(|open| *open += 1);
                    serve(stream, Arc::clone(&shared)).await;
                    shared.open.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { address, shared, task }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `127.0.0.1:PORT`, for the egress guard.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What becomes of the next mails, in the order in which they come.
    pub fn script(&self, manners: impl IntoIterator<Item = Manner>) {
        self.shared.script.lock().expect("script").extend(manners);
    }

    /// All mails so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.borrow().clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    pub fn logins(&self) -> usize {
        self.shared.logins.load(Ordering::SeqCst)
    }

    /// Waits until the client has closed every connection.
    pub async fn wait_for_end(&self) {
        let mut open = self.shared.open.subscribe();
        let closed = open.wait_for(|open| *open == 0);
        tokio::time::timeout(WAIT, closed).await.expect("closed in time").expect("a server");
    }

    /// Waits until so many mails were read, and gives all there are then.
    pub async fn wait_for(&self, mails: usize) -> Vec<Received> {
        let mut received = self.shared.received.subscribe();
        let enough = received.wait_for(|received| received.len() >= mails);
        match tokio::time::timeout(WAIT, enough).await {
            Ok(received) => received.expect("a server").clone(),
            Err(_) => panic!("{mails} mails expected, got {:#?}", self.received()),
        }
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// The code with which this recipient is answered now.
    fn refusal(&self, recipient: &str) -> Option<u16> {
        self.refused.lock().expect("refusals").get_mut(recipient)?.pop_front()
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// One connection, until either side hangs up.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut talk = Talk {
        stream: Box::new(stream),
        buffer: Vec::new(),
        private: false,
        login: None,
        mail: None,
        shared,
    };
    if talk.shared.rules.tls.as_ref().is_some_and(|tls| tls.implicit)
        && talk.encrypt().await.is_none()
    {
        return;
    }
    talk.say("220 mail.test ready").await;
    while let Some(line) = talk.line().await {
        if talk.obey(&line).await.is_none() {
            return;
        }
    }
}

struct Talk {
    stream: Box<dyn Stream>,
    /// Read, and not yet looked at.
    buffer: Vec<u8>,
    private: bool,
    login: Option<String>,
    /// The one being handed in.
    mail: Option<Received>,
    shared: Arc<Shared>,
}

impl Talk {
    /// Answers one command; `None` ends the connection.
    async fn obey(&mut self, line: &str) -> Option<()> {
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.features().await,
            "STARTTLS" => {
                self.say("220 go ahead").await;
                // What was said before in the clear does not count after.
                assert!(self.buffer.is_empty(), "spoke before the handshake");
                self.encrypt().await?;
            }
            "AUTH" => self.log_in(rest).await,
            "MAIL" => self.begin(rest).await,
            "RCPT" => self.address(rest).await,
            "DATA" => return self.take().await,
            "RSET" | "NOOP" => {
                self.mail = None;
                self.say("250 ok").await;
            }
            "QUIT" => {
                self.say("221 bye").await;
                return None;
            }
            _ => self.say("500 what?").await,
        }
        Some(())
    }

    async fn features(&mut self) {
        let rules = &self.shared.rules;
        let mut lines = vec!["mail.test", "8BITMIME", "SIZE 1000000"];
        if rules.tls.as_ref().is_some_and(|tls| !tls.implicit) && !self.private {
            lines.push("STARTTLS");
        }
        if rules.login.is_some() {
            lines.push("AUTH PLAIN LOGIN");
        }
        let last = lines.pop().expect("a line");
        let lines: String = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
        self.say(&format!("{lines}250 {last}")).await;
    }

    async fn encrypt(&mut self) -> Option<()> {
        let acceptor = self.shared.rules.tls.as_ref().expect("TLS").acceptor.clone();
        let plain = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        self.stream = Box::new(acceptor.accept(plain).await.ok()?);
        self.private = true;
        Some(())
    }

    async fn log_in(&mut self, rest: &str) {
        self.shared.logins.fetch_add(1, Ordering::SeqCst);
        let (_, response) = rest.split_once(' ').expect("an initial response");
        let response = STANDARD.decode(response).expect("base64");
        let response = String::from_utf8(response).expect("text");
        let (name, password) = self.shared.rules.login.clone().expect("a login");
        if response == format!("\0{name}\0{password}") {
            self.login = Some(name);
            self.say("235 2.7.0 welcome").await;
        } else {
            self.say("535 5.7.8 who are you?").await;
        }
    }

    async fn begin(&mut self, rest: &str) {
        if self.shared.rules.login.is_some() && self.login.is_none() {
            return self.say("530 5.7.0 log in first").await;
        }
        let scripted = self.shared.script.lock().expect("script").pop_front();
        let manner = scripted.unwrap_or(Manner::Take);
        if let Manner::Sender(code) = manner {
            return self.say(&format!("{code} not from you")).await;
        }
        self.mail = Some(Received {
            sender: address_in(rest),
            recipients: Vec::new(),
            bytes: Vec::new(),
            private: self.private,
            login: self.login.clone(),
            manner,
        });
        self.say("250 2.1.0 ok").await;
    }

    async fn address(&mut self, rest: &str) {
        let recipient = address_in(rest);
        let code = self.shared.refusal(&recipient);
        let Some(mail) = &mut self.mail else {
            return self.say("503 MAIL first").await;
        };
        match code {
            Some(code) => self.say(&format!("{code} not for {recipient}")).await,
            None => {
                mail.recipients.push(recipient);
                self.say("250 2.1.5 ok").await;
            }
        }
    }

    async fn take(&mut self) -> Option<()> {
        let Some(mut mail) = self.mail.take().filter(|mail| !mail.recipients.is_empty()) else {
            self.say("554 no valid recipients").await;
            return Some(());
        };
        self.say("354 go on").await;
        loop {
            let line = self.line().await?;
            if line == "." {
                break;
            }
            assert!(line.len() <= 998 && line.is_ascii(), "a bad line: {line:?}");
            mail.bytes.extend_from_slice(line.strip_prefix('.').unwrap_or(&line).as_bytes());
            mail.bytes.extend_from_slice(b"\r\n");
        }
        let manner = mail.manner;
        let mut number = 0;
        self.shared.received.send_modify(|all| {
            all.push(mail);
            number = all.len();
        });
        match manner {
            Manner::Take => self.say(&format!("250 2.0.0 ok, queued as Q{number}")).await,
            Manner::Refuse(code) => self.say(&format!("{code} no such mail here")).await,
            Manner::DropAck => return None,
            Manner::Hang | Manner::Sender(_) => std::future::pending().await,
        }
        Some(())
    }

    async fn say(&mut self, line: &str) {
        // A client that is gone is noticed when it is read from.
        let _ = self.stream.write_all(format!("{line}\r\n").as_bytes()).await;
        let _ = self.stream.flush().await;
    }

    /// The next line, without its end.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|two| two == b"\r\n") {
                let line = self.buffer.drain(..at + 2).take(at).collect();
                return Some(String::from_utf8(line).expect("ASCII"));
            }
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

/// What stands between the angle brackets.
fn address_in(text: &str) -> String {
    let inner = text.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.expect("an address in brackets").0.to_owned()
}
