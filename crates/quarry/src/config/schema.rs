//! The schema of the config, for editors that complete and check while somebody types (JSON Schema draft 7, which editors of TOML know).

use serde_json::{Map, Value, json};

use super::key::{Key, PROCESS, Shape};

/// The schema.
pub(crate) fn schema() -> Value {
    let mut schema = table(PROCESS);
    schema.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".into(), json!("quarry.toml"));
    schema.insert("description".into(), json!("The config of the web server Quarry"));
    Value::Object(schema)
}

fn table(keys: &[Key]) -> Map<String, Value> {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut table = Map::new();
    table.insert("type".into(), json!("object"));
    table.insert("additionalProperties".into(), json!(false));
    table.insert("properties".into(), Value::Object(properties));
    table
}

fn property(key: &Key) -> Value {
    let mut value = match key.shapes {
        [shape] => of(*shape),
        shapes => json!({ "anyOf": shapes.iter().map(|shape| of(*shape)).collect::<Vec<_>>() }),
    };
    value["description"] = json!(key.text);
    value
}

fn of(shape: Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Number => json!({ "type": "integer", "minimum": 0 }),
        Shape::Switch => json!({ "type": "boolean" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Map => {
            let one = json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
            json!({ "type": "object", "additionalProperties": one })
        }
        Shape::Tests => {
            json!({ "type": "object", "additionalProperties": { "anyOf": [{ "type": "string" }, { "type": "boolean" }] } })
        }
        Shape::Table(keys) => Value::Object(table(keys)),
        Shape::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
    }
}
