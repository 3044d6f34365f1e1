// SPDX-License-Identifier: GPL-2.0-only

// Bugs that kernels have had for years are described in FINDINGS.md. Here each has a name, and the
// shape of its failures. A tree without patches would fail for them each time, so there a run with
// such a shape is counted apart: it is shown beside the verdict, and fails it only with --count-known.
//
// A shape excuses no patch. Beside a baseline a finding is only the name of what the baseline shows
// in the same scenario with the same failing call (`FailureComparison`); all else counts.
//
// A finding must check the filesystem, the operation and what happened in it, so that the same
// expectation broken in any other way still fails. The embedded slice has three of them, 12, 13
// and 27, for it does as kernels do there; each of the others is a seeded bug that must be caught.
// Deadlocks, held locks and warnings always fail, except one deadlock (12), a wait for what does not
// come (20), the warnings about one block in two pages (2, 6), the one about a page that is mapped
// still (17), the one about a pin that was not seen (19), the one about a copy that goes too far (28)
// those about a range that is taken while it is free (34), the one about a store to a range that may
// only be read (35), and the one about a huge entry where there is a page table (37).

import Machine

/// A known bug of released kernels.
public struct KnownFinding: Sendable {
    /// The number of its section in FINDINGS.md.
    public let number: Int
    /// The bug as a phrase.
    public let title: String
    /// The expectation that it breaks.
    public let expectation: ExpectationSet
    /// Interfaces that came with the bug: a tree without them does not have it.
    public let interfaces: KernelInterfaces
    /// The embedded slice has it, too.
    public let isOfSlice: Bool
    /// Whether a failure of that expectation is this bug.
    let shows: @Sendable (borrowing RunFacts, RuleFailure) -> Bool

    init(
        number: Int, title: String, breaks rule: any Rule.Type, interfaces: KernelInterfaces = [],
        isOfSlice: Bool = false,
        shows: @escaping @Sendable (borrowing RunFacts, RuleFailure) -> Bool
    ) {
        self.number = number
        self.title = title
        expectation = ExpectationSet(rule)
        self.interfaces = interfaces
        self.isOfSlice = isOfSlice
        self.shows = shows
    }
}

/// The table of known findings, and the search in it.
public enum Findings {
    /// A fault locks its entry before it asks the filesystem.
    static let entryFirst = 12

