// SPDX-License-Identifier: GPL-2.0-only

// What the process was given: variables, executable, directory, processors. It is read where a
// command begins and handed on, so that tests can replace it.

import Glibc

/// The process that this is.
package enum Environment {
    /// The environment variables.
    package static var current: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }

    /// The running executable, symbolic links resolved.
    package static var executable: String? { realPath("/proc/self/exe") }

    /// The current directory.
    package static var directory: String? { realPath(".") }

    /// How many processors this process may use: a scheduler may have given it some of those that
    /// are online.
    package static var processors: Int {
        let status = String(anyBytes: (try? Disk.read("/proc/self/status")) ?? [])
        let label = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(label) }) else {
            return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        }
        // A mask in hexadecimal, with commas.
        let digits = line.dropFirst(label.count).compactMap(\.hexDigitValue)
        return max(1, digits.reduce(0) { $0 + $1.nonzeroBitCount })
    }
}
