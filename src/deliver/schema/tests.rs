//! The schemas of the objects say of every object what it is.

use super::*;
use crate::deliver::parcel::{Parcel, sample};

#[test]
fn every_object_is_as_its_schema_says() {
    let check = |schema: &Value, object: Value| {
        let validator = jsonschema::validator_for(schema).expect("a schema");
        let wrong: Vec<String> =
            validator.iter_errors(&object).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{object:#}");
        let mut strange = object;
        strange["id"] = json!(3);
        assert!(!validator.is_valid(&strange));
    };
    for parcel in sample::all() {
        match parcel {
            Parcel::Alert(object) => check(&alert(), json!(object)),
            Parcel::Notice(object) => check(&notice(), json!(object)),
            Parcel::Digest(object) => check(&digest(), json!(object)),
        }
    }
}
