// SPDX-License-Identifier: GPL-2.0-only

// Where everything that is made lies. Each entry has a name made from its contents, so entries are
// never changed, only added and, when old, removed; a reader that finds one can use it, and two
// writers of the same one do the same work. What is being made lies under tmp/, in a directory
// whose name carries the process that makes it: an interrupt removes its own, the next run those of
// processes that are gone.

import Glibc
import Synchronization

/// The build cache: objects, images and patched trees, each under a name made from its contents.
package struct BuildCache: Hashable, Sendable {
    /// An absolute path.
    package let root: String

    package init(root: String) {
        self.root = root
    }

    /// `FAULTLINE_CACHE`, else `$XDG_CACHE_HOME/faultline`, else `~/.cache/faultline`. Nothing is
    /// created yet.
    ///
    /// - Throws: `QuestionError` if none of the three variables is set to an absolute path.
    package static func find() throws -> BuildCache {
        try find(environment: Environment.current, directory: Environment.directory)
    }

    /// Directories of unfinished work, each `PID-…`.
    package var temporaries: String { root + "/tmp" }
    package var objects: String { root + "/objects" }
    package var images: String { root + "/images" }
    package var trees: String { root + "/trees" }
    package var notes: String { root + "/notes" }

    /// Removes the temporary files of this process and of those that are gone, and ends the tools
    /// that this process has started. For an interrupt; takes no lock that a builder holds while it
    /// works.
    package func abandon() {
        Command.terminateAll()
        sweep(includingOwn: true)
    }

    /// Removes what processes that are gone have left.
    package func sweep(includingOwn: Bool = false) {
        for name in Disk.names(in: temporaries) {
            guard let process = name.split(separator: "-").first.flatMap({ pid_t($0) }) else {
                continue
            }
            let isGone = kill(process, 0) != 0 && errno == ESRCH
            if isGone || (includingOwn && process == getpid()) {
                Disk.remove(temporaries + "/" + name)
            }
        }
    }

    /// Calls `body` with a new directory for unfinished work, which is gone afterwards.
    package func withTemporaryDirectory<R>(_ body: (String) throws -> R) throws -> R {
        let number = BuildCache.number.withLock { number -> Int in
            number += 1
            return number
        }
        let path = "\(temporaries)/\(getpid())-\(number)"
        Disk.remove(path)
        try Disk.makeDirectory(path)
        defer { Disk.remove(path) }
        return try body(path)
    }

    private static let number = Mutex(0)

    // MARK: - Size

    /// Removes what was of no use for longest, once everything together is larger than `limit`: a
    /// thousand variants of the embedded slice.
    package func prune(to limit: Int64 = 1 << 30) {
        var entries: [(path: String, used: Int64, size: Int64)] = []
        for directory in [objects, images, trees] {
            for name in Disk.names(in: directory) {
                let path = directory + "/" + name
                guard let stamp = Disk.stamp(path) else { continue }
                let files = Disk.isDirectory(path) ? Disk.files(under: path) : []
                let size = files.reduce(stamp.size) {
                    $0 + (Disk.stamp(path + "/" + $1)?.size ?? 0)
                }
                entries.append((path, stamp.modified, size))
            }
        }
        var total = entries.reduce(0) { $0 + $1.size }
        guard total > limit else { return }
        for entry in entries.sorted(by: { $0.used < $1.used }) where total > limit / 2 {
            Disk.remove(entry.path)
            total -= entry.size
        }
    }
}

extension BuildCache {
    package static func find(environment: [String: String], directory: String?) throws -> BuildCache
    {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let root = value("FAULTLINE_CACHE") {
            return BuildCache(root: root.hasPrefix("/") ? root : "\(directory ?? "")/\(root)")
        }
        // The XDG rules say that a relative path there is to be ignored.
        if let root = value("XDG_CACHE_HOME"), root.hasPrefix("/") {
            return BuildCache(root: root + "/faultline")
        }
        if let home = value("HOME"), home.hasPrefix("/") {
            return BuildCache(root: home + "/.cache/faultline")
        }
        throw QuestionError(
            .disk, reason: "no place for the build cache: neither HOME nor XDG_CACHE_HOME is set",
            notes: ["FAULTLINE_CACHE=DIR names one"])
    }
}
