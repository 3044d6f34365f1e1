// SPDX-License-Identifier: GPL-2.0-only

// Starts processes. swift-subprocess closes every descriptor that it does not know; a worker needs
// some of its parent's, so posix_spawn is called here.
//
// What must hold: the child has the descriptors that are listed and no others, as long as every
// descriptor of this process is closed on exec.

import CSandbox
import Glibc

/// A process to start, and what it is given.
package struct ChildProcess: Sendable {
    /// What stands behind a descriptor of the child.
    package enum Descriptor: Hashable, Sendable {
        /// An open descriptor of this process.
        case open(Int32)
        /// /dev/null, for writing.
        case discarded
    }

    /// A process that did not start.
    package struct StartError: Error, CustomStringConvertible {
        package let code: Int32

        package var description: String { String(cString: strerror(code)) }
    }

    /// A path.
    package var executable: String
    /// The program's own name first.
    package var arguments: [String]
    package var environment: [String: String]
    /// By the child's number. Standard input, output and error are inherited if they are not listed.
    package var descriptors: [Int32: Descriptor]
    /// Signals that are blocked in the child, beside those that the calling thread blocks.
    package var blockedSignals: [Int32]
    /// Whether the child is the first process of a group of its own: a signal to `-pid` then reaches
    /// it and all that it starts, and no signal from the terminal does.
    package var leadsProcessGroup: Bool

    package init(
        executable: String, arguments: [String],
        environment: [String: String] = Environment.current,
        descriptors: [Int32: Descriptor] = [:], blockedSignals: [Int32] = [],
        leadsProcessGroup: Bool = false
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.descriptors = descriptors
        self.blockedSignals = blockedSignals
        self.leadsProcessGroup = leadsProcessGroup
    }

    /// Starts the process. The caller waits for it.
    package func start() throws(StartError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Copied out of the way first: a descriptor could have the number that another one is to
        // get in the child.
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        let highest = descriptors.keys.max() ?? 2
        for (number, descriptor) in descriptors {
            switch descriptor {
            case .open(let source):
                let copy = fcntl(source, F_DUPFD_CLOEXEC, highest + 1)
                guard copy >= 0 else { throw StartError(code: errno) }
                copies.append(copy)
                posix_spawn_file_actions_adddup2(&actions, copy, number)
            case .discarded:
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_WRONLY, 0)
            }
        }
        var attributes = attributes()
        defer { posix_spawnattr_destroy(&attributes) }
        var child = pid_t()
        let code = withCStrings(arguments) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                posix_spawn(&child, executable, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw StartError(code: code) }
        return child
    }

    private func attributes() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var flags: Int32 = 0
        if !blockedSignals.isEmpty {
            var signals = sigset_t()
            pthread_sigmask(SIG_SETMASK, nil, &signals)
            for signal in blockedSignals { sigaddset(&signals, signal) }
            posix_spawnattr_setsigmask(&attributes, &signals)
            flags |= Int32(POSIX_SPAWN_SETSIGMASK)
        }
        if leadsProcessGroup {
            posix_spawnattr_setpgroup(&attributes, 0)
            flags |= Int32(POSIX_SPAWN_SETPGROUP)
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    /// Waits until a child has ended.
    ///
    /// - Returns: its status, as waitpid() gives it.
    package static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    /// Waits until a child has ended, and ends it if that takes longer than so many seconds.
    ///
    /// - Returns: its status, as waitpid() gives it; nil if it had to be ended.
    static func wait(for child: pid_t, atMost seconds: Int) -> Int32? {
        var status: Int32 = 0
        return sandbox_wait(child, Int32(seconds) * 1000, &status) == 0 ? status : nil
    }
}

/// Calls `body` with an array of C strings that NULL ends.
func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
) -> R {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
