// SPDX-License-Identifier: GPL-2.0-only

// Where this command runs and what it was asked, for forms of a report that are read elsewhere.

import Reporting
import System

extension ReportContext {
    /// The circumstances of this process. Starts the compiler and git, to ask them who they are.
    static func here() throws -> ReportContext {
        let toolchain = try Toolchain.find()
        return ReportContext(
            arguments: Array(CommandLine.arguments.dropFirst()),
            version: Version.current(toolchain),
            compiler: toolchain.compilerVersion ?? "clang, of an unknown version",
            host: "\(Host()), \(Host.processors.of("processor"))",
            tester: GitIdentity.find(toolchain))
    }
}
