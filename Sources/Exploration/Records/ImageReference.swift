// SPDX-License-Identifier: GPL-2.0-only

// An image as it is named to a worker: code under test is loaded there, and nowhere else.

import Machine
import Workers

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

/// A job that runs code of images.
package protocol ImageJob: WorkerJob {
    /// All that it loads.
    var images: [ImageReference] { get }
}

extension ImageJob {
    package var files: [String] {
        images.compactMap { if case .file(let path) = $0 { path } else { nil } }
    }

    /// A later `ImageReference.load()` finds what is loaded here, and opens nothing.
    package func load() throws {
        for image in Set(images) { _ = try image.load() }
    }
}
