/// Counts.
pub fn up(count: &mut u32) -> Result<(), std::fmt::Error> {
    *count += 1;
    Ok(())
}
