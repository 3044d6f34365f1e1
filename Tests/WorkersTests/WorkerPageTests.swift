// SPDX-License-Identifier: GPL-2.0-only

import Foundation
import Testing

@testable import Workers

@Suite struct WorkerPageTests {
    @Test func theParentReadsWhatTheWorkerNoted() throws {
        let parent = try WorkerPage()
        let worker = try WorkerPage(inherited: parent.descriptor, isCareful: false)
        worker[3] = 17
        worker.store([1, 2, 3], at: 5)
        worker.begin(at: 1 << 40, count: 9)
        #expect(parent.phase == .running && parent.position == 1 << 40 && parent.count == 9)
        #expect(parent[3] == 17 && parent.bytes(3, at: 5) == [1, 2, 3])
        let before = parent.pulse
        worker.enter(.judging)
        #expect(parent.phase == .judging && parent.pulse != before)
    }

    @Test func whatDoesNotFitOnThePageIsCutAndNotRead() throws {
        let page = try WorkerPage()
        let last = WorkerPage.wordCount - 1
        page.store(Array(repeating: 7, count: 100), at: last)
        #expect(page.bytes(8, at: last) == Array(repeating: 7, count: 8))
        #expect(page.bytes(9, at: last) == nil && page.bytes(-1, at: 0) == nil)
    }

    @Test func aPhaseThatNoWorkerWroteIsNone() throws {
        let page = try WorkerPage()
        let other = try WorkerPage(inherited: page.descriptor, isCareful: false)
        #expect(page.phase == .starting)
        other.enter(.finished)
        #expect(page.phase == .finished)
    }

    @Test func aRequestToStopReachesTheWorker() throws {
        let parent = try WorkerPage()
        let worker = try WorkerPage(inherited: parent.descriptor, isCareful: false)
        #expect(!worker.isStopRequested)
        parent.requestStop()
        #expect(worker.isStopRequested)
    }
}

@Suite struct LineBufferTests {
    @Test func linesComeOutWhole() {
        var buffer = LineBuffer()
        #expect(buffer.take(Array("one\ntw".utf8)) == [Data("one".utf8)])
        #expect(buffer.take(Array("o".utf8)).isEmpty)
        #expect(buffer.take(Array("\nthree\n".utf8)) == [Data("two".utf8), Data("three".utf8)])
    }
}

@Suite struct ProgressTests {
    @Test func aRateIsTheRunsOfASecondAndNoGuess() {
        #expect(Progress(runs: 100, finishedShards: 0, shards: 1, seconds: 0.1).rate == nil)
        #expect(Progress(runs: 100, finishedShards: 0, shards: 1, seconds: 2).rate == 50)
    }

    @Test func theTimeLeftFollowsFromTheFraction() {
        let progress = Progress(
            runs: 1, finishedShards: 0, shards: 1, fraction: 0.25, seconds: 10)
        #expect(progress.secondsLeft == 30)
    }
}
