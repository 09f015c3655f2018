use std::env;
use std::fs;

/// The user and the host of this process, as far as they can be known without asking the system's libraries: `ann@office`.
pub(crate) fn whoever_runs_this() -> String {
    let user = first_of(&["USER", "LOGNAME", "USERNAME"]);
    let host = fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .or_else(|| first_of(&["HOSTNAME", "COMPUTERNAME"]));
    match (user, host) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (Some(name), None) => name,
        (None, Some(host)) => format!("?@{host}"),
        (None, None) => "?".into(),
    }
}

fn first_of(names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty())
}
