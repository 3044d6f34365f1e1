// SPDX-License-Identifier: GPL-2.0-only

// Content hashes of source files without reading them again: a file whose size, times and inode are
// unchanged has unchanged contents. A file that was changed within the last two seconds is not
// remembered, because a second change could leave all four as they are (git's "racy" index).
//
// What must hold: one value answers the same for a file each time, so that one build sees one state
// of every source. Each build makes its own.

import Glibc
import Synchronization

/// Hashes of files, kept in the cache between runs.
package final class FileHashes: Sendable {
    private struct Known {
        var stamp: Disk.Stamp
        var digest: String
    }

    private struct State {
        var known: [String: Known] = [:]
        var isChanged = false
        /// What was answered: a header is asked for once for each file that includes it.
        var asked: [String: String] = [:]
    }

    private let path: String
    private let state: Mutex<State>

    /// Far more files than a checkout and some trees have.
    private static let limit = 20_000

    /// Those that the last run has saved in a cache; none if there is no cache yet.
    package init(of cache: BuildCache) {
        path = cache.notes + "/hashes"
        var state = State()
        if let bytes = SealedFile.read(path) {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                // Bytes: there may be thousands of lines, and this is read by every command.
                let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
                    .map { String(decoding: $0, as: UTF8.self) }
                guard words.count == 6, let size = Int64(words[1]), let modified = Int64(words[2]),
                    let changed = Int64(words[3]), let inode = UInt64(words[4])
                else { continue }
                let stamp = Disk.Stamp(
                    size: size, modified: modified, changed: changed, inode: inode)
                state.known[words[5]] = Known(stamp: stamp, digest: words[0])
            }
        }
        self.state = Mutex(state)
    }

    /// The hash of a file's contents as they were when they were first asked for; nil if there is
    /// no such file.
    package func digest(of path: String) -> String? {
        if let digest = state.withLock({ $0.asked[path] }) { return digest }
        let digest = currentDigest(of: path)
        state.withLock { $0.asked[path] = digest }
        return digest
    }

    /// The hash of a file's contents as they are now.
    package func currentDigest(of path: String) -> String? {
        guard let stamp = Disk.stamp(path) else { return nil }
        let known = state.withLock { $0.known[path] }
        if let known, known.stamp == stamp { return known.digest }
        guard let bytes = try? Disk.read(path) else { return nil }
        let digest = ContentHash.of(bytes)
        let now = Int64(time(nil)) * 1_000_000_000
        state.withLock { state in
            if max(stamp.modified, stamp.changed) < now - 2_000_000_000 {
                state.known[path] = Known(stamp: stamp, digest: digest)
                state.isChanged = true
            }
        }
        return digest
    }

    /// Saves what was found out, by way of a temporary directory.
    package func save(in directory: String) {
        let (known, isChanged) = state.withLock { ($0.known, $0.isChanged) }
        guard isChanged else { return }
        var text = ""
        for (path, file) in known.prefix(Self.limit) {
            let stamp = file.stamp
            text +=
                "\(file.digest) \(stamp.size) \(stamp.modified) \(stamp.changed)"
                + " \(stamp.inode) \(path)\n"
        }
        // An error here would cost only time; a cache that cannot be written fails elsewhere.
        try? SealedFile.write(Array(text.utf8), to: directory + "/hashes")
        try? Disk.move(directory + "/hashes", to: path)
    }
}
