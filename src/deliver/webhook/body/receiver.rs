//! A revision as the message that Prometheus Alertmanager sends to its webhook receivers, version
//! 4 (<https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>): a group of one.

use serde::Serialize;

use crate::deliver::alertmanager::told::{NEVER, Texts, Told};
use crate::deliver::parcel::Parcel;
use crate::domain::alert::delivery::Claimed;

/// The group. Its labels and annotations are those of its one alert.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    receiver: String,
    status: &'static str,
    alerts: [Alert; 1],
    group_labels: Texts,
    common_labels: Texts,
    common_annotations: Texts,
    #[serde(rename = "externalURL")]
    external_url: &'static str,
    version: &'static str,
    group_key: String,
    truncated_alerts: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: &'static str,
    labels: Texts,
    annotations: Texts,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: String,
    fingerprint: String,
}

/// The message of a delivery.
pub(super) fn message(parcel: &Parcel, delivery: &Claimed) -> Message {
    let told = Told::new(parcel, &delivery.thread);
    let status = if told.ended_at.is_some() { "resolved" } else { "firing" };
    let group: Texts = told
        .labels
        .iter()
        .filter(|(name, _)| **name != "severity")
        .map(|(name, value)| (*name, value.clone()))
        .collect();
    let key: Vec<String> = group.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    Message {
        receiver: delivery.channel.to_string(),
        status,
        group_key: format!("{{}}:{{{}}}", key.join(", ")),
        group_labels: group,
        common_labels: told.labels.clone(),
        common_annotations: told.annotations.clone(),
        external_url: "",
        version: "4",
        truncated_alerts: 0,
        alerts: [Alert {
            status,
            fingerprint: told.fingerprint(),
            labels: told.labels,
            annotations: told.annotations,
            starts_at: told.starts_at,
            ends_at: told.ended_at.unwrap_or(NEVER.to_owned()),
            generator_url: told.generator_url,
        }],
    }
}
