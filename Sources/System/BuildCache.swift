// SPDX-License-Identifier: GPL-2.0-only

// The one directory that Faultline writes to.
//
// What must hold: an entry's name is made from its contents, so entries are added and removed, and
// never changed; whoever finds one whose seal holds can use it (`SealedFile`), and two processes that
// write the same one write the same bytes. Unfinished work lies under tmp/ (`Workspace`): an interrupt
// removes its own, the next run removes that of processes that have ended.

import Glibc

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

    /// Of unfinished work.
    package var temporaries: String { root + "/tmp" }
    package var objects: String { root + "/objects" }
    package var images: String { root + "/images" }
    package var trees: String { root + "/trees" }
    package var notes: String { root + "/notes" }
    /// What runs of images showed.
    package var observations: String { root + "/observations" }

    /// Ends the tools that this process has started, and removes the temporary files of this process
    /// and of those that have ended. For an interrupt: takes no lock that is held while tools run.
    package func abandon() {
        Command.terminateAll()
        sweep(includingOwn: true)
    }

    /// Removes the unfinished work of processes that have ended.
    package func sweep(includingOwn: Bool = false) {
        if includingOwn { Workspace.abandon(in: temporaries) }
        Workspace.sweep(temporaries)
    }

    /// Calls `body` with a new directory for unfinished work, and removes the directory afterwards.
    package func withTemporaryDirectory<R>(_ body: (String) throws -> R) throws -> R {
        let path = try Workspace.newDirectory(in: temporaries)
        defer { Workspace.remove(path, in: temporaries) }
        try Disk.makeDirectory(path)
        return try body(path)
    }

    // MARK: - Room

    /// What a build of a tree with a patch can take.
    package static let needed: Int64 = 64 << 20

    /// Refuses to begin what would end in the middle, with files cut short.
    ///
    /// - Throws: `QuestionError` if less than `needed` bytes are free where the cache is.
    package func requireRoom(for needed: Int64 = BuildCache.needed) throws {
        try Disk.makeDirectory(root)
        guard let free = Disk.freeSpace(at: root), free < needed else { return }
        throw QuestionError(
            .disk, file: root,
            reason: "no space for a build: \(free >> 20) MiB are free, and \(needed >> 20) MiB are"
                + " needed",
            notes: ["FAULTLINE_CACHE=DIR keeps the cache elsewhere; it can be removed at any time"])
    }

    // MARK: - Notes

    /// Writes a file of `notes`: what was found out and takes time to find out again.
    package func keep(_ text: String, at path: String) throws {
        try keep(Array(text.utf8), at: path)
    }

    /// Writes any file of the cache, with a seal.
    package func keep(_ bytes: [UInt8], at path: String) throws {
        try withTemporaryDirectory { directory in
            try Disk.makeDirectory(directoryName(path))
            try SealedFile.write(bytes, to: directory + "/kept")
            try Disk.move(directory + "/kept", to: path)
        }
    }

    /// What `keep` wrote; nil if it is not there, or no longer what was written.
    package func kept(at path: String) -> [UInt8]? { SealedFile.read(path) }

    // MARK: - Size

    /// Removes the entries that were used longest ago, if all of them together are larger than
    /// `limit`, until half of it is left. The standard limit holds a thousand variants of the
    /// embedded slice.
    package func prune(to limit: Int64 = 1 << 30) {
        var entries: [(path: String, used: Int64, size: Int64)] = []
        for directory in [objects, images, trees, observations] {
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
            .disk, reason: "no directory for the build cache: HOME and XDG_CACHE_HOME are not set",
            notes: ["FAULTLINE_CACHE=DIR names one"])
    }
}
