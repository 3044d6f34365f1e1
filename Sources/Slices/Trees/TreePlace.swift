// SPDX-License-Identifier: GPL-2.0-only

// A directory before anybody has looked into it: where it is, what the user calls it, and how it came
// to be the one that is judged. Whoever reads a verdict must see that it is about his code.

import System

/// Why a tree is the one that is judged. The names are those of the JSON output.
package enum TreeChoice: String, Hashable, Sendable, Codable {
    /// The user named it.
    case named
    /// It is around the current directory.
    case around
    /// The embedded slice, by `--embedded`.
    case embedded
    /// The embedded slice, in Faultline's own checkout.
    case checkout
    /// The embedded slice, because no kernel tree is around the current directory.
    case nothingAround = "nothing-around"
}

/// A directory that is taken for a kernel's tree.
package struct TreePlace: Hashable, Sendable {
    package var path: String
    /// As the user names it.
    package var name: String
    package var choice: TreeChoice

    /// A directory that the user has named.
    package init(named directory: String) {
        path = directory
        // Without the slashes that a shell leaves at the end.
        var name = directory
        while name.utf8.count > 1, name.hasSuffix("/") { name.removeLast() }
        self.name = name
        choice = .named
    }

    /// Whether it is the top of a git repository.
    package var isRepository: Bool { Disk.exists(path + "/.git") }

    /// A directory that was found, by its last component: nobody has typed its path.
    init(around path: String) {
        self.path = path
        name = fileName(path)
        choice = .around
    }
}
