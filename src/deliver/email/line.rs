//! The connection to the mail server. It is kept for a moment after a mail, since alerts come in
//! bursts, and closed when nothing follows. Where it leads is for the egress guard to say; that it is
//! encrypted is not left to the server.

use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::{Duration, Instant};

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::Rset;
use lettre::transport::smtp::extension::ClientId;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::submission::{self, Failure, Taken};
use super::verdict::{self, Stage};
use crate::config::{EmailChannel, MailTls};
use crate::deliver::{ChannelError, OpenError};
use crate::egress::{Egress, EgressError};

/// How long a connection is kept for the next mail.
const IDLE: Duration = Duration::from_secs(5);

/// No connection is used for longer, nor for more mails: servers end those that are.
const MAX_AGE: Duration = Duration::from_secs(120);
const MAX_MAILS: u32 = 50;

/// Longest wait for a server's farewell, and for a sign that a kept connection still works.
const COURTESY: Duration = Duration::from_secs(3);

/// Longest wait for one address to take a connection, and the most addresses tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
const MAX_ADDRESSES: usize = 4;

/// Ways to log in, the first that the server knows is taken.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// The way to one mail server.
pub(super) struct Line {
    egress: Egress,
    server: String,
    port: u16,
    tls: MailTls,
    parameters: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
    kept: Mutex<Option<Kept>>,
    /// Closes what is kept, once it was idle for long enough.
    closer: Lock<Option<JoinHandle<()>>>,
}

/// A connection that is ready for a mail.
struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
    mails: u32,
}

impl Line {
    /// Checks all that can be checked without a connection.
    pub fn new(config: &EmailChannel, egress: &Egress) -> Result<Self, OpenError> {
        egress.check_server(&config.server, config.port).map_err(OpenError::Server)?;
        let credentials = config.login.as_ref().map(|login| {
            Credentials::new(login.username.clone(), login.password.reveal().to_owned())
        });
        Ok(Self {
            egress: egress.clone(),
            server: config.server.clone(),
            port: config.port,
            tls: config.tls,
            parameters: parameters(&config.server, egress).map_err(OpenError::MailTls)?,
            credentials,
            hello: config.hello.clone().map_or_else(ClientId::default, ClientId::Domain),
            timeout: config.timeout,
            kept: Mutex::default(),
            closer: Lock::default(),
        })
    }

    /// Hands a mail in, over the kept connection or a new one. One answer for each of `recipients`.
    pub async fn hand_in(
        line: &Arc<Line>,
        mail: &[u8],
        sender: &Address,
        recipients: &[&Address],
    ) -> Result<Vec<Result<Taken, ChannelError>>, ChannelError> {
        let mut kept = line.kept.lock().await;
        // Out of its place until the mail is handed in: an attempt that is given up leaves nothing.
        let mut current = match still_good(kept.take()).await {
            Some(current) => current,
            None => line.connect().await?,
        };
        current.mails += 1;
        let handing_in = submission::submit(&mut current.connection, mail, sender, recipients);
        let result = match timeout(line.timeout, handing_in).await {
            Ok(result) => result,
            Err(_) => {
                let error = ChannelError::transient("timeout", None);
                Err(Failure { error, is_broken: true })
            }
        };
        let is_broken = result.as_ref().is_err_and(|failure| failure.is_broken);
        if !is_broken {
            *kept = Some(current);
            line.close_later(Arc::downgrade(line));
        }
        result.map_err(|failure| failure.error)
    }

    async fn connect(&self) -> Result<Kept, ChannelError> {
        let connecting = timeout(self.timeout, self.ready()).await;
        let connection =
            connecting.unwrap_or_else(|_| Err(ChannelError::transient("timeout", None)))?;
        Ok(Kept { connection, since: Instant::now(), mails: 0 })
    }

    /// A connection that is encrypted and logged in, as far as configured.
    async fn ready(&self) -> Result<AsyncSmtpConnection, ChannelError> {
        let mut connection = self.reach().await?;
        if self.tls == MailTls::StartTls {
            if !connection.can_starttls() {
                connection.abort().await;
                let detail = "the server offers no STARTTLS (hint: tls = \"implicit\", mostly at \
                              port 465, is what many offer in its place)";
                return Err(ChannelError::transient("no_starttls", Some(detail.to_owned())));
            }
            let upgraded = connection.starttls(self.parameters.clone(), &self.hello).await;
            upgraded.map_err(|error| verdict::judge(&error, Stage::Connect))?;
        }
        if let Some(credentials) = &self.credentials {
            let login = connection.auth(&MECHANISMS, credentials).await;
            if let Err(error) = login {
                connection.abort().await;
                return Err(verdict::judge(&error, Stage::Login));
            }
        }
        Ok(connection)
    }

    /// A connection to the first address that takes one.
    async fn reach(&self) -> Result<AsyncSmtpConnection, ChannelError> {
        let addresses = self.egress.addresses(&self.server, self.port).await;
        let mut last = None;
        for address in addresses.map_err(|error| refused(&error))?.into_iter().take(MAX_ADDRESSES) {
            if self.tls == MailTls::None && !self.egress.is_named(&self.server, address) {
                let detail = "tls = \"none\" is for servers named in allow_net";
                return Err(ChannelError::transient("plain_refused", Some(detail.to_owned())));
            }
            let parameters = (self.tls == MailTls::Implicit).then(|| self.parameters.clone());
            let patience = Some(CONNECT_TIMEOUT.min(self.timeout));
            let connecting = AsyncSmtpConnection::connect_tokio1(
                address,
                patience,
                &self.hello,
                parameters,
                None,
            );
            match connecting.await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = Some(verdict::judge(&error, Stage::Connect)),
            }
        }
        Err(last.unwrap_or_else(|| ChannelError::transient("connect", None)))
    }

    /// Closes what is kept unless it is used again before.
    fn close_later(&self, line: std::sync::Weak<Line>) {
        let closing = tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            let Some(line) = line.upgrade() else {
                return;
            };
            // One that is in use is not idle.
            let kept = line.kept.try_lock().ok().and_then(|mut kept| kept.take());
            if let Some(mut kept) = kept {
                let _ = timeout(COURTESY, kept.connection.quit()).await;
            }
        });
        let mut closer = self.closer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = closer.replace(closing) {
            earlier.abort();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut closer = self.closer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(closer) = closer.take() {
            closer.abort();
        }
    }
}

/// A kept connection, if it is neither old nor gone.
async fn still_good(kept: Option<Kept>) -> Option<Kept> {
    let mut kept = kept?;
    if kept.since.elapsed() > MAX_AGE || kept.mails >= MAX_MAILS {
        let _ = timeout(COURTESY, kept.connection.quit()).await;
        return None;
    }
    let answer = timeout(COURTESY, kept.connection.command(Rset)).await;
    matches!(answer, Ok(Ok(_))).then_some(kept)
}

/// The same trust as for all other connections: the roots built in, and those that the user added.
fn parameters(
    server: &str,
    egress: &Egress,
) -> Result<TlsParameters, lettre::transport::smtp::Error> {
    let mut builder =
        TlsParameters::builder(server.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    for authority in egress.authorities() {
        builder = builder.add_root_certificate(Certificate::from_der(authority.to_vec())?);
    }
    builder.build()
}

/// The guard does not let a connection through, or there is no address: both may be put right.
fn refused(error: &EgressError) -> ChannelError {
    let detail = verdict::detail(&format!("{error} (hint: {})", error.advice()));
    ChannelError::transient(error.code(), detail)
}
