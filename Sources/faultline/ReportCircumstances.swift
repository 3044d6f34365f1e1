// SPDX-License-Identifier: GPL-2.0-only

// Where this command runs and what it was asked, for forms of a report that are read elsewhere.

import Glibc
import Reporting
import System

extension ReportContext {
    /// The circumstances of this process. Starts the compiler and git, to ask them who they are.
    static func here() throws -> ReportContext {
        let toolchain = try Toolchain.find()
        var system = utsname()
        uname(&system)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return ReportContext(
            arguments: Array(CommandLine.arguments.dropFirst()),
            version: Faultline.configuration.version,
            compiler: toolchain.compilerVersion ?? "clang, of an unknown version",
            host: "\(text(system.sysname)) \(text(system.release)) \(text(system.machine)), "
                + "\(processors) processor\(processors == 1 ? "" : "s")",
            tester: GitIdentity.find(toolchain))
    }
}
