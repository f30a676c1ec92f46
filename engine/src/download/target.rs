//! Where a download is saved: a temporary file that takes the target's place when it is whole, or what is there already.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// How many names are tried for a temporary file. One out of 2⁶⁴ is taken only if somebody sees to it.
const NAMES: u32 = 8;

/// What a path leads to.
pub(super) enum Target {
    /// A regular file, there or not: it is replaced as a whole.
    File {
        path: PathBuf,
        /// Those of the file that is there.
        permissions: Option<fs::Permissions>,
    },
    /// A device, a FIFO, or a file behind one of the system's links (`/dev/stdout`): written through.
    Through(PathBuf),
}

impl Target {
    /// Inspects what is at a path, and rejects what can't be written to before anything is fetched.
    pub(super) fn inspect(path: &Path) -> io::Result<Self> {
        let text = path.as_os_str().as_encoded_bytes();
        if path.file_name().is_none() || text.ends_with(b"/") || text.ends_with(&[MAIN_SEPARATOR as u8]) {
            return Err(io::Error::new(ErrorKind::IsADirectory, "it is the name of a folder, not of a file"));
        }
        let linked = fs::symlink_metadata(path).is_ok_and(|entry| entry.is_symlink());
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound && linked => {
                return Err(io::Error::new(ErrorKind::NotFound, "it is a symbolic link to nothing"));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return match fs::metadata(folder_of(path)) {
                    Ok(folder) if folder.is_dir() => Ok(Self::File { path: path.into(), permissions: None }),
                    Ok(_) => Err(io::Error::new(ErrorKind::NotADirectory, "its folder is no folder")),
                    Err(error) if error.kind() == ErrorKind::NotFound => {
                        Err(io::Error::new(ErrorKind::NotFound, "its folder does not exist"))
                    }
                    Err(error) => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        if found.is_dir() {
            return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
        }
        if !found.is_file() || linked && is_of_the_system(path) {
            return Ok(Self::Through(path.into()));
        }
        // A link stays one: the file that it leads to is replaced.
        let path = if linked { fs::canonicalize(path)? } else { path.into() };
        Ok(Self::File { path, permissions: Some(found.permissions()) })
    }

    /// Opens what is to be written to.
    pub(super) fn open(self) -> io::Result<(File, Option<Temporary>)> {
        match self {
            Self::File { path, permissions } => {
                let (file, temporary) = Temporary::next_to(path)?;
                // Before there is any content: what was private stays so.
                permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
                Ok((file, Some(temporary)))
            }
            Self::Through(path) => {
                // Where standard output is a file, what it holds already stays.
                let append = fs::metadata(&path).is_ok_and(|found| found.is_file());
                let options = OpenOptions::new().append(append).write(!append).to_owned();
                Ok((options.open(path)?, None))
            }
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a link is one of those by which the system names open files: there is no folder to put a file in.
fn is_of_the_system(path: &Path) -> bool {
    fs::canonicalize(folder_of(path))
        .is_ok_and(|folder| cfg!(unix) && ["/dev", "/proc"].iter().any(|system| folder.starts_with(system)))
}

/// A file of its own next to the target, which dropping removes.
pub(super) struct Temporary {
    path: PathBuf,
    target: PathBuf,
}

impl Temporary {
    fn next_to(target: PathBuf) -> io::Result<(File, Self)> {
        let mut tried = 0;
        loop {
            let path = folder_of(&target).join(format!(".download-{:016x}.part", fastrand::u64(..)));
            tried += 1;
            // Neither another save's file nor what somebody put there, a link for instance.
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Self { path, target })),
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tried < NAMES => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Puts the file in the target's place.
    pub(super) fn persist(self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After `persist` there is none. What fails here has no one to be told.
        let _ = fs::remove_file(&self.path);
    }
}
