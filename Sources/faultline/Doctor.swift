// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import FoundationEssentials
import Glibc
import Reporting
import Slices
import System

/// What this machine has and lacks.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what this machine has and lacks, and the command that mends it.",
        discussion: """
            Names each tool with its place and version. What only some commands or
            only the tests need may be absent. With --tree also whether that is a
            kernel tree that can be judged. Exits with 2 when something is missing
            that every verdict needs.

              faultline doctor
              faultline doctor --tree ~/linux --rev v6.12
            """)

    @OptionGroup var source: TreeOptions
    @OptionGroup var result: PlainOutputOptions

    func run() throws {
        var findings = [system(), sources(), cache()]
        for tool in Toolchain.inventory() {
            findings.append(
                Diagnosis.Finding(
                    name: tool.name, isFound: tool.path != nil,
                    detail: [tool.path, tool.version.map(short)].compactMap { $0 }
                        .joined(separator: ", "),
                    purpose: tool.purpose, remedy: tool.path == nil ? tool.remedy : nil))
        }
        findings += [b4(), cmocka()]
        if !source.isEmbedded { findings.append(tree()) }
        let diagnosis = Diagnosis(findings: findings)
        switch result.format {
        case .text: try result.deliver(diagnosis.text)
        case .json: try result.deliver(ReportJSON.encode(diagnosis))
        }
        if !diagnosis.isHealthy { throw ExitCode(2) }
    }

    /// Without the address and the revision that a vendor's tool adds.
    private func short(_ version: String) -> String {
        var words = version.prefix { $0 != "(" }
        while words.last == " " { words.removeLast() }
        return String(words)
    }

    private func system() -> Diagnosis.Finding {
        var names = utsname()
        uname(&names)
        func text<T>(_ field: T) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        let isKnown = text(names.sysname) == "Linux" && text(names.machine) == "x86_64"
        return Diagnosis.Finding(
            name: "system", isFound: isKnown,
            detail: "\(text(names.sysname)) \(text(names.release)) \(text(names.machine)), "
                + "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors",
            purpose: "the machine's tasks and shadow memory are made for x86-64 Linux",
            remedy: isKnown ? nil : "run faultline on x86-64 Linux")
    }

    private func sources() -> Diagnosis.Finding {
        let purpose = "csrc/ is compiled for every patch, patches/ is what matrix judges"
        do {
            let home = try Checkout.find()
            let isTold = getenv("FAULTLINE_HOME") != nil
            return Diagnosis.Finding(
                name: "sources", isFound: true,
                detail: home.root + (isTold ? ", by FAULTLINE_HOME" : ""), purpose: purpose,
                remedy: nil)
        } catch {
            return Diagnosis.Finding(
                name: "sources", isFound: false, detail: "\(error)", purpose: purpose,
                remedy: "export FAULTLINE_HOME=DIRECTORY, the checkout that holds csrc/ and "
                    + "patches/")
        }
    }

    private func cache() -> Diagnosis.Finding {
        let purpose = "objects, images and witnesses; may be removed at any time"
        guard let cache = try? BuildCache.find() else {
            return Diagnosis.Finding(
                name: "cache", isFound: false, detail: "no home directory", purpose: purpose,
                remedy: "export FAULTLINE_CACHE=DIRECTORY")
        }
        var place = cache.root
        while access(place, F_OK) != 0, let slash = place.lastIndex(of: "/"), place.count > 1 {
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        let isWritable = access(place, W_OK) == 0
        return Diagnosis.Finding(
            name: "cache", isFound: isWritable,
            detail: cache.root + (isWritable ? "" : ", not writable"), purpose: purpose,
            remedy: isWritable ? nil : "export FAULTLINE_CACHE=DIRECTORY, one that you may write to"
        )
    }

    private func tree() -> Diagnosis.Finding {
        let purpose = "the code that is judged instead of the embedded slice"
        do {
            let builder = Builder(try Installation.find())
            let chosen = try source.choose(builder)!
            let rev = chosen.tree.rev.map { ", \($0.prefix(12))" } ?? ""
            return Diagnosis.Finding(
                name: "tree", isFound: true,
                detail: "\(chosen.tree.kind.rawValue) \(chosen.name), \(chosen.tree.version)\(rev)",
                purpose: purpose, remedy: nil)
        } catch {
            return Diagnosis.Finding(
                name: "tree", isFound: false, detail: "\(error)", purpose: purpose,
                remedy: "name a kernel tree, e.g. apt-get install linux-source-6.12 and tar xf "
                    + "/usr/src/linux-source-6.12.tar.xz")
        }
    }

    private func b4() -> Diagnosis.Finding {
        let places = getenv("PATH").map { String(cString: $0) } ?? ""
        let files: [String] = places.split(separator: ":").map { "\($0)/b4" }
        let path = files.first { access($0, X_OK) == 0 }
        return Diagnosis.Finding(
            name: "b4", isFound: path != nil, detail: path ?? "",
            purpose: "checks of a series as it is posted or applied; the command does without",
            isOptional: true, remedy: path == nil ? "apt-get install b4" : nil)
    }

    private func cmocka() -> Diagnosis.Finding {
        let header = "/usr/include/cmocka.h"
        let isThere = access(header, R_OK) == 0
        return Diagnosis.Finding(
            name: "cmocka", isFound: isThere, detail: isThere ? header : "",
            purpose: "the tests of the machine; the command does without", isOptional: true,
            remedy: isThere ? nil : "apt-get install libcmocka-dev pkg-config")
    }
}
