//! An entry that breaks its evaluation is set aside alone, shown, and tried again when asked.

use serde_json::Value;
use wirewatch::domain::notice::NoticeKind;
use wirewatch::store::{Access, DATABASE_FILE, Store};

use crate::cli::scene::{Ran, Scene, run};
use crate::support::world::item;

fn once_with_fault(scene: &Scene, fault: &str) -> Ran {
    run(scene.command().env("WIREWATCH_FAULT", fault).args(["run", "--once"]))
}

fn aside(scene: &Scene) -> Vec<Value> {
    scene.run("entries list --quarantined -o json").ended(0).list()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_breaks_is_set_aside_alone_and_raises_its_alert_once_it_no_longer_does() {
    for (step, tries) in [("match", 3), ("plan", 3)] {
        let mut scene = Scene::new(&["wire"]).await;
        scene.once().ended(0);
        for title in ["NATO sends envoys to Oslo", "NATO plans POISON exercise", "NATO talks end"] {
            scene.world.publish("wire", item(title));
        }
        let fault = format!("{step}:POISON");
        let ran = once_with_fault(&scene, &fault).ended(0);
        assert!(ran.err.contains("set aside"), "{}", ran.err);
        assert_eq!(scene.run("alerts list -o json").ended(0).list().len(), 2, "{step}: the others");
        let found = aside(&scene);
        assert_eq!(found.len(), 1, "{step}: {found:?}");
        assert_eq!(found[0]["title"], "NATO plans POISON exercise");
        assert_eq!((&found[0]["step"], &found[0]["tries"]), (&step.into(), &tries.into()));
        assert_eq!(found[0]["feed"], "wire");

        let doctor = scene.run("doctor -o json").json();
        let check = doctor["checks"].as_array().unwrap().iter();
        assert_eq!(check.filter(|check| check["check"] == "quarantine").count(), 1);
        assert_eq!(scene.run("status -o json").ended(0).json()["entries_quarantined"], 1);

        scene.world.publish("wire", item("Harbour reopens after storm"));
        let again = once_with_fault(&scene, &fault).ended(0);
        assert!(!again.err.contains("on purpose"), "it is not tried again: {}", again.err);
        assert_eq!(aside(&scene)[0]["tries"], tries, "{step}");

        scene.run("entries retry 999").ended(1);
        scene.run("entries retry --all").ended(0);
        scene.once().ended(0);
        assert!(aside(&scene).is_empty(), "{step}");
        assert_eq!(scene.run("alerts list -o json").ended(0).list().len(), 3, "{step}: it alerts");
        scene.once().ended(0);
        assert_eq!(scene.run("alerts list -o json").ended(0).list().len(), 3, "{step}: once");
        assert_eq!(scene.run("db verify -o json").ended(0).json()["sound"], true);
    }
}

/// How often its user was told of entries that were set aside.
fn told(scene: &Scene) -> usize {
    let path = scene.world.dir().join("state").join(DATABASE_FILE);
    let notices = Store::open(&path, Access::ReadOnly).unwrap().notices(100).unwrap();
    notices.iter().filter(|notice| notice.kind == NoticeKind::EntriesAside).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_set_aside_after_another_was_let_go_is_told_too_under_a_number_of_its_own()
{
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.publish("wire", item("NATO plans POISON exercise"));
    once_with_fault(&scene, "match:POISON").ended(0);
    let first = aside(&scene)[0]["number"].clone();
    assert_eq!(told(&scene), 1);
    scene.run("entries retry --all").ended(0);
    scene.once().ended(0);
    assert!(aside(&scene).is_empty());

    scene.world.publish("wire", item("NATO finds more POISON in the harbour"));
    once_with_fault(&scene, "match:more POISON").ended(0);
    let second = aside(&scene);
    assert_eq!(second.len(), 1, "{second:?}");
    assert_ne!(second[0]["number"], first, "a number says which entry is meant");
    assert_eq!(told(&scene), 2);
    once_with_fault(&scene, "match:more POISON").ended(0);
    assert_eq!(told(&scene), 2, "each once");
}
