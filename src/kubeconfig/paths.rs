//! Paths and lists of paths as Go's path/filepath reads them, for either kind of platform on any of them.

/// How paths are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// `/`, and `:` between the paths of a list.
    Unix,
    /// `\` or `/`, drive letters, and `;` between the paths of a list.
    Windows,
}

impl Platform {
    /// What a path is written with between its parts.
    #[must_use]
    pub fn separator(self) -> char {
        match self {
            Self::Unix => '/',
            Self::Windows => '\\',
        }
    }

    fn is_separator(self, character: char) -> bool {
        character == self.separator() || character == '/'
    }

    /// Whether the path has a separator, so that it is not a name to be found on PATH.
    #[must_use]
    pub fn has_separator(self, path: &str) -> bool {
        path.contains(|character| self.is_separator(character))
    }

    /// The paths of a list like KUBECONFIG, empty ones included (`filepath.SplitList`). On Windows a path may stand
    /// in quotes, and so hold the separator.
    #[must_use]
    pub fn split_list(self, list: &str) -> Vec<String> {
        if list.is_empty() {
            return Vec::new();
        }
        if self == Self::Unix {
            return list.split(':').map(str::to_owned).collect();
        }
        let mut paths = vec![String::new()];
        let mut is_quoted = false;
        for character in list.chars() {
            match (character, paths.last_mut()) {
                ('"', _) => is_quoted = !is_quoted,
                (';', _) if !is_quoted => paths.push(String::new()),
                (other, Some(path)) => path.push(other),
                (_, None) => {}
            }
        }
        paths
    }

