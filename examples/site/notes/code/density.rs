//! How dense a stone is, from its weight in air and in water.

/// Grams per cubic centimetre; none when the stone floats, and so is no stone.
fn density(dry: f64, in_water: f64) -> Option<f64> {
    let displaced = dry - in_water;
    (displaced > 0.0 && in_water >= 0.0).then(|| dry / displaced)
}

fn main() {
    for (stone, dry, in_water) in [("granite", 530.0, 332.0), ("basalt", 611.0, 407.0), ("pumice", 12.0, -8.0)] {
        match density(dry, in_water) {
            Some(density) => println!("{stone}: {density:.2f} g/cm³"),
            None => println!("{stone} floats"),
        }
    }
}
