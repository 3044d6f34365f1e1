// SPDX-License-Identifier: GPL-2.0-only

// The facts of one run: views of its outcome, and what one pass over its events yields. It must not
// outlive the outcome. Its arrays belong to the judge's workspace and go back there, so that
// gathering allocates nothing once they have grown. Rules borrow the facts and cannot change them.

import Machine

/// Arrays that are reused from run to run.
struct Workspace {
    var faults: [FaultCall] = []
    var spans: [Span] = []
    var calls: [SyscallFacts] = []
    var hugePages: [HugePage] = []
    var model = FileModel()
}

/// A 2 MiB entry that is in the page tables.
struct HugePage {
    var vma: ObjectName
    var page: Int64
}

/// Everything that rules look at.
struct RunFacts: ~Copyable {
    let scenario: Scenario
    /// The right answers where kernel versions differ.
    let quirks: ImageQuirks
    let end: RunEnd
    let events: Records<Event>
    let results: Records<OperationResult>
    let seen: Records<DataRun>
    let blocks: Records<OwnedBlock>
    let contents: Records<DataRun>
    let mappings: Records<PageMapping>
    let slots: Records<IndexEntry>
    let leaks: Records<Leak>
    let held: Records<HeldLock>
    let waits: Records<BlockedTask>
    let stacks: Records<CallStack>
    let size: UInt64
    let freeBlocksBefore: Int
    let freeBlocks: Int

    /// Calls of fault handlers, in order.
    var faults: [FaultCall]
    /// Successful begins, in order.
    var spans: [Span]
    /// One for each operation.
    var calls: [SyscallFacts]
    var hugePages: [HugePage]
    /// What the file must be after the operations that returned.
    var model: FileModel
    /// Event index of an `iomap_end` without a begin; -1: none.
    var strayEnd = -1
    /// Event index of the first WARN or broken machine rule; -1: none.
    var firstWarning = -1
    /// A store through a shared mapping was made.
    var hasStore = false
    /// Event index of the first bytes that an fsync() left unflushed; -1: none.
    var leftByFsync = -1
    /// The same of the first bytes that are unflushed at the end.
    var leftAtEnd = -1
    /// Event index of the first begin or end that failed where nothing had failed before in its
    /// operation; -1: none.
    var refusal = -1
    /// Event index of the first thing that a load or a private copy must not do to the file; -1:
    /// none.
    var touch = -1
    /// Event index of the first copy of an operation that had seen a fatal signal; -1: none.
    var copyAfterSignal = -1
    /// Event index of the first begin that was made to answer nonsense; -1: none.
    var nonsense = -1
    /// A fault handler was called.
    var hasFault: Bool { !faults.isEmpty }
    /// The run finished, so the machine made the audit.
    var isAudited: Bool { end == .finished }

    init(
        _ outcome: borrowing Outcome, _ scenario: Scenario, _ quirks: ImageQuirks,
        _ workspace: inout Workspace
    ) {
        self.scenario = scenario
        self.quirks = quirks
        end = outcome.end
        events = outcome.events
        results = outcome.results
        seen = outcome.seen
        blocks = outcome.blocks
        contents = outcome.contents
        mappings = outcome.mappings
        slots = outcome.entries
        leaks = outcome.leaks
        held = outcome.held
        waits = outcome.waits
        stacks = outcome.stacks
        size = outcome.size
        freeBlocksBefore = Int(outcome.freeBlocksBefore)
        freeBlocks = Int(outcome.freeBlocks)
        faults = []
        spans = []
        calls = []
        hugePages = []
        model = FileModel()
        swap(&faults, &workspace.faults)
        swap(&spans, &workspace.spans)
        swap(&calls, &workspace.calls)
        swap(&hugePages, &workspace.hugePages)
        swap(&model, &workspace.model)
        gather()
        model.replay(scenario, results, calls)
    }

    consuming func returnBuffers(to workspace: inout Workspace) {
        swap(&faults, &workspace.faults)
        swap(&spans, &workspace.spans)
        swap(&calls, &workspace.calls)
        swap(&hugePages, &workspace.hugePages)
        swap(&model, &workspace.model)
    }
}
