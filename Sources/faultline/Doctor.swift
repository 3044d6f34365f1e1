// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Reporting
import Slices
import System

/// What this machine has and lacks.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what this machine has and lacks, and the command that installs it.",
        discussion: """
            Prints each tool with its path and version. What only some commands or
            only the tests need may be absent. With --tree: also whether faultline
            can judge that tree. Exits with 2 if something is missing that every
            verdict needs.

              faultline doctor
              faultline doctor --tree ~/linux --rev v6.12
            """)

    @OptionGroup var source: TreeOptions
    @OptionGroup var result: PlainOutputOptions

    func run() throws {
        var findings = [system(), sources(), cache()]
        for tool in Toolchain.inventory() {
            findings.append(
                Diagnosis.Item(
                    name: tool.name, isFound: tool.path != nil,
                    detail: [tool.path, tool.version.map(short)].compactMap { $0 }
                        .joined(separator: ", "),
                    purpose: tool.purpose, remedy: tool.path == nil ? tool.remedy : nil))
        }
        findings += sandbox()
        findings += [b4(), cmocka()]
        findings += [tree()].compactMap { $0 }
        let diagnosis = Diagnosis(findings: findings)
        try result.deliver(text: diagnosis.text, json: diagnosis.json())
        if !diagnosis.isHealthy { throw ExitCode(2) }
    }

    /// Without the address and the revision that a vendor's tool adds.
    private func short(_ version: String) -> String {
        version.prefix { $0 != "(" }.split(separator: " ").joined(separator: " ")
    }

    private func system() -> Diagnosis.Item {
        let host = Host()
        let isKnown = host.name == "Linux" && host.machine == "x86_64"
        return Diagnosis.Item(
            name: "system", isFound: isKnown,
            detail: "\(host), \(Host.processors) processors",
            purpose: "the simulated machine works on x86-64 Linux only",
            remedy: isKnown ? nil : "run faultline on x86-64 Linux")
    }

    private func sources() -> Diagnosis.Item {
        let purpose = "csrc/ is compiled for every patch; matrix judges patches/"
        do {
            let home = try Checkout.find()
            let isSet = getenv("FAULTLINE_HOME") != nil
            return Diagnosis.Item(
                name: "sources", isFound: true,
                detail: home.root + (isSet ? ", by FAULTLINE_HOME" : ""), purpose: purpose,
                remedy: nil)
        } catch {
            return Diagnosis.Item(
                name: "sources", isFound: false, detail: "\(error)", purpose: purpose,
                remedy: "export FAULTLINE_HOME=DIRECTORY, the checkout that holds csrc/ and "
                    + "patches/")
        }
    }

    private func cache() -> Diagnosis.Item {
        let purpose = "objects, images and witnesses; you can remove it at any time"
        guard let cache = try? BuildCache.find() else {
            return Diagnosis.Item(
                name: "cache", isFound: false, detail: "no home directory", purpose: purpose,
                remedy: "export FAULTLINE_CACHE=DIRECTORY")
        }
        var directory = cache.root
        while access(directory, F_OK) != 0, let slash = directory.lastIndex(of: "/"),
            directory.count > 1
        {
            directory = slash == directory.startIndex ? "/" : String(directory[..<slash])
        }
        let isWritable = access(directory, W_OK) == 0
        return Diagnosis.Item(
            name: "cache", isFound: isWritable,
            detail: cache.root + (isWritable ? "" : ", not writable"), purpose: purpose,
            remedy: isWritable ? nil : "export FAULTLINE_CACHE=DIRECTORY, one that you can write to"
        )
    }

    /// What holds code of strangers. Without it verdicts are the same.
    private func sandbox() -> [Diagnosis.Item] {
        let layers = Sandbox.layers
        let version = Sandbox.landlockVersion
        func item(
            _ name: String, _ layer: Sandbox.Layer, _ detail: String, _ purpose: String,
            _ remedy: String
        ) -> Diagnosis.Item {
            let isOn = layers.contains(layer)
            return Diagnosis.Item(
                name: name, isFound: isOn,
                detail: isOn ? detail : Sandbox.isOff ? "turned off by FAULTLINE_SANDBOX" : "",
                purpose: purpose, isOptional: true,
                remedy: isOn ? nil : Sandbox.isOff ? "unset FAULTLINE_SANDBOX" : remedy)
        }
        return [
            item(
                "sandbox: files", .files, "Landlock, ABI \(version)",
                "compilers and code of a patch reach no file but their own",
                "a kernel (5.13 or later) with landlock in its lsm= list"),
            item(
                "sandbox: calls", .calls, "seccomp",
                "code of a patch makes no system call: no network, no process, no signal",
                "a kernel with CONFIG_SECCOMP_FILTER"),
            item(
                "sandbox: memory", .memory, "protection keys",
                "code of a patch cannot write to the memory of the process that judges it",
                "a processor with protection keys (pku), and a kernel from 6.12 on"),
        ]
    }

    /// The tree that is named, or that is around the current directory; nil without one.
    private func tree() -> Diagnosis.Item? {
        let purpose = "the code to judge instead of the embedded slice"
        do {
            let builder = Builder(try Installation.find())
            guard let tree = try source.choose(builder.trees)?.tree else { return nil }
            return Diagnosis.Item(
                name: "tree", isFound: true,
                detail: Witness.TreeIdentity(tree).description,
                purpose: purpose, remedy: nil)
        } catch {
            return Diagnosis.Item(
                name: "tree", isFound: false, detail: "\(error)", purpose: purpose,
                remedy: "name a kernel tree, e.g. apt-get install linux-source-6.12 and tar xf "
                    + "/usr/src/linux-source-6.12.tar.xz")
        }
    }

    private func b4() -> Diagnosis.Item {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let files: [String] = path.split(separator: ":").map { "\($0)/b4" }
        let found = files.first { access($0, X_OK) == 0 }
        return Diagnosis.Item(
            name: "b4", isFound: found != nil, detail: found ?? "",
            purpose: "checks a series when it is posted or applied; optional",
            isOptional: true, remedy: found == nil ? "apt-get install b4" : nil)
    }

    private func cmocka() -> Diagnosis.Item {
        let header = "/usr/include/cmocka.h"
        let isThere = access(header, R_OK) == 0
        return Diagnosis.Item(
            name: "cmocka", isFound: isThere, detail: isThere ? header : "",
            purpose: "the tests of the simulated machine; optional", isOptional: true,
            remedy: isThere ? nil : "apt-get install libcmocka-dev pkg-config")
    }
}
