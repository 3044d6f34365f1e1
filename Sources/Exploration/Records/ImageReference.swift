// SPDX-License-Identifier: GPL-2.0-only

// An image as it is named to a worker: code under test is loaded there, and nowhere else.

import Machine

/// Where the code under test is.
package enum ImageReference: Codable, Hashable, Sendable {
    /// The C target that the executable was built with.
    case workingCopy
    /// A variant's shared object.
    case file(String)

    package func load() throws -> KernelImage {
        switch self {
        case .workingCopy: .workingCopy
        case .file(let path): try KernelImage(contentsOf: path)
        }
    }
}
