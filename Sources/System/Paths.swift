// SPDX-License-Identifier: GPL-2.0-only

// Paths as strings. Foundation would do the same, but loading it takes longer than a build in which
// nothing has changed.

import Glibc

/// `path` as an absolute path without symbolic links; nil if there is no such file.
package func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

/// The last component of a path.
package func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}

/// The path without its last component; empty for a bare name.
package func directoryName(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[..<slash])
}

/// The path without `.` and `..`: `./fs/dax.c` and `fs/../fs/dax.c` are both `fs/dax.c`. Reads no
/// file, so a symbolic link before a `..` is not followed.
package func normalizedPath(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
        if part == "..", let last = parts.last, last != ".." {
            parts.removeLast()
        } else {
            parts.append(part)
        }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}