    /// The drive or the share at the start: `C:`, `\\server\share`; empty on Unix.
    fn volume(self, path: &str) -> &str {
        if self == Self::Unix {
            return "";
        }
        let bytes = path.as_bytes();
        if bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' {
            return &path[..2];
        }
        if path.starts_with(r"\\") || path.starts_with("//") {
            let mut ends = path[2..].match_indices(['\\', '/']).map(|(index, _)| index + 2);
            return match (ends.next(), ends.next()) {
                (Some(_), Some(end)) => &path[..end],
                (Some(_), None) => path,
                (None, _) => "",
            };
        }
        ""
    }

    /// Whether the path says where it starts (`filepath.IsAbs`).
    #[must_use]
    pub fn is_absolute(self, path: &str) -> bool {
        let volume = self.volume(path);
        let rest = &path[volume.len()..];
        match self {
            Self::Unix => rest.starts_with('/'),
            Self::Windows => {
                !volume.is_empty() && (volume.len() > 2 || rest.starts_with(|c| self.is_separator(c)))
            }
        }
    }

    /// The shortest path that means the same by its text alone (`filepath.Clean`).
    #[must_use]
    pub fn clean(self, path: &str) -> String {
        let volume = self.volume(path);
        let rest = &path[volume.len()..];
        let is_rooted = rest.starts_with(|c| self.is_separator(c));
        let mut parts: Vec<&str> = Vec::new();
        for part in rest.split(|c| self.is_separator(c)) {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
                ".." if is_rooted => {}
                other => parts.push(other),
            }
        }
        let separator = self.separator().to_string();
        let root = if is_rooted { separator.as_str() } else { "" };
        let cleaned = format!("{}{root}{}", volume.replace('/', &separator), parts.join(&separator));
        if cleaned.is_empty() { ".".to_owned() } else { cleaned }
    }

    /// Two paths, one after the other, cleaned; an empty one is left out (`filepath.Join`).
    #[must_use]
    pub fn join(self, base: &str, path: &str) -> String {
        match (base, path) {
            ("", "") => String::new(),
            ("", one) | (one, "") => self.clean(one),
            _ => self.clean(&format!("{base}{}{path}", self.separator())),
        }
    }

    /// The path, after `base` if it does not say itself where it starts.
    #[must_use]
    pub fn absolute(self, base: &str, path: &str) -> String {
        if self.is_absolute(path) { self.clean(path) } else { self.join(base, path) }
    }

    /// The directory in which the path lies (`filepath.Dir`).
    #[must_use]
    pub fn directory(self, path: &str) -> String {
        let volume = self.volume(path).len();
        let end = path.rfind(|c| self.is_separator(c)).map_or(volume, |index| (index + 1).max(volume));
        self.clean(&path[..end])
    }

    /// The last part of the path (`filepath.Base`).
    #[must_use]
    pub fn file_name(self, path: &str) -> &str {
        let rest = path[self.volume(path).len()..].trim_end_matches(|c| self.is_separator(c));
        rest.rsplit(|c| self.is_separator(c)).next().unwrap_or(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::Platform::{Unix, Windows};

    #[test]
    fn lists_are_split_as_the_platform_does() {
        for (name, platform, list, paths) in [
            ("nothing", Unix, "", &[][..]),
            ("one", Unix, "/a", &["/a"]),
            ("two", Unix, "/a:b", &["/a", "b"]),
            ("a lone separator", Unix, ":", &["", ""]),
            ("a drive", Windows, r"C:\a\config", &[r"C:\a\config"]),
            ("two drives", Windows, r"C:\a;D:\b", &[r"C:\a", r"D:\b"]),
            ("quotes hold the separator", Windows, r#""C:\a;b";D:\c"#, &[r"C:\a;b", r"D:\c"]),
            ("a colon does not separate", Windows, "a:b", &["a:b"]),
            ("an empty part", Windows, r";C:\a", &["", r"C:\a"]),
        ] {
            assert_eq!(platform.split_list(list), paths, "{name}");
        }
    }

    #[test]
    fn paths_are_absolute_as_the_platform_says() {
        for (name, platform, path, is_absolute) in [
            ("rooted", Unix, "/a", true),
            ("relative", Unix, "a/b", false),
            ("a drive is a name", Unix, r"C:\a", false),
            ("drive and root", Windows, r"C:\a", true),
            ("drive and slash", Windows, "C:/a", true),
            ("drive alone", Windows, "C:a", false),
            ("root alone", Windows, r"\a", false),
            ("share", Windows, r"\\server\share\a", true),
            ("relative on Windows", Windows, r"a\b", false),
        ] {
            assert_eq!(platform.is_absolute(path), is_absolute, "{name}");
        }
    }

    #[test]
    fn relative_paths_lie_beside_the_file_that_names_them() {
        for (name, platform, file, reference, expected) in [
            ("beside", Unix, "/h/.kube/config", "ca.crt", "/h/.kube/ca.crt"),
            ("above", Unix, "/h/.kube/config", "../ca.crt", "/h/ca.crt"),
            ("above the root", Unix, "/config", "../../ca.crt", "/ca.crt"),
            ("absolute", Unix, "/h/config", "/etc//ca.crt", "/etc/ca.crt"),
            ("beside on a drive", Windows, r"C:\h\.kube\config", "ca.crt", r"C:\h\.kube\ca.crt"),
            ("slashes on a drive", Windows, r"C:\h\config", "pki/ca.crt", r"C:\h\pki\ca.crt"),
            ("on another drive", Windows, r"C:\h\config", r"D:\ca.crt", r"D:\ca.crt"),
            ("on a share", Windows, r"\\s\share\config", r"..\ca.crt", r"\\s\share\ca.crt"),
        ] {
            assert_eq!(platform.absolute(&platform.directory(file), reference), expected, "{name}");
        }
    }

    #[test]
    fn the_last_part_is_the_name() {
        assert_eq!(Unix.file_name("/usr/bin/aws"), "aws");
        assert_eq!(Windows.file_name(r"C:\bin\aws.exe"), "aws.exe");
        assert_eq!(Unix.file_name("aws"), "aws");
    }
}
