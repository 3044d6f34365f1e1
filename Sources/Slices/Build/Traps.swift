// SPDX-License-Identifier: GPL-2.0-only

// What a kernel's code calls and nobody provides. The linker's list of undefined symbols is
// complete, because it has dropped what nothing reaches; each of them gets a page without access,
// and its name where the machine finds it (machine/host.c), so that a call ends the run with that
// name instead of a guess.

struct Trap: Hashable, Sendable {
    var symbol: String
    /// The function that refers to it; empty if the linker does not say.
    var caller: String
    var file: String
    /// 0 if the linker does not say.
    var line: Int
}

enum Traps {
    /// The undefined symbols of a failed link, one for each place that refers to them; nil if
    /// something else is wrong.
    ///
    /// - Parameter origins: the source of each object.
    static func undefined(in messages: String, origins: [String: String]) -> [Trap]? {
        var traps: [Trap] = []
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
                if isNew { traps.append(Trap(symbol: symbol, caller: "", file: "", line: 0)) }
                guard !traps.isEmpty else { return nil }
                if isNew, let place = place(line) {
                    (traps[traps.count - 1].file, traps[traps.count - 1].line) = place
                } else if let object = object(line) {
                    traps[traps.count - 1].caller = object.function
                    if traps[traps.count - 1].file.isEmpty {
                        traps[traps.count - 1].file = origins[object.path] ?? ""
                    }
                }
            }
        }
        return traps
    }

    /// `dax.c:1203 (./fs/dax.c:1203)`.
    private static func place(_ text: Substring) -> (file: String, line: Int)? {
        guard let open = text.lastIndex(of: "("), text.hasSuffix(")") else { return nil }
        let place = text[text.index(after: open)...].dropLast()
        guard let colon = place.lastIndex(of: ":"),
            let line = Int(place[place.index(after: colon)...])
        else { return nil }
        return (Symbolizer.treePath(String(place[..<colon])), line)
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

    /// The assembler source of the trap object: pages and names in the same order.
    static func source(_ symbols: [String]) -> String {
        var text = "\t.section fl_traps,\"aw\",@nobits\n\t.p2align 12\n"
        for symbol in symbols {
            text += "\t.globl \(symbol)\n\t.hidden \(symbol)\n\(symbol):\n\t.zero 4096\n"
        }
        text += "\t.section fl_trap_names,\"aR\",@progbits\n"
        for symbol in symbols { text += "\t.asciz \"\(symbol)\"\n" }
        return text + "\t.section .note.GNU-stack,\"\",@progbits\n"
    }

    static func record(_ traps: [Trap]) -> String {
        traps.map { "\($0.symbol)\t\($0.caller)\t\($0.file)\t\($0.line)\n" }.joined()
    }

    static func read(_ record: String) -> [Trap] {
        record.split(separator: "\n").compactMap { line in
            let words = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard words.count == 4, let number = Int(words[3]) else { return nil }
            return Trap(
                symbol: String(words[0]), caller: String(words[1]), file: String(words[2]),
                line: number)
        }
    }
}
