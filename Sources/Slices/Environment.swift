// SPDX-License-Identifier: GPL-2.0-only

// What this room asks of the process it runs in, read once at the public entry points and handed
// down, so that tests can put anything in its place.

import Glibc

enum Environment {
    /// The environment variables.
    static var current: [String: String] {
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
    static var executable: String? { realPath("/proc/self/exe") }

    /// The current directory.
    static var directory: String? { realPath(".") }

    /// How many processors are online.
    static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
