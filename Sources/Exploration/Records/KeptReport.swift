// SPDX-License-Identifier: GPL-2.0-only

// A JSON report that was kept, read back to be held against what the code shows now. A file can say
// anything, so what is read is checked, and what cannot be a report is one clear line.

import Expectations
import FoundationEssentials
import Glibc
import Workers

/// What a kept report says of the failures of one variant.
package struct KeptReport: Sendable {
    /// As the user named it.
    package let path: String
    /// The variant's name.
    package let variant: String
    package let runs: Int
    package let shown: ShownFailures
    /// Of each of `Expectations.all`; one that the report does not know is not applicable.
    package let verdicts: [Verdict]

    /// More is no report of ours.
    private static let bytesMax = 1 << 28

    /// Reads a report.
    ///
    /// - Throws: `WorkerError` if there is none in the file, or not one that can be compared with.
    package init(at path: String) throws(WorkerError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw WorkerError("\(path): is no file")
        }
        guard status.st_size <= Self.bytesMax,
            let data = FileManager.default.contents(atPath: path)
        else { throw WorkerError("\(path): cannot be read, or is too large for a report") }
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: data)
        } catch {
            throw WorkerError(
                "\(path): is no report of `faultline check --format json`: "
                    + KeptReport.reason(error))
        }
        guard document.faultline == 1 else {
            throw WorkerError(
                "\(path): a report of format \(document.faultline); this version knows 1")
        }
        guard let first = document.variants.first,
            document.variants.count == 1 || first.name == "base"
        else {
            throw WorkerError(
                "\(path): reports on \(document.variants.count) variants, and none of them is the "
                    + "code without patches")
        }
        guard let failures = first.failures else {
            throw WorkerError(
                "\(path): has no list of failures: it was made by an earlier version, or by another "
                    + "command than check, matrix and explore")
        }
        guard first.failuresLeftOut ?? 0 == 0 else {
            throw WorkerError(
                "\(path): lists only some of the failures, so it cannot be compared with")
        }
        guard first.filter == nil else {
            throw WorkerError(
                "\(path): is the report of part of a check, so it cannot be compared with")
        }
        guard first.notJudged == nil else {
            throw WorkerError("\(path): says that the code was not judged")
        }
        self.path = path
        variant = first.name
        runs = first.runs
        shown = ShownFailures(failures)
        let shown = self.shown
        verdicts = Expectations.all.map { expectation in
            if shown.breaks(expectation) { return .fail }
            let line = first.verdicts.first { $0.expectation == expectation.name }
            return (line?.runs ?? 0) > 0 ? .pass : .notApplicable
        }
    }

    /// The part of a report that matters here.
    private struct Document: Decodable {
        struct Variant: Decodable {
            struct Line: Decodable {
                var expectation: String
                var runs: Int
            }

            var name: String
            var runs: Int
            var verdicts: [Line]
            var failures: [ReportedFailure]?
            var failuresLeftOut: Int?
            var notJudged: String?
            var filter: String?

            private enum CodingKeys: String, CodingKey {
                case name, runs, verdicts, failures, filter
                case failuresLeftOut = "failures_left_out"
                case notJudged = "not_judged"
            }
        }

        var faultline: Int
        var variants: [Variant]
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, _): return "it has no '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "it is no object" : "'\(path)' is not what it should be"
        default: return "it is no JSON"
        }
    }
}
