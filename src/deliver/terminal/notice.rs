//! A notice as people read it: what, then each feed or topic with what is wrong and what to do.

use anstyle::{AnsiColor, Style as Paint};

use super::{Page, Style, clean, moment, wrap};
use crate::deliver::notice::{FeedNoteV1, NoticeV1};

/// What the first line begins with, where an alert has its severity.
const LABEL: &str = "notice";

/// The readable rendering, ending in a line feed.
pub fn render(notice: &NoticeV1, style: Style) -> String {
    let mut page = Page { style, indent: LABEL.len() + 2, text: String::with_capacity(512) };
    page.paint(LABEL, AnsiColor::Magenta.on_default().bold());
    page.text.push_str("  ");
    page.paint(&clean(&notice.headline), Paint::new().bold());
    page.text.push('\n');
    for feed in &notice.feeds {
        page.hanging(&about(feed, &notice.event), 0, Paint::new());
        if let Some(advice) = feed.advice.as_deref().filter(|_| notice.event == "feeds_trouble") {
            page.hanging(&format!("hint: {}", clean(advice)), 2, Paint::new().dimmed());
        }
    }
    for topic in &notice.topics {
        page.hanging(&format!("{}: {}", clean(&topic.topic), clean(&topic.text)), 0, Paint::new());
    }
    if notice.more > 0 {
        page.line(&format!("and {} more", notice.more), Paint::new());
    }
    if notice.event == "feeds_trouble" {
        page.line("more: wirewatch feeds status --failing", Paint::new().dimmed());
    }
    page.text
}

/// `courier: failing since 2026-06-02 11:03, http_404: the server answered 404`.
pub(in crate::deliver) fn about(feed: &FeedNoteV1, event: &str) -> String {
    let mut text = format!("{}: {}", clean(&feed.feed), clean(&feed.state).replace('_', " "));
    if event != "feeds_trouble" {
        return text;
    }
    if let Some(since) = &feed.since {
        text += &format!(" since {}", moment(since, None));
    }
    let code = Some(clean(&feed.code)).filter(|code| *code != feed.state);
    let reasons: Vec<String> = code.into_iter().chain(feed.detail.as_deref().map(clean)).collect();
    if !reasons.is_empty() {
        text += &format!(", {}", reasons.join(": "));
    }
    text
}

impl Page {
    /// A text that stands `further` in, and its lines after the first once more.
    pub(super) fn hanging(&mut self, text: &str, further: usize, paint: Paint) {
        for line in wrap::wrap(text, self.room(further), 2) {
            self.push_indent(further);
            self.paint(&line, paint);
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests;
