// SPDX-License-Identifier: GPL-2.0-only

// The programs that are started. Those of the Swift toolchain come first, because they fit each other
// (an image of one LLVM is read by the same one); PATH is the fallback. Finding them starts no
// process: one process takes longer than all of a build in which nothing has changed.

/// The tools that build and read slices, as absolute paths.
package struct Toolchain: Hashable, Sendable {
    package let clang: String
    package let lld: String
    package let git: String
    /// Needed to name functions and lines in witnesses.
    package let symbolizer: String

    package init(clang: String, lld: String, git: String, symbolizer: String) {
        self.clang = clang
        self.lld = lld
        self.git = git
        self.symbolizer = symbolizer
    }

    /// Finds every tool: beside `swift` first, then in PATH, then in PATH with a version
    /// (`clang-21`).
    ///
    /// - Throws: `QuestionError` that names the first missing tool and the command that installs it.
    package static func find() throws -> Toolchain {
        try find(environment: Environment.current)
    }

    /// What the compiler says its version is, without the address of its sources; starts it once.
    package var compilerVersion: String? {
        guard var text = Toolchain.version(clang)?.prefix(while: { $0 != "(" }) else { return nil }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// One line of `doctor`.
    package struct InstalledTool: Hashable, Sendable {
        package var name: String
        /// Nil: not found.
        package var path: String?
        /// What the tool says its version is; nil if it is missing or does not run.
        package var version: String?
        /// What it is for.
        package var purpose: String
        /// The command that provides it on Debian and Ubuntu.
        package var remedy: String
    }

    /// llvm-objdump, which is asked only about code that looks like a system call.
    package var disassembler: String? {
        Toolchain.locate("llvm-objdump", in: Toolchain.searchPath(Environment.current))
    }

    /// Every tool with its version; starts each tool once.
    package static func inventory() -> [InstalledTool] {
        inventory(environment: Environment.current)
    }
}

/// A tool that is needed.
private struct RequiredTool {
    var name: String
    var purpose: String
    var remedy: String

    static let clang = RequiredTool(
        name: "clang", purpose: "compiles the slice of every variant",
        remedy: "install the Swift toolchain (swift.org/install), or: apt install clang")
    static let lld = RequiredTool(
        name: "ld.lld", purpose: "links the image of every variant",
        remedy: "install the Swift toolchain (swift.org/install), or: apt install lld")
    static let git = RequiredTool(
        name: "git", purpose: "reads patch mails and applies patches", remedy: "apt install git")
    static let symbolizer = RequiredTool(
        name: "llvm-symbolizer", purpose: "names functions and lines in witnesses",
        remedy: "install the Swift toolchain (swift.org/install), or: apt install llvm")

    static let all = [clang, lld, git, symbolizer]
}

extension Toolchain {
    package static func find(environment: [String: String]) throws -> Toolchain {
        let directories = searchPath(environment)
        func path(_ tool: RequiredTool) throws -> String {
            if let path = locate(tool.name, in: directories) { return path }
            throw QuestionError(
                .toolchain, reason: "\(tool.name) is not found; it \(tool.purpose)",
                notes: [tool.remedy])
        }
        return Toolchain(
            clang: try path(.clang), lld: try path(.lld), git: try path(.git),
            symbolizer: try path(.symbolizer))
    }

    package static func inventory(environment: [String: String]) -> [InstalledTool] {
        let directories = searchPath(environment)
        return RequiredTool.all.map { tool in
            let path = locate(tool.name, in: directories)
            return InstalledTool(
                name: tool.name, path: path, version: path.flatMap(version), purpose: tool.purpose,
                remedy: tool.remedy)
        }
    }

    /// The directory of the toolchain that `swift` belongs to, then PATH.
    private static func searchPath(_ environment: [String: String]) -> [String] {
        let path = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
            .split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        guard let swift = path.map({ $0 + "/swift" }).first(where: Disk.isExecutable),
            let real = realPath(swift)
        else { return path }
        return [directoryName(real)] + path
    }

    private static func locate(_ name: String, in directories: [String]) -> String? {
        for directory in directories where Disk.isExecutable("\(directory)/\(name)") {
            return "\(directory)/\(name)"
        }
        // Distributions install clang-19 beside clang or instead of it; the newest wins.
        for version in (14...40).reversed() {
            for directory in directories where Disk.isExecutable("\(directory)/\(name)-\(version)")
            {
                return "\(directory)/\(name)-\(version)"
            }
        }
        return nil
    }

    /// The first line of `--version` that has a digit: llvm-symbolizer begins with its name alone.
    private static func version(_ path: String) -> String? {
        guard let done = try? Command(executable: path, arguments: ["--version"]).run(),
            done.status == 0
        else { return nil }
        return String(anyBytes: done.output).split(separator: "\n")
            .first { $0.contains { $0.isNumber } }
            .map { $0.split(separator: " ").joined(separator: " ") }
    }
}
