// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import Reporting
import Slices

/// The main job: patches in, a verdict out.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge patches, applied in order; without any, the working copy.",
        discussion: """
            A patch is a unified diff, a mail from git format-patch, or an mbox with
            a series; "-" reads standard input. It is applied to a copy: nothing in
            the tree changes.

              faultline check my-fix.patch
              git format-patch --stdout origin.. | faultline check -
              faultline check --format json patches/history/merged-v4.10.patch
            """)

    @Argument(help: "Patches, applied one on top of the other.")
    var patches: [String] = []

    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions

    func run() throws {
        let examination = try running.makeExamination()
        let request = try makeRequest(of: patches, examination.builder)
        let report = try examination.examine([request])
        switch result.format {
        case .text: try result.deliver(ReportText(report).renderCheck())
        case .json: try result.deliver(ReportJSON.render(report))
        }
        if report.hasFailures { throw ExitCode(1) }
    }

}

/// The variant that patches make, in order; without any, the working copy.
func makeRequest(of patches: [String], _ builder: Builder) throws -> Builder.Request {
    guard !patches.isEmpty else {
        return Builder.Request(
            name: Examination.workingCopyName, tree: .embedded(of: builder.home), patches: [])
    }
    let read = try patches.map {
        try Patch.read($0, toolchain: builder.toolchain, cache: builder.cache)
    }
    return Builder.Request(
        name: zip(patches, read).map(variantName).joined(separator: "+"),
        tree: try builder.pristineTree(), patches: read.flatMap { $0 })
}

/// What to call the variant that an argument makes: a single patch by its own name, a series by
/// that of its file.
func variantName(_ argument: String, _ patches: [Patch]) -> String {
    if patches.count == 1 { return patches[0].name }
    let file = argument.split(separator: "/").last.map(String.init) ?? argument
    let stem = file.split(separator: ".").first.map(String.init) ?? file
    return stem == "-" ? "series" : stem
}
