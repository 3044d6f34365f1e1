// SPDX-License-Identifier: GPL-2.0-only

// What a kernel's code refers to and nobody provides. The linker's list of undefined symbols is
// complete, because it has dropped what nothing reaches. Each of them becomes a trap: a page without
// access, and its name where the machine finds it (machine/host.c), so that a call ends the run with
// that name.

/// A reference to a symbol that no object defines.
struct UndefinedReference: Hashable, Sendable {
    var symbol: String
    /// The function that refers to it; empty if the linker does not say.
    var caller: String
    var file: String
    /// 0 if the linker does not say.
    var line: Int

    /// Those that a failed link names, one for each location; nil if the link failed for another
    /// reason.
    ///
    /// - Parameter origins: the source of each object.
    static func all(in messages: String, origins: [String: String]) -> [UndefinedReference]? {
        var found: [UndefinedReference] = []
        var symbol: String?
        for line in messages.split(separator: "\n") {
            if let start = line.firstRange(of: "error: ") {
                let text = line[start.upperBound...]
                guard text.hasPrefix("undefined ") else { return nil }
                // "undefined hidden symbol: " as well.
                symbol = text.firstRange(of: "symbol: ").map { String(text[$0.upperBound...]) }
            } else if line.hasPrefix(">>> "), let symbol {
                let isNew = line.hasPrefix(">>> referenced ")
                // "referenced 12 more times" is left out.
                if isNew, !line.hasPrefix(">>> referenced by ") { continue }
                if isNew {
                    found.append(UndefinedReference(symbol: symbol, caller: "", file: "", line: 0))
                }
                guard !found.isEmpty else { return nil }
                let last = found.count - 1
                if isNew, let location = SourceLine(inLinkerMessage: line) {
                    (found[last].file, found[last].line) = (location.file, location.line)
                } else if let object = object(line) {
                    found[last].caller = object.function
                    if found[last].file.isEmpty { found[last].file = origins[object.path] ?? "" }
                }
            }
        }
        return found
    }

    /// `>>>   /cache/objects/x.o:(dax_iomap_rw)`, or with a section's name instead.
    private static func object(_ line: Substring) -> (path: String, function: String)? {
        guard let colon = line.ranges(of: ":(").last, line.hasSuffix(")"),
            let slash = line.firstIndex(of: "/")
        else { return nil }
        var name = line[colon.upperBound...].prefix { $0 != ")" && $0 != "+" }
        if name.hasPrefix(".text.") { name = name.dropFirst(".text.".count) }
        return (String(line[slash..<colon.lowerBound]), String(name))
    }

    /// The assembler source of the traps: pages and names in the same order.
    static func trapSource(_ symbols: [String]) -> String {
        var text = "\t.section fl_traps,\"aw\",@nobits\n\t.p2align 12\n"
        for symbol in symbols {
            text += "\t.globl \(symbol)\n\t.hidden \(symbol)\n\(symbol):\n\t.zero 4096\n"
        }
        text += "\t.section fl_trap_names,\"aR\",@progbits\n"
        for symbol in symbols { text += "\t.asciz \"\(symbol)\"\n" }
        return text + "\t.section .note.GNU-stack,\"\",@progbits\n"
    }

    /// For the cache, beside the image.
    static func record(_ references: [UndefinedReference]) -> String {
        references.map { "\($0.symbol)\t\($0.caller)\t\($0.file)\t\($0.line)\n" }.joined()
    }

    static func read(_ record: String) -> [UndefinedReference] {
        record.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 4, let number = Int(fields[3]) else { return nil }
            return UndefinedReference(
                symbol: String(fields[0]), caller: String(fields[1]), file: String(fields[2]),
                line: number)
        }
    }
}
