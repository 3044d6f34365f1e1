// SPDX-License-Identifier: GPL-2.0-only

// Instructions that leave the machine: a system call, what opens the judge's memory or moves the C
// library's. Bytes that look like one are found in haste; a number in the code can look like that, too,
// so the disassembler has the last word.

import System

/// One instruction that kernel code here cannot have.
struct LeavingInstruction {
    var name: String
    var function: String
    var line: SourceLine?
    var isSystemCall: Bool

    /// How instructions begin that leave the machine: system calls, and those that a compiler has
    /// functions for, which open the judge's memory (wrpkru, xrstor) or move the C library's
    /// (wrfsbase).
    static func mayBegin(_ first: UInt8, _ second: UInt8, _ third: UInt8?) -> Bool {
        switch (first, second) {
        case (0x0f, 0x05), (0x0f, 0x34), (0xcd, 0x80): return true
        case (0x0f, 0x01): return third == 0xef
        case (0x0f, 0xae):
            // Which instruction it is stands in the middle of the third byte; fences have the same.
            guard let third else { return false }
            let isMemory = third >> 6 != 3
            return isMemory ? third >> 3 & 7 == 5 : [2, 3].contains(third >> 3 & 7)
        default: return false
        }
    }

    static let firstBytes: [UInt8] = [0x0f, 0xcd]

    /// The first of them in what the disassembler prints.
    static func first(in disassembly: String) -> LeavingInstruction? {
        var function = ""
        var line: SourceLine?
        for text in disassembly.split(separator: "\n") {
            if text.hasPrefix("<"), text.hasSuffix(">:") {
                function = String(text.dropFirst().dropLast(2))
                line = nil
            } else if text.hasPrefix("; ") {
                let parts = text.dropFirst(2).split(separator: ":")
                if parts.count == 2, let number = Int(parts[1]) {
                    let file = parts[0].hasPrefix("./") ? parts[0].dropFirst(2) : parts[0]
                    line = SourceLine(file: String(file), line: number)
                }
            } else {
                let words = text.split { $0 == " " || $0 == "\t" }
                guard let name = words.first.map(String.init) else { continue }
                let isCall =
                    name == "syscall" || name == "sysenter"
                    || (name == "int" && words.dropFirst().first == "$0x80")
                let opens = ["wrpkru", "xrstor", "wrfsbase", "wrgsbase"].contains {
                    name.hasPrefix($0)
                }
                if isCall || opens {
                    return LeavingInstruction(
                        name: name, function: function, line: line, isSystemCall: isCall)
                }
            }
        }
        return nil
    }
}
