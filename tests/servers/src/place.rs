use std::io;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::statvfs::statvfs;
use nix::unistd::{User, geteuid};
use tempfile::TempDir;

/// Servers refuse to run as root; this account exists everywhere and owns nothing.
const UNPRIVILEGED: &str = "nobody";

/// Memory that a server's files take, with plenty of room for what tests write.
const ROOM: u128 = 1 << 30;

/// A server's directory, and the account that everything in it runs as.
pub(crate) struct Place {
    directory: TempDir,
    account: Option<User>,
}

impl Place {
    /// Makes the directory. It is removed with the value, at the latest.
    pub(crate) fn new() -> io::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("migratory-")
            .tempdir_in(temporary())?;
        let account = if geteuid().is_root() {
            User::from_name(UNPRIVILEGED)?
        } else {
            None
        };
        let place = Self { directory, account };
        place.hand_over(place.path())?;
        Ok(place)
    }

    /// Gives a file to the account that the servers run as.
    fn hand_over(&self, path: &Path) -> io::Result<()> {
        self.account.as_ref().map_or(Ok(()), |account| {
            let (user, group) = (account.uid.as_raw(), account.gid.as_raw());
            std::os::unix::fs::chown(path, Some(user), Some(group))
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file that nobody but the servers' account may read or run, as servers want it of a key.
    pub(crate) fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path().join(name);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o700)
            .open(&path)?;
        file.write_all(text.as_bytes())?;
        self.hand_over(&path)
    }

    /// Whether there is a file of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }

    /// What everything that ran here has said so far.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read(self.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// A program in this directory, under this account, and without the caller's environment: `PGHOST` is not for us.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if let Some(account) = &self.account {
            command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
        }
        command
    }
}

/// In memory where there is room for it: on a disk that compilers keep busy a server takes several times as long to start.
fn temporary() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let free = statvfs(memory)
        .map(|status| status.blocks_available() as u128 * status.fragment_size() as u128);
    if free.is_ok_and(|free| free >= ROOM) {
        return memory.to_path_buf();
    }
    std::env::temp_dir()
}
