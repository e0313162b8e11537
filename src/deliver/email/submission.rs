//! One mail handed in over a connection that is ready for it (RFC 5321, section 3.3): sender,
//! recipients one by one, then the mail itself for those who were accepted.

use lettre::Address;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::response::Response;

use super::verdict::{self, Stage};
use crate::deliver::ChannelError;

/// The mail was taken for a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// What the server said of it, from outside: often by which name it knows the mail.
    pub said: Option<String>,
}

/// Nothing can be said of single recipients.
pub(super) struct Failure {
    pub error: ChannelError,
    /// The connection is of no more use.
    pub is_broken: bool,
}

/// Hands a mail in. One answer for each of `recipients`, in their order.
pub(super) async fn submit(
    connection: &mut AsyncSmtpConnection,
    mail: &[u8],
    sender: &Address,
    recipients: &[&Address],
) -> Result<Vec<Result<Taken, ChannelError>>, Failure> {
    let from = Mail::new(Some(sender.clone()), Vec::new());
    connection.command(from).await.map_err(|error| failure(&error, Stage::Sender))?;
    let mut refused = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let to = Rcpt::new((*recipient).clone(), Vec::new());
        refused.push(match connection.command(to).await {
            Ok(_) => None,
            Err(error) if verdict::is_of_recipient(&error) => {
                Some(verdict::judge(&error, Stage::Recipient))
            }
            Err(error) => return Err(failure(&error, Stage::Recipient)),
        });
    }
    if refused.iter().all(Option::is_some) {
        connection.command(Rset).await.map_err(|error| failure(&error, Stage::Sender))?;
        return Ok(refused.into_iter().flatten().map(Err).collect());
    }
    connection.command(Data).await.map_err(|error| failure(&error, Stage::Message))?;
    let said = connection.message(mail).await.map_err(|error| failure(&error, Stage::Message))?;
    let said = said_in(&said);
    let answer = |refused: Option<ChannelError>| match refused {
        Some(error) => Err(error),
        None => Ok(Taken { said: said.clone() }),
    };
    Ok(refused.into_iter().map(answer).collect())
}

fn failure(error: &lettre::transport::smtp::Error, stage: Stage) -> Failure {
    // A server that says 421 hangs up; one that does not speak SMTP need not be spoken to.
    let is_broken = error.status().is_none_or(|code| code.to_string() == "421");
    Failure { error: verdict::judge(error, stage), is_broken }
}

fn said_in(response: &Response) -> Option<String> {
    let lines: Vec<&str> = response.message().collect();
    verdict::detail(&lines.join(" "))
}
