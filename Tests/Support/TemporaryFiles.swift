// SPDX-License-Identifier: GPL-2.0-only

import Glibc
import System

/// Something that has a temporary directory.
package protocol TemporaryFiles {
    /// An absolute path.
    var directory: String { get }
}

extension TemporaryFiles {
    /// A path that does not exist yet.
    package static func newPath() -> String {
        "/tmp/faultline-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    }

    /// Writes a file below the directory.
    ///
    /// - Returns: its absolute path.
    @discardableResult
    package func write(_ text: String, to path: String) throws -> String {
        try write(Array(text.utf8), to: path)
    }

    @discardableResult
    package func write(_ bytes: [UInt8], to path: String) throws -> String {
        let path = directory + "/" + path
        try Disk.makeDirectory(directoryName(path))
        try Disk.write(bytes, to: path)
        return path
    }

    package func read(_ path: String) throws -> String {
        String(decoding: try Disk.read(directory + "/" + path), as: UTF8.self)
    }

    /// Every file below the directory, with its contents: to show that nothing was written.
    package func snapshot(_ part: String = "") throws -> [String: [UInt8]] {
        let root = directory + "/" + part
        var contents: [String: [UInt8]] = [:]
        for file in Disk.files(under: root) { contents[file] = try Disk.read(root + "/" + file) }
        return contents
    }
}

/// A temporary directory that is removed with the value.
package final class TemporaryDirectory: TemporaryFiles, Sendable {
    package let directory: String

    package init() throws {
        directory = Self.newPath()
        try Disk.makeDirectory(directory)
    }

    deinit { Disk.remove(directory) }
}
