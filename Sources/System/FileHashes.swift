// SPDX-License-Identifier: GPL-2.0-only

// Content hashes of source files without reading them again: a file whose size, times and inode are
// as they were has the contents that it had. A file changed within the last two seconds is not
// remembered, because a second change could leave all of these as they are (git's "racy" index).

import Glibc
import Synchronization

package final class FileHashes: Sendable {
    private struct Known {
        var stamp: Disk.Stamp
        var digest: String
    }

    private struct State {
        var known: [String: Known] = [:]
        var isChanged = false
        /// What was asked for in this process: hundreds of files, each a header of dozens.
        var asked: [String: String] = [:]
    }

    private let path: String
    private let state: Mutex<State>

    /// Far more files than a home and some trees have.
    private static let limit = 20_000

    /// Those that were saved at `path`; none if there is no such file.
    package init(savedAt path: String) {
        self.path = path
        var state = State()
        if let bytes = try? Disk.read(path) {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let words = String(decoding: line, as: UTF8.self)
                    .split(separator: " ", maxSplits: 5)
                guard words.count == 6, let size = Int64(words[1]), let modified = Int64(words[2]),
                    let changed = Int64(words[3]), let inode = UInt64(words[4])
                else { continue }
                let stamp = Disk.Stamp(
                    size: size, modified: modified, changed: changed, inode: inode)
                state.known[String(words[5])] = Known(stamp: stamp, digest: String(words[0]))
            }
        }
        self.state = Mutex(state)
    }

    /// The hash of a file's contents as they were when they were first asked for; nil if there is
    /// no such file.
    package func digest(of path: String) -> String? {
        if let digest = state.withLock({ $0.asked[path] }) { return digest }
        let digest = presentDigest(of: path)
        state.withLock { $0.asked[path] = digest }
        return digest
    }

    /// The hash of a file's contents as they are now.
    package func presentDigest(of path: String) -> String? {
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

    /// Saves what has been learnt.
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
        // Only a shortcut: a cache that cannot be written fails elsewhere, with a message.
        try? Disk.write(Array(text.utf8), to: directory + "/hashes")
        try? Disk.move(directory + "/hashes", to: path)
    }
}
