// SPDX-License-Identifier: GPL-2.0-only

// The fuzzer: inputs of ours, changed at random, for as long as somebody wants. JSON is changed as a
// value, number by number and member by member: changed bytes would hardly ever come past the decoder.
//
// An input that traps ends the process, so each one is written to a file before it is tried:
// `Tests/fuzz` keeps that file. FAULTLINE_FUZZ_SECONDS says for how long each target is fed, and
// FAULTLINE_FUZZ_SEED from where: without it a run in CI tries what the last one tried.

import Foundation
import Glibc
import System

/// Feeds a target with changed inputs.
package struct Fuzzing {
    /// Of one target, for the name of the file with its last input.
    private let name: String
    private var random: SplitMix
    private let last: Int32
    /// Inputs that were tried.
    package private(set) var count = 0

    private static let environment = ProcessInfo.processInfo.environment

    /// - Parameter name: of the target.
    package init(_ name: String) {
        self.name = name
        let seed = Self.environment["FAULTLINE_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
        random = SplitMix(seed: seed ^ name.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) })
        let directory = Self.environment["FAULTLINE_FUZZ_INPUTS"]
        last =
            directory.map { open("\($0)/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) } ?? -1
    }

    /// Changes the inputs, one after the other, and tries each one.
    ///
    /// - Parameters:
    ///   - seconds: of processor time of this thread, where nobody asks for another time.
    ///   - attempt: any error that it throws is a bug.
    package mutating func run<Input>(
        _ inputs: [Input], seconds: Double = 2,
        change: (Input, inout SplitMix) -> [UInt8], attempt: ([UInt8]) throws -> Void
    ) rethrows {
        let seconds = Self.environment["FAULTLINE_FUZZ_SECONDS"].flatMap(Double.init) ?? seconds
        let end = Self.processorSeconds + seconds
        while Self.processorSeconds < end {
            let input = change(inputs[count % inputs.count], &random)
            count += 1
            keep(input)
            try attempt(input)
        }
        if last >= 0 { close(last) }
    }

    private func keep(_ input: [UInt8]) {
        guard last >= 0 else { return }
        ftruncate(last, 0)
        pwrite(last, input, input.count, 0)
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    // MARK: - Changes

    /// Bytes with some of them changed, taken away, repeated, or joined by words of the format.
    package static func changed(
        _ bytes: [UInt8], words: [String], _ random: inout SplitMix
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int(random.next() % 5) {
            if bytes.isEmpty { bytes = [10] }
            let at = Int(random.next() % UInt64(bytes.count))
            let end = min(bytes.count, at + Int(random.next() % 80))
            switch random.next() % 7 {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
            case 3: bytes = Array(bytes[..<at])
            case 4, 5:
                let word = words[Int(random.next() % UInt64(words.count))]
                bytes.replaceSubrange(at..<(random.next() % 2 == 0 ? at : end), with: word.utf8)
            default:
                // A number, where there is one.
                guard let digit = bytes[at...].firstIndex(where: { 48...57 ~= $0 }) else { break }
                let rest = bytes[digit...].prefix { 48...57 ~= $0 }
                bytes.replaceSubrange(rest.indices, with: "\(number(&random))".utf8)
            }
        }
        return bytes
    }

    /// JSON with some of its values changed.
    package static func changed(json: Any, _ random: inout SplitMix) -> [UInt8] {
        var value = json
        // Often one change only: the more there are, the sooner is one of them noticed.
        for _ in 0...Int(random.next() % 2 * (random.next() % 4)) {
            value = changed(value, &random)
        }
        let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
        return Array(data ?? Data())
    }

    private static func changed(_ value: Any, _ random: inout SplitMix) -> Any {
        switch value {
        case var object as [String: Any]:
            guard let key = object.keys.sorted()[safely: random.next()] else { return object }
            if random.next() % 12 == 0 {
                object[key] = nil
            } else {
                object[key] = changed(object[key]!, &random)
            }
            return object
        case var array as [Any]:
            guard !array.isEmpty else { return [number(&random)] }
            let at = Int(random.next() % UInt64(array.count))
            switch random.next() % 8 {
            case 0: array.remove(at: at)
            case 1: array.insert(array[at], at: at)
            case 2: array = []
            default: array[at] = changed(array[at], &random)
            }
            return array
        case let text as String:
            let texts = ["", "\u{1b}[31m\u{202e}", "a\nb", "/", "x/../y", text + text, "AAAA"]
            return texts[safely: random.next()]!
        default:
            return random.next() % 8 == 0 ? NSNull() : number(&random) as Any
        }
    }

    /// A number at which something often ends.
    private static func number(_ random: inout SplitMix) -> Int {
        let numbers = [
            0, 1, -1, 2, 3, 4, 7, 8, 31, 32, 255, 256, 4096, 65535, 1 << 31, -1 << 31, 1 << 32,
            1 << 48, 1 << 53, .max, .min, .max - 1,
        ]
        return numbers[safely: random.next()]!
    }
}

extension Array {
    fileprivate subscript(safely number: UInt64) -> Element? {
        isEmpty ? nil : self[Int(number % UInt64(count))]
    }
}
