//! The desk's mail channels.

use wirewatch::config::{ChannelKind, EmailChannel, MailLogin, MailTls, Secret};

use super::{Desk, TIMEOUT};
use crate::support::mail::MailServer;

impl Desk {
    /// Adds a mail channel to this server, in the clear, for these recipients.
    pub fn mail(mut self, id: &str, server: &MailServer, to: &[&str]) -> Self {
        self.allow_net.push(server.host());
        let email = mail_channel(server, to);
        self.add(id, ChannelKind::Email(email));
        self
    }

    /// Changes a mail channel.
    pub fn with_mail(mut self, change: impl Fn(&mut EmailChannel)) -> Self {
        for channel in &mut self.channels {
            if let ChannelKind::Email(email) = &mut channel.kind {
                change(email);
            }
        }
        self
    }

    /// Lets nothing through that was let through before.
    pub fn forbid_all(mut self) -> Self {
        self.allow_net.clear();
        self
    }
}

fn mail_channel(server: &MailServer, to: &[&str]) -> EmailChannel {
    EmailChannel {
        server: "127.0.0.1".to_owned(),
        port: server.port(),
        tls: MailTls::None,
        login: None,
        from: "Wirewatch <wire@example.org>".parse().expect("an address"),
        to: to.iter().map(|to| to.parse().expect("an address")).collect(),
        cc: Vec::new(),
        reply_to: None,
        hello: None,
        timeout: TIMEOUT,
    }
}

/// A login for a mail channel.
pub fn mail_login(username: &str, password: &str) -> MailLogin {
    MailLogin { username: username.to_owned(), password: Secret::new(password) }
}
