// SPDX-License-Identifier: GPL-2.0-only

// The sandbox, as callers of it see it. Two kinds of processes meet what strangers wrote: workers, which
// run it, and tools, which read it. A worker knows from its job what it needs, and gives up the rest
// itself; a tool is started with the rest given up.
//
// What must hold: a layer that this kernel has is on. A layer that it lacks is left out, and
// `doctor` says so; any other error ends the process instead.

import CSandbox
import Glibc

/// What keeps code of strangers in its process.
package enum Sandbox {
    /// One way in which the kernel holds a process.
    package enum Layer: CaseIterable, Sendable {
        /// Landlock.
        case files
        /// seccomp.
        case calls
        /// Memory protection keys. They hold code under test, and not what reads its text.
        case memory
    }

    /// A layer that failed; never one that this kernel lacks.
    package struct LayerError: Error, CustomStringConvertible {
        package let description: String
    }

    /// The user wants none, to debug a worker or to measure what it costs.
    package static var isOff: Bool {
        getenv("FAULTLINE_SANDBOX").map { String(cString: $0) } == "off"
    }

    /// The version of Landlock that this kernel offers; 0 without it.
    package static var landlockVersion: Int { Int(sandbox_landlock_abi()) }

    /// What this kernel has, and the user has not turned off.
    package static var layers: Set<Layer> {
        guard !isOff else { return [] }
        var layers: Set<Layer> = []
        if landlockVersion > 0 { layers.insert(.files) }
        if sandbox_has_seccomp() != 0 { layers.insert(.calls) }
        if sandbox_has_keys() != 0 { layers.insert(.memory) }
        return layers
    }

    /// What a process is started with that is to keep its memory from code under test: the machine
    /// looks for the first, and the C library, for the second, has nothing for the kernel to write to
    /// while nobody may.
    package static let wall = [
        "FAULTLINE_WALL": "keys", "GLIBC_TUNABLES": "glibc.pthread.rseq=0",
    ]

    // MARK: - A worker, from inside

    /// Takes from this thread, and from those that it starts, all files but those that are named,
    /// the network and other processes; takes from the process what it could fill.
    ///
    /// - Parameter files: may be read.
    package static func restrict(toReading files: [String]) throws(LayerError) {
        try require(sandbox_no_privileges(), "privileges")
        try require(sandbox_limit_worker(), "limits")
        try require(withFiles(readable: files) { files in sandbox_files(files) }, "Landlock")
    }

    /// Leaves this process the system calls that loading an image needs.
    ///
    /// - Parameter messages: the one descriptor that may be written, besides standard error.
    package static func filterForLoading(messages: Int32) throws(LayerError) {
        try require(sandbox_filter_worker(SANDBOX_LOADING, messages), "seccomp")
    }

    /// Leaves this process the system calls that runs need; no file can be opened any more.
    package static func filterForRunning(messages: Int32) throws(LayerError) {
        try require(sandbox_filter_worker(SANDBOX_RUNNING, messages), "seccomp")
    }

    private static func require(_ code: Int32, _ what: String) throws(LayerError) {
        guard code != 0, code != -EOPNOTSUPP else { return }
        throw LayerError(
            description:
                "the sandbox cannot be set up: \(what): \(String(cString: strerror(-code)))"
        )
    }

    // MARK: - A tool, from outside

    /// What a tool is left.
    package struct Confinement: Hashable, Sendable {
        /// Files, or directories with all in them.
        package var readable: [String]
        /// The same. May be read as well.
        package var writable: [String]
        /// Seconds of processor time.
        package var processorSeconds = 30

        package init(readable: [String] = [], writable: [String] = []) {
            self.readable = readable
            self.writable = writable
        }

        /// Bytes of addresses.
        package var memory: UInt = 2 << 30
        /// Bytes of one file.
        package var fileSize: UInt = 512 << 20

        /// What every program needs to start, and where its like are.
        fileprivate static let system = [
            "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/include",
            "/usr/local/include", "/usr/local/lib", "/etc/ld.so.cache",
        ]
    }

    /// Starts a tool in a sandbox. It ends with the calling thread, which has to wait for it.
    ///
    /// - Parameter descriptors: its standard ones, in order.
    static func start(
        _ executable: String, _ arguments: [String], environment: [String: String],
        descriptors: (Int32, Int32, Int32), in confinement: Confinement
    ) throws(ChildProcess.StartError) -> pid_t {
        let programFiles = Confinement.system + files(of: executable)
        // Under the name that it was called by: ld.lld is one of several that lld has.
        let result = withCStrings([executable] + arguments) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                withFiles(
                    readable: confinement.readable, executable: programFiles,
                    writable: confinement.writable + ["/dev/null"]
                ) { files in
                    var tool = sandbox_tool()
                    tool.path = UnsafePointer(arguments[0])
                    return arguments.withUnsafeBufferPointer { arguments in
                        environment.withUnsafeBufferPointer { environment in
                            tool.arguments = arguments.baseAddress
                            tool.environment = environment.baseAddress
                            tool.descriptors = descriptors
                            tool.files = files.pointee
                            tool.cpu_seconds = UInt(confinement.processorSeconds)
                            tool.memory = confinement.memory
                            tool.file_size = confinement.fileSize
                            return sandbox_start(&tool)
                        }
                    }
                }
            }
        }
        guard result > 0 else { throw ChildProcess.StartError(code: -result) }
        return result
    }

    /// A program, with the headers and libraries that a toolchain has beside its programs. A script
    /// starts others: all that are found by PATH.
    private static func files(of executable: String) -> [String] {
        let real = realPath(executable) ?? executable
        func surroundings(_ directory: String) -> [String] {
            let prefix = directoryName(directory)
            return ["\(prefix)/lib", "\(prefix)/lib64"]
        }
        var files = [real] + surroundings(directoryName(real))
        guard isScript(real) else { return files }
        let path = Environment.current["PATH"] ?? "/usr/bin:/bin"
        for entry in path.split(separator: ":").map(String.init) {
            guard let directory = realPath(entry) else { continue }
            files += [directory] + surroundings(directory)
        }
        return files
    }

    private static func isScript(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var start: [UInt8] = [0, 0]
        return read(descriptor, &start, 2) == 2 && start == Array("#!".utf8)
    }

    private static func withFiles<R>(
        readable: [String] = [], executable: [String] = [], writable: [String] = [],
        _ body: (UnsafePointer<sandbox_files>) -> R
    ) -> R {
        func pointers(_ strings: [UnsafeMutablePointer<CChar>?]) -> [UnsafePointer<CChar>?] {
            strings.map { UnsafePointer($0) }
        }
        return withCStrings(readable) { readable in
            withCStrings(executable) { executable in
                withCStrings(writable) { writable in
                    pointers(readable).withUnsafeBufferPointer { readable in
                        pointers(executable).withUnsafeBufferPointer { executable in
                            pointers(writable).withUnsafeBufferPointer { writable in
                                var files = sandbox_files(
                                    readable: readable.baseAddress,
                                    executable: executable.baseAddress,
                                    writable: writable.baseAddress)
                                return body(&files)
                            }
                        }
                    }
                }
            }
        }
    }
}
