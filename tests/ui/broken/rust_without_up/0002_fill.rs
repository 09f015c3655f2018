pub fn down(count: &mut u32) -> Result<(), std::fmt::Error> {
    *count -= 1;
    Ok(())
}
