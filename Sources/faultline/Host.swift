// SPDX-License-Identifier: GPL-2.0-only

import Glibc

/// The machine that this process runs on.
struct Host: CustomStringConvertible {
    let name: String
    let release: String
    let machine: String

    init() {
        var system = utsname()
        uname(&system)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        name = text(system.sysname)
        release = text(system.release)
        machine = text(system.machine)
    }

    /// "Linux 6.12.0 x86_64".
    var description: String { "\(name) \(release) \(machine)" }

    /// That are online.
    static var processors: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
}
