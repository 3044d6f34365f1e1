// SPDX-License-Identifier: GPL-2.0-only

// From a witness to the ways of staging it. The failing call has a number on the machine; a kernel
// that is booted counts otherwise, or not at all, so the call is named by what else tells it apart:
// how much was copied before it, how many blocks were free, which call of its function it is.

import Expectations
import Machine
import Slices
import Workers

extension CheckSession {
    /// The ways in which a booted kernel can make the run of a replay.
    ///
    /// - Throws: `NotStageable` with the reason if there is none.
    package func reproducer(of replay: Replay) throws -> Reproducer {
        let witness = replay.witness
        try witness.requireStageable()
        let variant = try build([replay.request])[0]
        let staging = Staging(witness, image: .file(variant.image), pool: pool)
        return Reproducer(witness: witness, ways: try staging.ways())
    }
}

private struct Staging {
    private let witness: Witness
    private let image: ImageReference
    private let pool: WorkerPool

    init(_ witness: Witness, image: ImageReference, pool: WorkerPool) {
        self.witness = witness
        self.image = image
        self.pool = pool
    }

    private var operations: [Machine.Operation] { witness.run.operations }

    func ways() throws -> [StagedWay] {
        guard let injection = witness.run.injections.first else {
            return [StagedWay(means: .none, run: witness.run, record: witness.record)]
        }
        guard let call = FailingCall(injection, in: witness.record, operations) else {
            throw NotStageable(witness, "the run never gets to the call that is to fail")
        }
        let ways = try ways(call).filter(showsTheSame)
        guard !ways.isEmpty else {
            throw NotStageable(witness, "none of the ways to make \(call.name) fail shows it")
        }
        return ways
    }

    /// A way that fails more than the witness does, or later, may break nothing.
    private func showsTheSame(_ way: StagedWay) -> Bool {
        way.record.findings.contains { finding in
            !StagedAspects(finding, in: way.record).isEmpty
                && witness.record.findings.contains { $0.expectation == finding.expectation }
        }
    }

    private func ways(_ call: FailingCall) throws -> [StagedWay] {
        let errno = Int(call.injection.error)
        switch call.point {
        case .userCopy: return try copies(call)
        case .blockAllocation where errno == -Errno.enospc:
            let means = StagedMeans.noSpace(free: call.blocksBefore)
            return [asIs(means)] + (try lasting(call, means, .blockAllocation).map { [$0] } ?? [])
        case .blockAllocation: throw refusal(call, "quotas of ext2 are not set up")
        case .directAccess:
            return [asIs(.call(call.function, nth: call.ofItsKind, returns: errno))]
        case .pteInsert:
            return try withoutMemory(
                call,
                [
                    .call("__vm_insert_mixed", nth: call.ofItsKind, returns: 1),
                    .call("vmf_insert_mixed_mkwrite", nth: call.ofItsKind, returns: 1),
                    .call("vmf_insert_mixed", nth: call.ofItsKind, returns: 1), .memory,
                ])
        case .allocation, .pageTable: return try withoutMemory(call, [.memory])
        case .zeroout:
            return [
                asIs(.call("blkdev_issue_zeroout", nth: call.ofItsKind, returns: errno)), asIs(.io),
            ]
        case .metadataRead:
            let reads = (1...8).map { StagedMeans.call("__bread_gfp", nth: $0, returns: 0) }
            let others = (1...4).map { StagedMeans.call("__bh_read", nth: $0, returns: errno) }
            return ([.io] + reads + others).map(asIs)
        case .metadataWrite, .flush: return [asIs(.io)]
        case .signal: return try signals(call)
        default: throw refusal(call, "no means of a kernel makes it fail")
        }
    }

    private func refusal(_ call: FailingCall, _ reason: String) -> NotStageable {
        NotStageable(
            witness,
            "\(call.name) fails with \(Errno.name(of: call.injection.error)), and \(reason)\n"
                + "  `faultline check --list-failing` names other failing runs")
    }

    private func asIs(_ means: StagedMeans) -> StagedWay {
        StagedWay(means: means, run: witness.run, record: witness.record)
    }

    private func record(_ run: Run) throws -> RunRecord? {
        let scenario = Scenario(
            name: witness.scenario, description: witness.words, geometry: run.geometry,
            operations: run.operations)
        let record = try pool.record([(image, scenario, run)])[0]
        return record.death == nil && !record.end.isHarnessError ? record : nil
    }

    // MARK: - What stays as it is

