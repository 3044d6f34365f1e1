// SPDX-License-Identifier: GPL-2.0-only

// Unfinished work of a process: a directory with a name by chance, and beside it a file that the process
// has locked as long as it lives. Whoever gets the lock knows that the process is gone, in whichever
// container it was; a process number would say nothing there.
//
// What must hold: the lock file is there, and locked, before the directory; it goes after it.

import Glibc
import Synchronization

/// The directories of unfinished work of this process.
enum Workspace {
    private struct Own {
        var directory: String
        var lock: Int32
        var made = 0
        var used = 0
    }

    /// By the directory that they are in.
    private static let own = Mutex<[String: Own]>([:])

    private static let lockSuffix = ".lock"
    /// A directory without a lock file is nobody's after so many seconds.
    private static let grace: Int64 = 86_400

    /// The name of a directory that nobody else uses; it is not made.
    static func newDirectory(in root: String) throws -> String {
        try own.withLock { own in
            var mine: Own
            if let known = own[root], Disk.exists(known.directory + lockSuffix) {
                mine = known
            } else {
                try Disk.makeDirectory(root)
                mine = try make(in: root)
            }
            mine.made += 1
            mine.used += 1
            own[root] = mine
            return "\(mine.directory)/\(mine.made)"
        }
    }

    /// Removes a directory, and with the last one all that this process has there.
    static func remove(_ path: String, in root: String) {
        Disk.remove(path)
        own.withLock { own in
            guard var mine = own[root], path.hasPrefix(mine.directory + "/") else { return }
            mine.used -= 1
            own[root] = mine
            guard mine.used == 0 else { return }
            own[root] = nil
            release(mine)
        }
    }

    private static func release(_ mine: Own) {
        Disk.remove(mine.directory)
        unlink(mine.directory + lockSuffix)
        close(mine.lock)
    }

    private static func make(in root: String) throws -> Own {
        while true {
            let name = String(UInt64.random(in: 0 ... .max), radix: 36)
            let directory = "\(root)/\(name)"
            let lock = open(
                directory + lockSuffix, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard lock >= 0 else {
                throw QuestionError(
                    .disk, file: directory + lockSuffix,
                    reason: "cannot be made: \(String(cString: strerror(errno)))")
            }
            // A sweep may have been here between the two calls.
            if flock(lock, LOCK_EX | LOCK_NB) == 0, Disk.exists(directory + lockSuffix) {
                return Own(directory: directory, lock: lock)
            }
            close(lock)
        }
    }

    /// Removes what this process has in a directory. For an interrupt: another thread may be at work.
    static func abandon(in root: String) {
        guard let mine = own.withLockIfAvailable({ $0.removeValue(forKey: root) }) ?? nil else {
            return
        }
        release(mine)
    }

    /// Removes what processes have left that are gone.
    static func sweep(_ root: String) {
        let names = Disk.names(in: root)
        for name in names where name.hasSuffix(lockSuffix) {
            let path = "\(root)/\(name)"
            let lock = open(path, O_RDWR | O_CLOEXEC)
            guard lock >= 0 else { continue }
            defer { close(lock) }
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
            Disk.remove(String(path.dropLast(lockSuffix.count)))
            unlink(path)
        }
        for name in names where !name.hasSuffix(lockSuffix) {
            let path = "\(root)/\(name)"
            guard !Disk.exists(path + lockSuffix), let stamp = Disk.stamp(path),
                Int64(time(nil)) - stamp.modified / 1_000_000_000 > grace
            else { continue }
            Disk.remove(path)
        }
    }
}
