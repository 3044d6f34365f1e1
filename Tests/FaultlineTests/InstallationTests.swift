// SPDX-License-Identifier: GPL-2.0-only

// What ./install puts in place, as a shell and a reader of manual pages see it.

import Foundation
import Testing
import VariantTesting

@testable import Reporting

@Suite struct InstallationTests {
    /// A place that ./install has installed to, once for all tests.
    private static let prefix = Result<URL, any Error> {
        let prefix = try TemporaryDirectory.make()
        let result = try install([], to: prefix)
        try #require(result.status == 0, "\(result.text)")
        return prefix
    }

    private static func install(
        _ arguments: [String], to prefix: URL
    ) throws -> (status: Int32, text: String) {
        try Tool(name: "bash").run(
            [CommandRun.home.appending(path: "install").path] + arguments,
            environment: [
                "PREFIX": prefix.path,
                "FAULTLINE_BUILD": CommandRun.executable.deletingLastPathComponent().path,
            ])
    }

    private static let files = [
        "bin/faultline", "share/man/man1/faultline.1",
        "share/bash-completion/completions/faultline",
        "share/fish/vendor_completions.d/faultline.fish",
        "share/zsh/site-functions/_faultline",
    ]

    private static func file(_ name: String) throws -> String {
        try prefix.get().appending(path: name).path
    }

    @Test func whatIsInstalledCanBeRemoved() throws {
        let prefix = try TemporaryDirectory.make()
        func there() -> [String] {
            Self.files.filter {
                FileManager.default.fileExists(atPath: prefix.appending(path: $0).path)
            }
        }
        #expect(try Self.install([], to: prefix).status == 0)
        #expect(there() == Self.files)
        #expect(try Self.install(["--remove"], to: prefix).status == 0)
        #expect(there() == [])
        let refused = try Self.install(["--everything"], to: prefix)
        #expect(refused.status == 2 && refused.text.contains("--remove"))
    }

    @Test func theInstalledCommandFindsItsSources() throws {
        let run = try Tool(name: Self.file("bin/faultline")).run(["doctor"])
        #expect(run.text.contains(CommandRun.home.path), "\(run.text)")
    }

