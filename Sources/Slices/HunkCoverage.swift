// SPDX-License-Identifier: GPL-2.0-only

// Which lines of the patches ran. clang counts regions, and every line within a region has its
// count, comments included; so the text decides which lines count at all, and the counts which of
// them ran. A line that no region covers (a declaration, a struct's member) cannot run and is not
// missed.

/// Which of the lines that the patches added ran.
public struct HunkCoverage: Hashable, Codable, Sendable {
    /// The added lines that hold code; comments, blank lines and lone braces do not count.
    public var addedLines: Int
    /// How many of them ran.
    public var executed: Int
    /// Those that did not, ascending.
    public var missed: [SourceLine]

    enum CodingKeys: String, CodingKey {
        case addedLines = "added_lines"
        case executed, missed
    }

    public init(addedLines: Int, executed: Int, missed: [SourceLine]) {
        self.addedLines = addedLines
        self.executed = executed
        self.missed = missed
    }

    /// Reads the profiles that the variant's workers wrote (`KernelImage.writeProfile(to:)`).
    /// Starts two processes; none if the variant's patches add nothing.
    ///
    /// - Throws: `SliceError` if a profile is missing or does not belong to the image.
    public static func measure(
        _ variant: Variant, profiles: [String], toolchain: Toolchain, cache: BuildCache
    ) throws -> HunkCoverage {
        let code = try codeLines(of: variant)
        guard !code.isEmpty else { return HunkCoverage(addedLines: 0, executed: 0, missed: []) }
        guard !profiles.isEmpty else {
            throw SliceError(.toolchain, file: variant.image, reason: "no profile was written")
        }
        let counts = try cache.withTemporaryDirectory { directory in
            let list = directory + "/profiles"
            let merged = directory + "/merged"
            try Disk.write(Array(profiles.joined(separator: "\n").utf8), to: list)
            _ = try output(
                of: toolchain.llvmProfdata, ["merge", "-sparse", "-f", list, "-o", merged])
            return LineCounts(
                lcov: try output(
                    of: toolchain.llvmCov,
                    ["export", "-format=lcov", "-instr-profile", merged, variant.image]))
        }
        let counted = code.filter { counts[$0] != nil }
        let missed = counted.filter { counts[$0] == 0 }
        return HunkCoverage(
            addedLines: counted.count, executed: counted.count - missed.count, missed: missed)
    }

    /// The added lines that hold more than comments and punctuation.
    private static func codeLines(of variant: Variant) throws -> [SourceLine] {
        var found: [SourceLine] = []
        for file in Set(variant.addedLines.map(\.file)).sorted() {
            let path = variant.sources + "/" + file
            guard file.hasSuffix(".c") || file.hasSuffix(".h") else { continue }
            let code = SourceText.linesWithCode(in: try Disk.read(path))
            found += variant.addedLines.filter { $0.file == file && code.contains($0.line) }
        }
        return found
    }

    private static func output(of tool: String, _ arguments: [String]) throws -> [UInt8] {
        let done = try Command(executable: tool, arguments: arguments).run()
        guard done.status == 0 else {
            let first = done.words.split(separator: "\n").first.map(String.init)
            throw SliceError(
                .toolchain, file: tool, reason: first ?? "failed", output: done.words)
        }
        return done.output
    }
}

/// How often each line ran, as an lcov trace file has it.
struct LineCounts {
    private var counts: [SourceLine: Int] = [:]

    init(lcov bytes: [UInt8]) {
        var file = ""
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "SF:") {
                file = Symbolizer.treePath(String(anyBytes: line.dropFirst(3)))
            } else if line.starts(with: "DA:") {
                let numbers = String(anyBytes: line.dropFirst(3)).split(separator: ",")
                guard numbers.count >= 2, let number = Int(numbers[0]), let count = Int(numbers[1])
                else { continue }
                counts[SourceLine(file: file, line: number), default: 0] += count
            }
        }
    }

    /// Nil: no code at this line.
    subscript(place: SourceLine) -> Int? { counts[place] }
}

/// C source, as far as it matters which of its lines are code.
enum SourceText {
    /// The lines, from 1, that have a letter or a digit outside of comments and are no
    /// preprocessor directive.
    static func linesWithCode(in bytes: [UInt8]) -> Set<Int> {
        enum Context {
            case code, lineComment, blockComment, directive
            case string(end: UInt8)
        }
        var lines: Set<Int> = []
        var context = Context.code
        var number = 1
        var isFirst = true  // nothing but blanks in this line so far
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if byte == UInt8(ascii: "\n") {
                let isContinued = index > 0 && bytes[index - 1] == UInt8(ascii: "\\")
                if case .blockComment = context {} else if !isContinued { context = .code }
                number += 1
                isFirst = true
                index += 1
                continue
            }
            switch context {
            case .code:
                if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                    context = .blockComment
                    index += 1
                } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
                    context = .lineComment
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    context = .string(end: byte)
                    lines.insert(number)
                } else if byte == UInt8(ascii: "#"), isFirst {
                    context = .directive
                } else if byte.isWordCharacter {
                    lines.insert(number)
                }
            case .blockComment:
                if byte == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                    context = .code
                    index += 1
                }
            case .string(let end):
                if byte == UInt8(ascii: "\\") {
                    index += next == UInt8(ascii: "\n") ? 0 : 1
                } else if byte == end {
                    context = .code
                }
            case .lineComment, .directive:
                break
            }
            if !byte.isBlank { isFirst = false }
            index += 1
        }
        return lines
    }
}

extension UInt8 {
    fileprivate var isWordCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
