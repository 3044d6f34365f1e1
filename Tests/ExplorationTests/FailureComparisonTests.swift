// SPDX-License-Identifier: GPL-2.0-only

// Which failures of two versions of the code are the same, on failures that are made up.

import Testing

@testable import Exploration

@Suite struct FailureComparisonTests {
    /// One failing call of one scenario.
    private struct Made {
        var kind = "self-deadlock on &ei->dax_sem in write-fault"
        var shownIn: String?
        var scenario = "ext2/1-byte/fresh"
        var point = "pteInsert"
        var error = "-ENOMEM"
        var caller: String? = "dax_insert_mapping"
        var operation = 0
        var nth = 4
        var finding: Int?
        var endsRun = false
        var callFails = true
        var isAdded = false
    }

    private static func shown(_ made: [Made]) -> ShownFailures {
        var shown = ShownFailures()
        for one in made {
            let way = shown.index(
                of: ShownFailures.Way(
                    signature: FailureSignature(
                        expectation: "no-self-deadlock", kind: one.kind),
                    function: one.shownIn, finding: one.finding, endsRun: one.endsRun))
            let calls = shown.index(
                of: !one.callFails
                    ? []
                    : [
                        ShownFailures.Call(
                            point: one.point, call: "vm_insert_mixed", error: one.error,
                            function: one.caller, task: 0, operation: one.operation, nth: one.nth,
                            isAdded: one.isAdded)
                    ])
            shown.add(
                ShownFailures.Case(
                    way: way, calls: calls, scenario: shown.index(ofScenario: one.scenario),
                    runs: 1))
        }
        return shown
    }

    private static func compare(
        _ before: [Made], _ after: [Made], known: (Set<String>, Set<String>) = ([], [])
    ) -> FailureComparison {
        FailureComparison(
            from: shown(before), to: shown(after),
            hasFunction: ({ known.0.contains($0) }, { known.1.contains($0) }))
    }

    @Test func theSameFailureIsNeitherNewNorGone() {
        let comparison = Self.compare([Made()], [Made()])
        #expect(comparison.isNew == [false])
        #expect(comparison.isGone == [false])
    }

    @Test func whatIsAnotherFailureIsNew() {
        let others = [
            Made(kind: "self-deadlock on &ei->dax_sem in read-fault"),
            Made(scenario: "ext2/2-pages/fresh"), Made(point: "allocation"),
            Made(error: "-EIO"), Made(caller: "dax_load_hole", nth: 5), Made(operation: 1),
        ]
        for other in others {
            let comparison = Self.compare([Made()], [Made(), other])
            #expect(comparison.isNew == [false, true], "\(other)")
        }
    }

    /// A patch that asks for memory and does without it, where the code before it deadlocks anyway.
    @Test func aCallOfThePatchIsNoMatterWhereTheScenarioFailsWithoutIt() {
        let plain = Made(callFails: false)
        let added = Made(point: "allocation", caller: "ext2_dax_fault", isAdded: true)
        #expect(Self.compare([plain], [plain, added]).isNew == [false, false])
        // Neither where it fails for that call alone, nor where the patch has mended the rest.
        #expect(Self.compare([], [added]).isNew == [true])
        #expect(Self.compare([plain], [added]).isNew == [true])
        // Nor in another way, in another scenario, or by a call that was there.
        var other = added
        other.kind = "self-deadlock on inode->i_rwsem in write-fault"
        #expect(Self.compare([plain], [plain, other]).isNew == [false, true])
        other = added
        other.scenario = "ext2/2-pages/fresh"
        #expect(Self.compare([plain], [plain, other]).isNew == [false, true])
        other = added
        other.isAdded = false
        #expect(Self.compare([plain], [plain, other]).isNew == [false, true])
    }

    @Test func aCallThatOthersPrecedeIsTheSame() {
        #expect(Self.compare([Made()], [Made(nth: 7)]).isNew == [false])
    }

    @Test func aCallThatHasMovedToAnotherFunctionIsTheSame() {
        #expect(Self.compare([Made()], [Made(caller: "dax_insert_pte")]).isNew == [false])
        #expect(Self.compare([Made()], [Made(caller: "dax_insert_pte", nth: 7)]).isNew == [true])
    }

    @Test func aWarningInAnotherFunctionIsNewUnlessThatFunctionIs() {
        let (here, there) = (Made(shownIn: "dax_iomap_fault"), Made(shownIn: "dax_load_hole"))
        let both: Set = ["dax_iomap_fault", "dax_load_hole"]
        #expect(Self.compare([here], [there], known: (both, both)).isNew == [true])
        #expect(
            Self.compare([here], [there], known: (["dax_iomap_fault"], both)).isNew == [false])
        #expect(
            Self.compare([here], [there], known: (both, ["dax_load_hole"])).isNew == [false])
    }

    @Test func whatIsNotShownAnyMoreIsGone() {
        let other = Made(scenario: "ext2/2-pages/fresh")
        let comparison = Self.compare([Made(), other], [Made()])
        #expect(comparison.isGone == [false, true])
        #expect(comparison.isNew == [false])
    }

    @Test func nothingIsGoneWhereSomethingNewComesFirst() {
        let other = Made(kind: "another")
        #expect(Self.compare([Made()], [other]).isGone == [false])
    }

    /// What is on record may have been there where the run ended before it came to it.
    @Test func aFindingIsHiddenByAFailureThatEndsItsRun() {
        let finding = Made(kind: "no dirty entry", finding: 13)
        let ends = Made(kind: "held: lock", endsRun: true)
        func isHidden(_ made: Made, by other: Made) -> Bool {
            let comparison = Self.compare([other], [made])
            #expect(comparison.isNew == [true])
            return comparison.isHidden == [true]
        }
        #expect(isHidden(finding, by: ends))
        #expect(isHidden(finding, by: Made(kind: "held: lock", endsRun: true, callFails: false)))
        #expect(!isHidden(finding, by: Made(kind: "held: lock")))
        #expect(!isHidden(finding, by: Made(kind: "held: lock", error: "-EIO", endsRun: true)))
        #expect(!isHidden(finding, by: Made(kind: "held: lock", scenario: "other", endsRun: true)))
        #expect(!isHidden(Made(kind: "no dirty entry"), by: ends))
        let without = Made(kind: "no dirty entry", finding: 13, callFails: false)
        #expect(!isHidden(without, by: ends))
    }

    @Test func aReportReadBackSaysTheSame() {
        let made = [
            Made(), Made(scenario: "ext2/2-pages/fresh"), Made(error: "-EIO", endsRun: true),
        ]
        var shown = Self.shown(made)
        shown.inversions = [["a", "b"]]
        let again = ShownFailures(
            shown.reported({ _ in nil }, inversions: shown.inversions.map { ($0, nil) }))
        let comparison = FailureComparison(from: shown, to: again, hasFunction: nil)
        #expect(again.cases.count == 3)
        #expect(again.ways[again.cases[2].way].endsRun)
        #expect(comparison.isNew == [false, false, false])
        #expect(comparison.isGone == [false, false, false])
        #expect(comparison.newInversions.isEmpty && comparison.goneInversions.isEmpty)
    }
}
