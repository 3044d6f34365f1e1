// SPDX-License-Identifier: GPL-2.0-only

// What a patch breaks for those who have an option off that is on in each of our builds. Only the front
// end is run: a file that it does not get through with the patch, and does without, is told as a note. No
// verdict rests on it, because what is missing may be a stub of ours.

import System

/// A file that no longer compiles where an option is off.
struct BrokenConfiguration: Hashable, Sendable {
    /// As in Kconfig.
    var option: String
    /// Relative to the tree.
    var file: String
    var line: Int
    var message: String

    /// Options of the kernel that the slice's files ask for. `FL_WITHOUT_` and the name has stubs/slice.h
    /// leave one out.
    static let options = ["FS_DAX_PMD"]

    var sentence: String { "without CONFIG_\(option): \(file):\(line): \(message)" }

    /// What is wrong with a patched file where options that it asks for are off.
    ///
    /// - Parameter base: the same without the patch; nil if there is no such file.
    static func all(
        in unit: TranslationUnit, base: TranslationUnit?, toolchain: Toolchain
    ) throws -> [BrokenConfiguration] {
        let text = String(anyBytes: try Disk.read(unit.roots.path(of: unit.source)))
        return try options.filter { text.contains("CONFIG_\($0)") }.compactMap { option in
            let done = try unit.check(clang: toolchain.clang, without: option).run()
            guard done.status != 0,
                let (line, message) = unit.firstError(in: done.messages),
                try base.map({ try $0.check(clang: toolchain.clang, without: option).run() })?
                    .status ?? 0 == 0
            else { return nil }
            return BrokenConfiguration(
                option: option, file: line.file, line: line.line, message: message)
        }
    }

    // MARK: - In a record of the cache

    /// A line of text, without the line's end.
    var record: String { [option, file, "\(line)", message].joined(separator: "\t") }

    init(option: String, file: String, line: Int, message: String) {
        self.option = option
        self.file = file
        self.line = line
        self.message = message
    }

    /// Nil for what `record` cannot have written.
    init?(record: some StringProtocol) {
        let fields = record.split(separator: "\t", maxSplits: 3)
        guard fields.count == 4, let line = Int(fields[2]) else { return nil }
        self.init(
            option: String(fields[0]), file: String(fields[1]), line: line,
            message: String(fields[3]))
    }
}

extension TranslationUnit {
    /// The command that says whether the file compiles with an option off.
    fileprivate func check(clang: String, without option: String) -> Command {
        var unit = self
        // A function that nobody calls is an error in many a kernel's build.
        unit.flags += [
            "-DFL_WITHOUT_\(option)", "-Wno-everything", "-Werror=unused-function",
        ]
        return unit.check(clang: clang)
    }

    /// `fs/dax.c:1203:5: error: ...`
    fileprivate func firstError(in messages: String) -> (SourceLine, String)? {
        for line in roots.relative(messages).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
            guard parts.count == 5, let number = Int(parts[1]), parts[3].hasSuffix(" error") else {
                continue
            }
            return (
                SourceLine(file: normalizedPath(String(parts[0])), line: number),
                String(parts[4].drop { $0 == " " })
            )
        }
        return nil
    }
}
