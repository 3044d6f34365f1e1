// SPDX-License-Identifier: GPL-2.0-only

// Which functions of a file of a tree have run in an image that is loaded.

import Machine
import System
import Testing

@testable import Exploration
@testable import Slices

/// The functions of one file.
struct FunctionsOfFile {
    private(set) var count = 0
    /// Those whose body never ran. What nobody calls need not be linked, and is not here then.
    private(set) var notRun: Set<String> = []
    private(set) var run: Set<String> = []

    init(_ path: String, of variant: Variant, _ image: KernelImage) throws {
        let map = try #require(CoverageMap(image: try Disk.read(variant.image)))
        let text = String(decoding: try Disk.read(variant.sources + "/" + path), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for function in map.functions {
            guard let body = function.first, body.file == path else { continue }
            count += 1
            let places = Array(body.sum.keys)
            var counts = [UInt64](repeating: 0, count: places.count)
            image.readProfileCounters(places, into: &counts)
            let runs = zip(places, counts).reduce(0) { $0 + Int($1.1) * body.sum[$1.0]! }
            let name = Self.name(of: body.start.line, lines)
            if runs == 0 { notRun.insert(name) } else { run.insert(name) }
        }
    }

    /// The name of the function whose body begins in a line.
    private static func name(of line: Int, _ lines: [Substring]) -> String {
        var index = line - 1
        while index > 0, !(lines[index].first?.isLetter ?? false) || !lines[index].contains("(") {
            index -= 1
        }
        let head = lines[index].prefix { $0 != "(" }
        return String(head.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.last ?? "")
    }
}
