// SPDX-License-Identifier: GPL-2.0-only

/// A line of a patch.
struct PatchLocation {
    /// The patch as the user named it.
    var patch: String
    /// From 1.
    var line: Int
}
