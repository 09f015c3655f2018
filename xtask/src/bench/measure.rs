use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Names the file that [`stand_in_for_rustc`] writes to; set only for the cargo runs of the benchmark.
pub(super) const RUSTC_LOG: &str = "MIGRATORY_BENCH_RUSTC_LOG";

/// Cargo calls this program in rustc's place (`RUSTC_WORKSPACE_WRAPPER`): it runs rustc and notes the CPU time by crate.
pub(crate) fn stand_in_for_rustc() -> Option<ExitCode> {
    let log = std::env::var_os(RUSTC_LOG)?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (rustc, rest) = arguments.split_first()?;
    let status = Command::new(rustc).args(rest).status().ok()?;
    let crate_name = rest
        .iter()
        .skip_while(|argument| *argument != "--crate-name")
        .nth(1);
    if let (Some(name), Ok(cpu)) = (crate_name, children_cpu()) {
        let line = format!("{name} {}\n", cpu.as_micros());
        // A line that is missing is noticed by the reader of the log.
        let _ = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(log)
            .and_then(|mut file| file.write_all(line.as_bytes()));
    }
    Some(ExitCode::from(u8::from(!status.success())))
}

/// The CPU time that the log has for a crate, summed up.
pub(super) fn rustc_cpu(log: &str, crate_name: &str) -> Option<Duration> {
    let micros: u64 = log
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(name, _)| *name == crate_name)
        .filter_map(|(_, micros)| micros.parse::<u64>().ok())
        .sum();
    (micros > 0).then(|| Duration::from_micros(micros))
}

/// What one command cost.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    /// CPU time of it and of all it started.
    pub(super) cpu: Duration,
    /// Time by the clock on the wall.
    pub(super) wall: Duration,
}

/// Runs a command to its end; what it prints is shown only if it fails.
pub(super) fn cost(command: &mut Command) -> Result<Cost, String> {
    let (cpu, wall) = (children_cpu()?, Instant::now());
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("failed to start {command:?}: {error}"))?;
    let wall = wall.elapsed();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}\n{said}", output.status));
    }
    Ok(Cost {
        cpu: children_cpu()?.saturating_sub(cpu),
        wall,
    })
}

/// The median of what `measure` gives for each of two sides, run in turn so that both see the same weather.
pub(super) fn interleaved<T: Copy + PartialOrd>(
    runs: usize,
    mut ours: impl FnMut(usize) -> Result<T, String>,
    mut base: impl FnMut(usize) -> Result<T, String>,
) -> Result<(T, T), String> {
    let (mut of_ours, mut of_base) = (Vec::new(), Vec::new());
    for index in 0..runs {
        of_ours.push(ours(index)?);
        of_base.push(base(index)?);
    }
    Ok((median(of_ours)?, median(of_base)?))
}

/// The middle one; of an even number the lower of the two.
pub(super) fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> Result<T, String> {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let middle = values.len().saturating_sub(1) / 2;
    values
        .get(middle)
        .copied()
        .ok_or_else(|| "nothing was measured".to_owned())
}

/// Writes a file of the benchmark and says which, if it cannot.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    let fail = |error| format!("failed to write file `{}`: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(path, text).map_err(fail)
}

#[cfg(unix)]
fn children_cpu() -> Result<Duration, String> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_err(|error| format!("failed to read the CPU time: {error}"))?;
    let micros = [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.num_microseconds())
        .sum::<i64>();
    Ok(Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

#[cfg(not(unix))]
fn children_cpu() -> Result<Duration, String> {
    Err("CPU time of other programs is not measured on this system".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_of_the_sorted_values() {
        assert_eq!(median(vec![5, 1, 9]), Ok(5));
        assert_eq!(median(vec![4, 1, 9, 5]), Ok(4));
        assert!(median::<u8>(vec![]).is_err());
    }

    #[test]
    fn the_log_sums_up_by_crate() {
        let log = "ours 1500\nhand 20\nours 500\nbroken\n";
        assert_eq!(rustc_cpu(log, "ours"), Some(Duration::from_millis(2)));
        assert_eq!(rustc_cpu(log, "other"), None);
    }

    #[test]
    fn both_sides_run_in_turn() {
        let order = std::cell::RefCell::new(String::new());
        let side = |name: char| {
            let order = &order;
            move |index: usize| {
                order.borrow_mut().push(name);
                Ok(index)
            }
        };
        assert_eq!(interleaved(3, side('o'), side('b')), Ok((1, 1)));
        assert_eq!(order.into_inner(), "obobob");
    }
}