    @Test func theVersionNamesItsCommit() throws {
        for arguments in [["--version"], ["check", "--version"]] {
            let version = try CommandRun(arguments).output
            #expect(
                version.wholeMatch(of: /\d+\.\d+\.\d+ \([0-9a-f]{12}(-dirty)?\)\n/) != nil,
                "\(version)")
        }
    }

    // MARK: - Packages

    /// The package is that of this build: what it depends on beyond the tools is not asked.
    @Test(.enabled(if: Tool(name: "dpkg-deb").isThere && getuid() == 0, "no dpkg, or not root"))
    func aDebianPackageIsBuiltInstalledAndRun() throws {
        let place = try TemporaryDirectory.make()
        let build = CommandRun.executable.deletingLastPathComponent().path
        let made = try Tool(name: "bash").run(
            [CommandRun.home.appending(path: "packaging/deb").path, place.path],
            environment: ["FAULTLINE_BUILD": build])
        try #require(made.status == 0, "\(made.text)")
        let package = try #require(
            try FileManager.default.contentsOfDirectory(atPath: place.path)
                .first { $0.hasSuffix("_amd64.deb") })
        let root = try TemporaryDirectory.make()
        let installed = try Tool(name: "bash").run([
            "-c",
            "mkdir -p \(root.path)/var/lib/dpkg && touch \(root.path)/var/lib/dpkg/status && "
                + "dpkg --root=\(root.path) --force-depends --install \(place.path)/\(package)",
        ])
        try #require(installed.status == 0, "\(installed.text)")
        let command = root.appending(path: "usr/bin/faultline")
        let environment = [
            "FAULTLINE_HOME": "", "FAULTLINE_CACHE": CommandRun.sharedCache.url.path,
        ]
        let check = try Tool(name: command.path).run(
            [
                "check", "--embedded", "--orders", "none", "--scenario", "ext2/1-byte/*",
                root.appending(path: "usr/share/faultline/patches/history/merged-v4.10.patch").path,
            ], environment: environment)
        #expect(check.status == 1, "\(check.text)")
        #expect(check.text.contains("no-self-deadlock    FAIL"), "\(check.text)")
        let doctor = try Tool(name: command.path).run(["doctor"], environment: environment)
        #expect(doctor.text.contains(root.path + "/usr/share/faultline"), "\(doctor.text)")
    }

    /// Nothing here can build an image; what it copies and calls is there.
    @Test func theImageIsMadeOfThePackage() throws {
        let packaging = CommandRun.home.appending(path: "packaging")
        let text = try String(
            contentsOf: packaging.appending(path: "Containerfile"), encoding: .utf8)
        #expect(text.contains("/src/packaging/deb /package"))
        #expect(
            FileManager.default.isExecutableFile(atPath: packaging.appending(path: "deb").path))
    }

    // MARK: - The manual page

    @Test func theManualPageNamesAllThatHelpNames() throws {
        let page = try CommandRun(["manual"]).output
        let help = try HelpDocument(CommandRun(["--experimental-dump-help"]).output)
        #expect(help.command.shownSubcommands.count >= 8)
        for command in help.command.shownSubcommands {
            #expect(page.contains(".Ss faultline \(command.commandName)\n"))
            for argument in command.shownArguments {
                let name = argument.spelling.drop { $0 == "-" }.replacing("-", with: "\\-")
                #expect(
                    page.contains("Fl \\-\(name)") || page.contains(".It Ar \(name)"),
                    "\(command.commandName) \(argument.spelling)")
            }
        }
    }

    @Test(.enabled(if: Tool(name: "mandoc").isThere, "mandoc is not installed"))
    func mandocHasNothingToComplainAbout() throws {
        let result = try Tool(name: "mandoc").run(
            ["-Tlint", "-Wstyle", try Self.file("share/man/man1/faultline.1")])
        #expect(result.status == 0 && result.text == "", "\(result.text)")
    }

    @Test(.enabled(if: Tool(name: "groff").isThere, "groff is not installed"))
    func groffHasNothingToComplainAbout() throws {
        let result = try Tool(name: "groff").run(
            ["-ww", "-mandoc", "-Tutf8", "-z", try Self.file("share/man/man1/faultline.1")])
        #expect(result.status == 0 && result.text == "", "\(result.text)")
    }

    @Test func mdocTextIsEscaped() {
        #expect(Mdoc.prose("One thing. Another \\ thing.") == ["One thing.", "Another \\e thing."])
        #expect(Mdoc.prose("see --tree") == ["see \\-\\-tree"])
        #expect(
            Mdoc.paragraphs("First.\nStill.\n\n  a --b\n  .c\n\nLast.") == [
                "First.", "Still.", ".Bd -literal -offset indent", "a \\-\\-b", "\\&.c", ".Ed",
                ".Pp", "Last.",
            ])
    }

    // MARK: - Completions

    /// What bash offers behind a line.
    private static func bash(_ line: String) throws -> [String] {
        let script = """
            source "$1"
            COMP_LINE=$2 COMP_POINT=${#2}
            read -ra COMP_WORDS <<<"$2"
            case $2 in *' ') COMP_WORDS+=('') ;; esac
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
            _faultline faultline "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let result = try Tool(name: "bash").run(
            [
                "-c", script, "bash", try file("share/bash-completion/completions/faultline"), line,
            ], environment: ["PATH": try file("bin") + ":" + path])
        return result.text.split(separator: "\n").map(String.init)
    }

    @Test func bashCompletesCommandsOptionsAndNames() throws {
        #expect(try Self.bash("faultline ch") == ["check"])
        #expect(try Self.bash("faultline check --count") == ["--count-known"])
        #expect(try Self.bash("faultline explore --strategy ").contains("dpor"))
        #expect(try Self.bash("faultline check --format ").contains("json"))
        #expect(try Self.bash("faultline list ex") == ["expectations"])
    }

    @Test func bashCompletesScenariosStepByStep() throws {
        #expect(try Self.bash("faultline explore --scenario ").contains("race/"))
        #expect(try Self.bash("faultline explore --scenario lock-toy-2") == ["lock-toy-2x2"])
        #expect(
            try Self.bash("faultline explore --scenario own/f").contains("own/fsync-against-append")
        )
    }

    @Test(.enabled(if: Tool(name: "zsh").isThere, "zsh is not installed"))
    func zshReadsItsCompletions() throws {
        let result = try Tool(name: "zsh").run(
            ["-n", try Self.file("share/zsh/site-functions/_faultline")])
        #expect(result.status == 0 && result.text == "", "\(result.text)")
    }

    @Test(.enabled(if: Tool(name: "fish").isThere, "fish is not installed"))
    func fishCompletes() throws {
        let script = try Self.file("share/fish/vendor_completions.d/faultline.fish")
        let check = try Tool(name: "fish").run(["-n", script])
        #expect(check.status == 0 && check.text == "", "\(check.text)")
        let result = try Tool(name: "fish").run(
            ["-c", "source $argv[1]; complete -C 'faultline ch'", script])
        #expect(result.text.hasPrefix("check\t"), "\(result.text)")
    }
}
