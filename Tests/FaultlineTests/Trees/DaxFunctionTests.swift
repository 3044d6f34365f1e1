// SPDX-License-Identifier: GPL-2.0-only

// Which functions of fs/dax.c the scenarios of `check` run. Those that none of them runs are listed
// here, each with the reason: a function that is new in a tree, or that no scenario reaches any more,
// is told.

import Expectations
import Foundation
import Machine
import System
import Testing
import VariantTesting

@testable import Exploration
@testable import Slices

@Suite struct DaxFunctionTests {
    /// Functions that no scenario runs, and why.
    static let notRun: [KernelTree: [String: String]] = {
        let comparison = [
            "dax_range_compare_iter": "it compares two ranges, the second within the first's begin "
                + "and end; the contract is judged for one at a time",
            "dax_dedupe_file_range_compare": "it calls dax_range_compare_iter()",
            "dax_remap_file_range_prep":
                "it calls dax_dedupe_file_range_compare() and nothing else",
        ]
        let references = [
            "dax_folio_make_shared":
                "a page that two files have entered: the other file is no inode "
                + "here",
            "dax_layout_busy_page":
                "dax_layout_busy_page_range() of a whole file, for fuse; what it "
                + "calls runs",
            "dax_delete_mapping_entry": "truncation meets no entry: dax_break_layout() was there "
                + "first",
        ]
        return [.v612: comparison, .v72: comparison.merging(references) { one, _ in one }]
    }()

    @Test(arguments: KernelTree.there.filter { DaxFunctionTests.notRun[$0] != nil })
    func everyFunctionRunsOrIsListed(_ tree: KernelTree) throws {
        let variants = try Variants()
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        let variant = try variants.builder.build([
            BuildRequest(name: "base", tree: kernel, patches: [])
        ])[0].get()
        let image = try KernelImage(contentsOf: variant.image)
        // One run of each is enough to enter a function; what waits for another task needs both.
        for scenario in Catalogue.scenarios
        where scenario.geometry.filesystem == .strict && image.supports(scenario) {
            image.run(scenario.run()) { _ in }
        }
        for scenario in ScenarioIndex.races
        where scenario.geometry.filesystem == .strict && image.supports(scenario) {
            for seed in 0..<10 {
                image.run(scenario.run(schedule: Schedule(policy: .random, seed: UInt64(seed)))) {
                    _ in
                }
            }
        }
        let missed = try Self.functionsNotRun(of: variant, image)
        #expect(missed == Set(Self.notRun[tree]!.keys))
        try tree.noteTested()
    }

    /// The names of the functions of fs/dax.c whose body never ran.
    private static func functionsNotRun(of variant: Variant, _ image: KernelImage) throws -> Set<
        String
    > {
        let map = try #require(CoverageMap(image: try Disk.read(variant.image)))
        let text = String(decoding: try Disk.read(variant.sources + "/fs/dax.c"), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var missed: Set<String> = []
        var count = 0
        for function in map.functions {
            guard let body = function.first, body.file == "fs/dax.c" else { continue }
            count += 1
            let places = Array(body.sum.keys)
            var counts = [UInt64](repeating: 0, count: places.count)
            image.readProfileCounters(places, into: &counts)
            let runs = zip(places, counts).reduce(0) { $0 + Int($1.1) * body.sum[$1.0]! }
            if runs == 0 { missed.insert(name(of: body.start.line, lines)) }
        }
        #expect(count > 60, "\(count) functions: the map is not that of fs/dax.c")
        return missed
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
