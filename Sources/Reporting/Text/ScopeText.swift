// SPDX-License-Identifier: GPL-2.0-only

// Which filesystems a check was about, where it was not about those of every check.

import Exploration

extension ReportedScope: CustomStringConvertible {
    /// "fuse: as --fs says".
    package var description: String {
        filesystems.map(\.name).joined(separator: ", ") + ": " + reason
    }
}
