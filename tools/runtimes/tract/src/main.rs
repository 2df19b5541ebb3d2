//! Runs case folders (see ../cases.mjs) in tract and prints one line of JSON for each: its outputs, or why there are none.

use std::error::Error;
use std::fs;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

use base64::{engine::general_purpose::STANDARD, Engine};
use serde_json::{json, Value};
use tract_onnx::prelude::*;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn datum_type(name: &str) -> Outcome<DatumType> {
    Ok(match name {
        "float32" => f32::datum_type(),
        "float64" => f64::datum_type(),
        "int32" => i32::datum_type(),
        "int64" => i64::datum_type(),
        "bool" => bool::datum_type(),
        other => return Err(format!("element type {other}").into()),
    })
}

fn type_name(datum: DatumType) -> String {
    match datum {
        DatumType::F32 => "float32".into(),
        DatumType::F64 => "float64".into(),
        DatumType::I32 => "int32".into(),
        DatumType::I64 => "int64".into(),
        DatumType::Bool => "bool".into(),
        other => format!("{other:?}"),
    }
}

fn tensor_of(port: &Value, data: &[u8]) -> Outcome<Tensor> {
    let shape: Vec<usize> = port["shape"]
        .as_array()
        .ok_or("no shape")?
        .iter()
        .map(|d| d.as_u64().unwrap_or(0) as usize)
        .collect();
    let offset = port["offset"].as_u64().ok_or("no offset")? as usize;
    let length = port["length"].as_u64().ok_or("no length")? as usize;
    let datum = datum_type(port["dtype"].as_str().unwrap_or(""))?;
    // The bytes are little-endian, as this machine's are.
    let tensor = unsafe { Tensor::from_raw_dt(datum, &shape, &data[offset..offset + length])? };
    Ok(tensor)
}

fn run_set(folder: &Path, set: &Value, data: &[u8]) -> Outcome<Value> {
    let mut model = tract_onnx::onnx().model_for_path(folder.join("model.onnx"))?;
    let ports = set["inputs"].as_array().ok_or("no inputs")?;
    let names: Vec<String> = model
        .input_outlets()?
        .iter()
        .map(|outlet| model.node(outlet.node).name.clone())
        .collect();
    let mut feeds: TVec<TValue> = tvec!();
    for (i, name) in names.iter().enumerate() {
        let port = ports
            .iter()
            .find(|p| p["name"] == name.as_str())
            .ok_or(format!("no data for input {name}"))?;
        let tensor = tensor_of(port, data)?;
        model.set_input_fact(i, InferenceFact::dt_shape(tensor.datum_type(), tensor.shape()))?;
        feeds.push(tensor.into());
    }
    let plan = model.into_optimized()?.into_runnable()?;
    let results = plan.run(feeds)?;
    let outputs = set["outputs"].as_array().ok_or("no outputs")?;
    let listed: Vec<Value> = outputs
        .iter()
        .zip(results.iter())
        .map(|(port, value)| {
            let tensor: &Tensor = value;
            json!({
                "name": port["name"],
                "dtype": type_name(tensor.datum_type()),
                "shape": tensor.shape(),
                "data": STANDARD.encode(tensor.as_bytes()),
            })
        })
        .collect();
    Ok(Value::Array(listed))
}

fn run_case(folder: &Path) -> Outcome<Value> {
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("case.json"))?)?;
    let data = fs::read(folder.join("data.bin"))?;
    let sets = manifest["sets"].as_array().ok_or("no sets")?;
    let results: Outcome<Vec<Value>> = sets.iter().map(|set| run_set(folder, set, &data)).collect();
    Ok(Value::Array(results?))
}

/// The version of tract that Cargo.lock pins.
fn version() -> &'static str {
    let mut lines = include_str!("../Cargo.lock").lines().skip_while(|line| *line != "name = \"tract-onnx\"");
    lines.nth(1).map_or("unknown", |line| line.trim_start_matches("version = ").trim_matches('"'))
}

fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    println!("{}", json!({ "version": version() }));
    for folder in std::env::args().skip(1) {
        let result = catch_unwind(AssertUnwindSafe(|| run_case(Path::new(&folder)).map_err(|e| format!("{e:?}"))));
        let line = match result {
            Ok(Ok(sets)) => json!({ "case": folder, "sets": sets }),
            Ok(Err(error)) => json!({ "case": folder, "error": error }),
            Err(panic) => {
                let text = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|s| s.to_string()))
                    .unwrap_or_default();
                json!({ "case": folder, "error": format!("panic: {text}") })
            }
        };
        println!("{line}");
    }
}
