// SPDX-License-Identifier: GPL-2.0-only

// Files: whole contents as bytes, atomic replacement, sorted listings. Only libc is used, because
// loading Foundation takes longer than a build in which nothing has changed.
//
// What must hold: a file that others may read appears complete or not at all. It is written under a
// name of its own in the directory of temporary files, which is on the same filesystem, and renamed.

import Glibc

package enum Disk {
    /// What a name stands for; links are not followed.
    package enum FileType: Equatable {
        case file, directory, link, other
    }

    /// The identity of a file's contents as far as the file system can tell without reading it.
    package struct Stamp: Hashable {
        package let size: Int64
        /// In nanoseconds, as the next.
        package let modified: Int64
        let changed: Int64
        let inode: UInt64
    }

    package static func type(of path: String) -> FileType? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .directory
        case S_IFLNK: return .link
        default: return .other
        }
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// A regular file, or a link to one: trees are made of links, too (`cp -rs`).
    package static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    static func isExecutable(_ path: String) -> Bool {
        access(path, X_OK) == 0 && !isDirectory(path)
    }

    /// Nil if there is no such file.
    package static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Stamp(
            size: Int64(status.st_size), modified: nanoseconds(status.st_mtim),
            changed: nanoseconds(status.st_ctim), inode: UInt64(status.st_ino))
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        // A time after 2262 has no number of its own; what counts is whether it changes.
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// Bytes that this user can still write to the file system of a directory; nil if it does not say.
    static func freeSpace(at directory: String) -> Int64? {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        return Int64(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize)
        ).partialValue
    }

    /// The whole file.
    package static func read(_ path: String, atMost limit: Int = largest) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be read", path) }
        defer { close(descriptor) }
        return try read(descriptor, named: path, atMost: limit)
    }

    /// All that is left to read of a descriptor.
    package static func read(
        _ descriptor: Int32, named path: String, atMost limit: Int = largest
    ) throws -> [UInt8] {
        var status = stat()
        var bytes: [UInt8] = []
        if fstat(descriptor, &status) == 0, status.st_size > 0 {
            guard status.st_size <= limit else { throw tooLarge(path, limit) }
            bytes.reserveCapacity(Int(status.st_size) + 1)
        }
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read", path) }
            guard count > 0 else { return bytes }
            bytes += block[..<count]
            guard bytes.count <= limit else { throw tooLarge(path, limit) }
        }
    }

    private static func tooLarge(_ path: String, _ limit: Int) -> QuestionError {
        QuestionError(.disk, file: path, reason: "is larger than \(limit >> 20) MiB")
    }

    /// No source, patch, profile or message of a tool comes near.
    package static let largest = 256 << 20

    /// Writes a file that nobody else reads yet.
    ///
    /// - Parameter isSynced: it is on the disk when this returns.
    package static func write(
        _ bytes: [UInt8], to path: String, isSynced: Bool = false
    ) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot be written", path) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, named: path)
        if isSynced, fdatasync(descriptor) != 0 { throw failure("cannot be written", path) }
    }

    package static func write(_ bytes: [UInt8], to descriptor: Int32, named path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(
                    descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure("cannot be written", path) }
                done += count
            }
        }
    }

    /// Gives a finished file or directory its name. A directory that already has the name is as good
    /// as ours, because the name says what is in it.
    package static func move(_ source: String, to target: String) throws {
        guard rename(source, target) != 0 else { return }
        if errno == EEXIST || errno == ENOTEMPTY { return }
        throw failure("cannot be written", target)
    }

    /// Marks an entry of the cache as used now.
    package static func touch(_ path: String) { utimes(path, nil) }

    /// Makes a directory and those above it.
    package static func makeDirectory(_ path: String) throws {
        if mkdir(path, 0o755) == 0 || (errno == EEXIST && isDirectory(path)) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("cannot be made", path)
        }
        try makeDirectory(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw failure("cannot be made", path)
        }
    }

    /// Removes a file, or a directory with everything in it; links are removed, not followed. What
    /// cannot be removed stays, without an error: only temporary files and old entries of the cache
    /// are removed.
    package static func remove(_ path: String) {
        guard type(of: path) == .directory else {
            unlink(path)
            return
        }
        for name in names(in: path) { remove(path + "/" + name) }
        rmdir(path)
    }

    /// The names in a directory, sorted; empty if there is none.
    package static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The regular files under a directory, relative to it, sorted. Links are left out: what they
    /// point at may lie anywhere.
    package static func files(under directory: String) -> [String] {
        var found: [String] = []
        collect(directory, prefix: "", into: &found)
        return found
    }

    private static func collect(_ directory: String, prefix: String, into found: inout [String]) {
        for name in names(in: directory) where !name.hasPrefix(".") {
            switch type(of: directory + "/" + name) {
            case .file: found.append(prefix + name)
            case .directory:
                collect(directory + "/" + name, prefix: prefix + name + "/", into: &found)
            default: break
            }
        }
    }

    private static func failure(_ what: String, _ path: String) -> QuestionError {
        QuestionError(.disk, file: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
