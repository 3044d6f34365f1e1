// SPDX-License-Identifier: GPL-2.0-only

// What a shell offers behind an option: the parser makes the scripts, and asks this program for
// what only it knows. An answer is made at every press of a key, so nothing is built for it.

import ArgumentParser
import Expectations
import Exploration
import FoundationEssentials
import System

extension CompletionKind {
    /// Patches and mails.
    static let patches = file(extensions: ["patch", "diff", "mbox", "eml"])

    /// Names of expectations.
    static let expectations = list(Expectations.all.map(\.name))

    /// Names of scenarios, step by step where there are many.
    static let scenarios = custom { _, _, prefix in
        let names = (ConcurrentScenarios.scenarios + LockToys.all + Catalogue.scenarios).map(\.name)
        return steps(names, behind: prefix)
    }

    /// Ids of the witnesses that are kept.
    static let witnesses = custom { _, _, prefix in
        guard let cache = try? BuildCache.find() else { return [] }
        let directory = WitnessStore(in: cache).directory
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0.hasSuffix(".json") && $0.hasPrefix(prefix) }
            .map { String($0.dropLast(".json".count)) }.sorted()
    }

    /// Branches and tags of the git tree around the current directory.
    static let revisions = shellCommand(
        "git for-each-ref --format='%(refname:short)' 2>/dev/null")

    /// The names that begin with a prefix; where they are many, only as far as their next slash.
    static func steps(_ names: [String], behind prefix: String) -> [String] {
        let matching = names.filter { $0.hasPrefix(prefix) }
        guard matching.count > 60 else { return matching }
        var steps: [String] = []
        var known: Set<String> = []
        for name in matching {
            let rest = name.dropFirst(prefix.count)
            let step = rest.firstIndex(of: "/").map { String(name[...$0]) } ?? name
            if known.insert(step).inserted { steps.append(step) }
        }
        return steps
    }
}