    public static let all: [KnownFinding] = [
        KnownFinding(
            number: 1, title: "a short write() past EOF loses what it wrote",
            breaks: DataIntact.self, shows: losesShortWrite),
        KnownFinding(
            number: 2, title: "truncation frees blocks behind an indirect block it cannot read",
            breaks: DataIntact.self, shows: truncatesUnreadable),
        KnownFinding(
            number: 2, title: "a block that truncation freed by mistake is mapped twice",
            breaks: NoWarning.self, shows: warnsOfFreedBlock),
        KnownFinding(
            number: 3, title: "new blocks leak when zeroing them fails",
            breaks: NoLeak.self, shows: leaksUnzeroed),
        KnownFinding(
            number: 5, title: "read() of a hole into memory that faults returns 0",
            breaks: ErrorKept.self, shows: readsHoleShort),
        KnownFinding(
            number: 6, title: "an entry stays for storage that a failing fault has given back",
            breaks: DataIntact.self, shows: keepsStaleEntry),
        KnownFinding(
            number: 6, title: "storage that an entry still stands for is entered once more",
            breaks: NoWarning.self, shows: warnsOfStaleEntry),
        KnownFinding(
            number: 6, title: "a store to a page whose entry stands for other storage is refused",
            breaks: FaultCode.self, interfaces: .pageReferences, shows: refusesStaleStore),
        KnownFinding(
            number: 6, title: "... and iomap_end is told that nothing was written",
            breaks: WrittenTruthful.self, interfaces: .pageReferences, shows: refusesStaleStore),
        KnownFinding(
            number: 7, title: "write() to part of a bad page returns -EFAULT",
            breaks: ErrorKept.self, interfaces: .recoveryWrite, shows: refusesRecovery),
        KnownFinding(
            number: 8, title: "a 2 MiB fault that loses a race leaks a node of the XArray",
            breaks: NoLeak.self, interfaces: .xarray, shows: leaksNode),
        KnownFinding(
            number: entryFirst, title: "a fault locks its entry before it asks the filesystem",
            breaks: NoDeadlock.self, isOfSlice: true, shows: locksEntryFirst),
        KnownFinding(
            number: 13, title: "truncation into 2 MiB forgets that the rest of them is dirty",
            breaks: DataIntact.self, isOfSlice: true, shows: forgetsDirtyRest),
        KnownFinding(
            number: 13, title: "what was stored to the rest of them is not flushed",
            breaks: Durability.self, isOfSlice: true, shows: forgetsStoresInRest),
        KnownFinding(
            number: 14, title: "fsync() of 2 MiB leaves pages of it that are mapped alone writable",
            breaks: DataIntact.self, shows: leavesPagesWritable),
        KnownFinding(
            number: 14, title: "fsync() of 2 MiB leaves pages of it that are mapped alone writable",
            breaks: Durability.self, shows: forgetsStoresInWritablePages),
        KnownFinding(
            number: 15, title: "a page of zeroes stays over a block that a failing fault got",
            breaks: DataIntact.self, shows: keepsZeroPage),
        KnownFinding(
            number: 16, title: "fsync() skips a dirty entry that is locked",
            breaks: Durability.self, interfaces: .xarray, shows: skipsLockedEntry),
        KnownFinding(
            number: 17, title: "a write() to a hole drops the entry of a page that is mapped still",
            breaks: NoWarning.self, interfaces: .pageReferences, shows: warnsOfMappedFolio),
        KnownFinding(
            number: 18, title: "a truncation elsewhere in the file makes fsync() forget a store",
            breaks: Durability.self, interfaces: .pageReferences, shows: forgetsStoresInFront),
        KnownFinding(
            number: 19, title: "truncation does not see the pin of a page whose entry is locked",
            breaks: NoWarning.self, interfaces: .xarray, shows: missesPin),
        KnownFinding(
            number: 20, title: "truncation waits for a page that was mapped again during the wait",
            breaks: NoDeadlock.self, interfaces: .pageReferences, shows: waitsForMapping),
        KnownFinding(
            number: 21, title: "fsync() does not wait for what another fsync() is about to flush",
            breaks: Durability.self, interfaces: .xarray, shows: missesMark),
        KnownFinding(
            number: 22, title: "what is copied of shared blocks stays in the caches",
            breaks: Durability.self, interfaces: .mem2blk, shows: leavesCopyInCache),
        KnownFinding(
            number: 23, title: "a 2 MiB store that cannot copy shared blocks counts as done",
            breaks: WrittenTruthful.self, interfaces: .mem2blk, shows: commitsFailedCopy),
        KnownFinding(
            number: 23, title: "... and the filesystem keeps a copy that holds nothing",
            breaks: DataIntact.self, interfaces: .mem2blk, shows: losesFailedCopy),
        KnownFinding(
            number: 24, title: "a load marks its entry dirty", breaks: TimesMarked.self,
            interfaces: .iomapIter, shows: dirtiesOnLoad),
        KnownFinding(
            number: 25, title: "ext2 takes a store to a private copy for one to the file",
            breaks: TimesMarked.self, shows: takesCopyForStore),
        KnownFinding(
            number: 26, title: "a 2 MiB fault that gets no page table counts as done",
            breaks: WrittenTruthful.self, shows: commitsWithoutPageTable),
        KnownFinding(
            number: 27, title: "truncate() of a synchronous file forgets that writing failed",
            breaks: ErrorKept.self, isOfSlice: true, shows: forgetsSynchronousError),
        KnownFinding(
            number: 28, title: "a copy of shared blocks goes behind what the device has mapped",
            breaks: NoWarning.self, interfaces: .mem2blk, shows: copiesUnmapped),
        KnownFinding(
            number: 29, title: "a comparison of two ranges does not end what it has begun",
            breaks: BeginEndBalanced.self, interfaces: .mem2blk, shows: leavesComparisonOpen),
        KnownFinding(
            number: 29, title: "... and what the filesystem had reserved for it is lost",
            breaks: NoLeak.self, interfaces: .mem2blk, shows: leaksReservationOfComparison),
        KnownFinding(
            number: 30, title: "a comparison that cannot reach the storage returns 1",
            breaks: ErrorKept.self, interfaces: .mem2blk, shows: losesErrorOfComparison),
        KnownFinding(
            number: 31, title: "unwritten blocks are compared by what they held before",
            breaks: DataIntact.self, interfaces: .mem2blk, shows: comparesUnwritten),
        KnownFinding(
            number: 36, title: "a copy for a store through MAP_SYNC stays in the caches",
            breaks: Durability.self, interfaces: .mem2blk, shows: leavesSynchronousCopy),
        KnownFinding(
            number: 39, title: "a short write() to a copy shows what the device held behind it",
            breaks: DataIntact.self, interfaces: .mem2blk, shows: showsRestOfCopy),
        KnownFinding(
            number: 38, title: "a write() to a copy that fails forgets what was stored before",
            breaks: Durability.self, interfaces: .mem2blk, shows: forgetsStoresUnderCopy),
        KnownFinding(
            number: 37, title: "a 2 MiB store through MAP_SYNC finds a page mapped meanwhile",
            breaks: NoWarning.self, shows: entersOverPageTable),
        KnownFinding(
            number: 34, title: "who waits for a pin takes a range that is free already",
            breaks: NoWarning.self, shows: takesFreeRange),
        KnownFinding(
            number: 34, title: "... which is lost, or counted twice",
            breaks: NoLeak.self, shows: takesFreeRange),
        KnownFinding(
            number: 35, title: "a store maps a page of a range that may only be read",
            breaks: NoWarning.self, shows: storesToReadRange),
    ]

    /// The finding that a failure is, as an index into `all`; nil: none.
    static func index(
        of failure: RuleFailure, breaking expectation: ExpectationSet,
        _ facts: borrowing RunFacts
    ) -> Int? {
        let interfaces = facts.quirks.interfaces
        let isSlice = !facts.quirks.isReleased
        for index in all.indices where all[index].expectation == expectation {
            let finding = all[index]
            if isSlice && !finding.isOfSlice { continue }
            if interfaces.isSuperset(of: finding.interfaces), finding.shows(facts, failure) {
                return index
            }
        }
        return nil
    }
}