    /// The run in which every later call of a kind fails, too, for as long as there are any.
    ///
    /// - Parameter operation: in this one alone; nil for all.
    /// - Returns: nil where the first failure is the only one, or there is no end.
    private func lasting(
        _ call: FailingCall, _ means: StagedMeans, _ point: InjectionPoint,
        in operation: Int? = nil,
        first: Injection? = nil
    ) throws -> StagedWay? {
        var run = witness.run
        if let first { run.injections = [first] }
        let error = point == .userCopy ? Int32(-Errno.efault) : call.injection.error
        for _ in 0..<8 {
            guard let record = try record(run) else { return nil }
            let last = run.injections.map(\.nth).max() ?? 0
            let next = record.steps.first { step in
                step.kind == .point && step.task == Int(call.injection.task)
                    && step.arguments[1] == Int64(point.rawValue)
                    && step.arguments[0] > Int64(last)
                    && (operation == nil || step.operation == operation)
            }
            guard let next else {
                return run == witness.run ? nil : StagedWay(means: means, run: run, record: record)
            }
            run.injections.append(
                Injection(
                    task: call.injection.task, nth: UInt32(next.arguments[0]), error: error))
        }
        return nil
    }

    /// The user's memory ends behind some bytes. A kernel that copies words stops in front of the
    /// one that it cannot copy whole.
    private func copies(_ call: FailingCall) throws -> [StagedWay] {
        let operation = call.operation
        let before = call.copiedBefore
        let copied = max(0, Int(call.injection.error))
        func means(_ reach: Int) -> StagedMeans {
            .userCopy(operation: operation, reach: reach)
        }
        var ways = [asIs(means(before + copied))]
        ways +=
            try lasting(call, means(before + copied), .userCopy, in: operation).map { [$0] } ?? []
        guard operations[operation].kind == .write, copied > 0 else { return ways }
        let position = Int(operations[operation].position)
        for width in [4, 8] {
            let reach = before + copied + (width - (position + before + copied) % width) % width
            guard reach < Int(operations[operation].length) else { continue }
            let first = Injection(
                task: call.injection.task, nth: call.injection.nth, error: Int32(reach - before))
            ways +=
                try lasting(call, means(reach), .userCopy, in: operation, first: first)
                .map { [$0] } ?? []
        }
        return ways
    }

    // MARK: - What is made once more

    /// A fault that found no memory returns to the program, which makes it again at once.
    private func withoutMemory(_ call: FailingCall, _ means: [StagedMeans]) throws -> [StagedWay] {
        let operation = call.operation
        let record = witness.record
        let isRepeated =
            record.end == .finished && operations[operation].kind.isAccess
            && record.operations[operation].value == -Int64(Errno.enomem)
        guard isRepeated else { return means.map(asIs) }
        var run = witness.run
        run.operations.insert(operations[operation], at: operation + 1)
        guard let again = try self.record(run) else { return [] }
        return means.map {
            StagedWay(means: $0, run: run, record: again, repeated: operation)
        }
    }

    /// The signal is pending from the beginning of the extent in which it is looked at. It kills the
    /// process, so nothing comes behind that operation.
    private func signals(_ call: FailingCall) throws -> [StagedWay] {
        var run = witness.run
        run.operations = Array(operations[...call.operation])
        guard let record = try record(run) else { return [] }
        return [
            StagedWay(
                means: .signal("ext2_iomap_begin", nth: max(1, call.beginsBefore)), run: run,
                record: record, killed: call.operation)
        ]
    }
}

/// The call of a run that fails, and what came before it.
private struct FailingCall {
    let injection: Injection
    let point: InjectionPoint
    /// Of the kernel, or words.
    let function: String
    let operation: Int
    var name: String { function.contains(" ") ? function : function + "()" }
    /// Which call of its kind it is in the task, from 1.
    private(set) var ofItsKind = 0
    /// Bytes that its operation had copied.
    private(set) var copiedBefore = 0
    /// Blocks that were taken.
    private(set) var blocksBefore = 0
    /// Calls of `iomap_begin()` by the task, set-up left out.
    private(set) var beginsBefore = 0

    /// Nil if the run does not come to it.
    init?(_ injection: Injection, in record: RunRecord, _ operations: [Machine.Operation]) {
        func isCall(_ step: RunRecord.Step) -> Bool {
            step.kind == .point && step.task == Int(injection.task)
        }
        guard
            let index = record.steps.firstIndex(where: {
                isCall($0) && $0.arguments[0] == Int64(injection.nth)
            }),
            let point = InjectionPoint(
                rawValue: UInt32(truncatingIfNeeded: record.steps[index].arguments[1]))
        else { return nil }
        self.injection = injection
        self.point = point
        function = record.failedCalls.first { $0.injection == injection }?.call ?? ""
        operation = record.steps[index].operation
        for step in record.steps[...index] {
            let isOwn = step.task == Int(injection.task)
            switch step.kind {
            case .point where isOwn && step.arguments[1] == Int64(point.rawValue): ofItsKind += 1
            case .copy where isOwn && step.operation == operation:
                copiedBefore += Int(step.result)
            case .blockAllocate where step.result == 0: blocksBefore += Int(step.arguments[1])
            case .map
            where isOwn && operations.indices.contains(step.operation)
                && !operations[step.operation].isSetup:
                beginsBefore += 1
            default: break
            }
        }
    }
}
