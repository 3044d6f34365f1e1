// SPDX-License-Identifier: GPL-2.0-only

// git, so that it does the same for every user: without the user's configuration (whitespace rules,
// scissors), without a repository that happens to be above the working directory, and without one
// that a hook or `git bisect run` has put into the environment.

extension Command {
    /// git on files of ours: it finds no repository and no configuration.
    package static func git(
        _ toolchain: Toolchain, in directory: String, _ arguments: [String], input: [UInt8] = []
    ) -> Command {
        // What it is given is a stranger's mail or patch.
        var command = Command(
            executable: toolchain.git, arguments: ["-C", directory] + arguments,
            environment: isolated, input: input,
            confinement: Sandbox.Confinement(writable: [directory]))
        // Without this, git would take a repository above the cache for the one that is meant, and
        // skip every file outside of it.
        command.environment["GIT_CEILING_DIRECTORIES"] = directoryName(directory)
        return command
    }

    /// git on a repository, which is read and never written.
    package static func git(
        _ toolchain: Toolchain, reading repository: String, _ arguments: [String],
        environment: [String: String] = [:]
    ) -> Command {
        var command = Command(
            executable: toolchain.git,
            arguments: ["--no-optional-locks", "-C", repository] + arguments,
            environment: ambient)
        for (name, value) in environment { command.environment[name] = value }
        return command
    }

    /// What a hook sets for the git commands that it calls.
    private static let ambient: [String: String?] = [
        "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_PREFIX": nil,
        "GIT_OBJECT_DIRECTORY": nil, "GIT_ALTERNATE_OBJECT_DIRECTORIES": nil,
        "GIT_COMMON_DIR": nil, "GIT_NAMESPACE": nil,
    ]

    private static let isolated = ambient.merging([
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_COUNT": nil, "GIT_CONFIG_PARAMETERS": nil,
    ]) { $1 }
}
