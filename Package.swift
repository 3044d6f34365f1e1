// swift-tools-version: 6.1
// SPDX-License-Identifier: GPL-2.0-only

import Foundation
import PackageDescription

/// How slice code is compiled, here and by `Slices` for variants: as the kernel is (gnu11, wrapping
/// arithmetic, NULL checks kept), with frame pointers for call chains, shadow-checked memory
/// accesses, and a counter in every basic block so that an endless loop ends at the same block
/// every time.
let sliceFlags = [
    "-O2", "-g", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-fno-strict-aliasing",
    "-fno-delete-null-pointer-checks", "-fwrapv", "-fstack-protector-strong",
    "-ftrivial-auto-var-init=pattern", "-fsanitize=kernel-address",
    "-mllvm", "-asan-mapping-offset=0x7fff8000",
    "-mllvm", "-asan-stack=0", "-mllvm", "-asan-globals=0",
    "-mllvm", "-asan-kernel-mem-intrinsic-prefix=1",
    "-fsanitize-ignorelist=\(Context.packageDirectory)/csrc/machine/uninstrumented.txt",
    "-fsanitize-coverage-ignorelist=\(Context.packageDirectory)/csrc/machine/uninstrumented.txt",
    "-fsanitize-coverage=bb,no-prune,trace-pc-guard",
    "-mllvm", "-hotcoldsplit-threshold=1000000", "-Werror=implicit-function-declaration",
]

/// The rooms that run and judge a hundred thousand runs a second, and those that read every byte of a
/// source or a patch, are optimized in debug builds too: `swift test` makes as many runs as a release build
/// does. Without whole modules a run takes three times as long, and the compiler takes longer as
/// well. With one thread it would not write the index that a debug build asks for.
let optimized: [SwiftSetting] = [
    .unsafeFlags(
        ["-O", "-whole-module-optimization", "-num-threads", "2"], .when(configuration: .debug))
]

let package = Package(
    name: "Faultline",
    products: [
        .executable(name: "faultline", targets: ["faultline"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .target(
            name: "CFaultline",
            path: "csrc",
            exclude: [
                "README.md", "faultline-gdb.py", "faultline-steps.py", "reproducer", "tests",
                "stubs", "machine/README.md", "machine/uninstrumented.txt",
                "machine/wrapped.txt", "machine/core/README.md", "machine/locks/README.md",
                "machine/memory/README.md", "machine/storage/README.md", "machine/fs/README.md",
                "kernel/README.md", "filesystems/README.md", "filesystems/ext2/README.md",
                "filesystems/strict/README.md", "filesystems/fuse/README.md",
                "filesystems/erofs/README.md", "filesystems/wrapped.txt",
            ],
            sources: ["machine", "kernel", "filesystems"],
            publicHeadersPath: "include",
            cSettings: [
                .headerSearchPath("stubs"), .headerSearchPath("kernel/include"),
                .headerSearchPath("filesystems/strict"), .headerSearchPath("machine"),
                .headerSearchPath("kernel"), .headerSearchPath("filesystems"),
                .unsafeFlags(sliceFlags),
            ]),
        .target(
            name: "Machine", dependencies: ["CFaultline"], exclude: ["README.md"],
            swiftSettings: optimized),
        .target(name: "CSandbox", exclude: ["README.md"]),
        .target(
            name: "System", dependencies: ["CSandbox"], exclude: ["README.md"],
            swiftSettings: optimized),
        .target(
            name: "Patches", dependencies: ["System"], exclude: ["README.md"],
            swiftSettings: optimized),
        .target(
            name: "Slices", dependencies: ["Patches", "System"], exclude: ["README.md"],
            swiftSettings: optimized),
        .target(
            name: "Expectations", dependencies: ["Machine", "System"],
            exclude: ["README.md", "Scenarios/README.md"],
            swiftSettings: optimized),
        .target(
            name: "Interleavings", dependencies: ["Machine", "System"], exclude: ["README.md"],
            swiftSettings: optimized),
        .target(
            name: "Workers", dependencies: ["System"], exclude: ["README.md"],
            swiftSettings: optimized),
        .target(
            name: "Exploration",
            dependencies: [
                "Workers", "Interleavings", "Expectations", "Slices", "Patches", "System",
                "Machine",
            ],
            exclude: ["README.md"], swiftSettings: optimized),
        .target(
            name: "Comparison",
            dependencies: [
                "Exploration", "Workers", "Interleavings", "Expectations", "Slices", "System",
                "Machine",
            ],
            exclude: ["README.md"], swiftSettings: optimized),
        .target(
            name: "Bisection",
            dependencies: [
                "Exploration", "Workers", "Interleavings", "Expectations", "Slices", "Patches",
                "System", "Machine",
            ],
            exclude: ["README.md"], swiftSettings: optimized),
        .target(
            name: "Mutation",
            dependencies: ["Exploration", "Workers", "Slices", "Patches", "System"],
            exclude: ["README.md"]),
        .target(
            name: "Reporting",
            dependencies: [
                "Bisection", "Comparison", "Mutation", "Exploration", "Workers", "Interleavings",
                "Expectations", "Slices", "Patches", "System", "Machine",
            ],
            exclude: ["README.md"]),
        .executableTarget(
            name: "faultline",
            dependencies: [
                "Reporting", "Bisection", "Comparison", "Mutation", "Exploration", "Workers",
                "Interleavings", "Expectations", "Slices", "Patches", "System", "Machine",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"]),
        .target(
            name: "OrderTesting", dependencies: ["Interleavings", "Expectations", "Machine"],
            path: "Tests/OrderTesting", swiftSettings: optimized),
        .testTarget(name: "MachineTests", dependencies: ["Machine"]),
        .testTarget(
            name: "ExpectationsTests", dependencies: ["Expectations", "Machine", "System"]),
        .testTarget(
            name: "InterleavingsTests",
            dependencies: ["OrderTesting", "Interleavings", "Expectations", "Machine", "System"]),
        .target(
            name: "TestSupport", dependencies: ["Slices", "Patches", "System"],
            path: "Tests/Support"),
        .testTarget(name: "SystemTests", dependencies: ["System", "TestSupport"]),
        .testTarget(name: "PatchesTests", dependencies: ["Patches", "System", "TestSupport"]),
        .testTarget(
            name: "SlicesTests", dependencies: ["Slices", "Patches", "System", "TestSupport"]),
        // What tests of whole variants share: the command, the slice, kernel trees.
        .target(
            name: "VariantTesting",
            dependencies: [
                "Reporting", "Bisection", "Comparison", "Exploration", "Workers",
                "Interleavings", "Expectations", "Slices", "Patches", "System", "Machine",
                "TestSupport",
            ], path: "Tests/VariantTesting"),
        .testTarget(name: "WorkersTests", dependencies: ["Workers", "System"]),
        .testTarget(
            name: "ExplorationTests",
            dependencies: [
                "Reporting", "Bisection", "Comparison", "Exploration", "Workers",
                "Interleavings", "Expectations", "Slices", "Patches", "System", "Machine",
                "VariantTesting", "OrderTesting",
            ]),
        .testTarget(
            name: "ComparisonTests",
            dependencies: [
                "Reporting", "Bisection", "Comparison", "Exploration", "Workers",
                "Interleavings", "Expectations", "Slices", "Patches", "System", "Machine",
                "VariantTesting",
            ]),
        .testTarget(
            name: "BisectionTests",
            dependencies: [
                "Reporting", "Bisection", "Comparison", "Exploration", "Workers",
                "Interleavings", "Expectations", "Slices", "Patches", "System", "Machine",
                "VariantTesting",
            ]),
        .testTarget(name: "MutationTests", dependencies: ["Mutation", "VariantTesting"]),
        .testTarget(
            name: "ReportingTests",
            dependencies: [
                "Reporting", "Bisection", "Comparison", "Exploration", "Workers",
                "Interleavings", "Expectations", "Slices", "Patches", "System", "Machine",
                "VariantTesting", "TestSupport",
            ]),
        .testTarget(
            name: "FaultlineTests",
            dependencies: [
                "Reporting", "Bisection", "Comparison", "Exploration", "Workers",
                "Interleavings", "Expectations", "Slices", "Patches", "System", "Machine",
                "VariantTesting", "OrderTesting",
            ]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)

// The cmocka suites of the C side, where cmocka is installed: nothing else needs it.
if FileManager.default.fileExists(atPath: "/usr/include/cmocka.h") {
    package.targets += [
        .systemLibrary(
            name: "Ccmocka", path: "Tests/Ccmocka", pkgConfig: "cmocka",
            providers: [.apt(["libcmocka-dev"])]),
        .target(
            name: "CMachineTests",
            dependencies: ["CFaultline", "Ccmocka"],
            path: "csrc/tests",
            exclude: ["README.md"],
            publicHeadersPath: "include",
            cSettings: [
                .headerSearchPath("../stubs"), .headerSearchPath("../kernel/include"),
                .headerSearchPath("../filesystems/strict"), .headerSearchPath("../machine"),
                .headerSearchPath("../kernel"), .headerSearchPath("../filesystems"),
                .unsafeFlags(sliceFlags),
            ]),
        .testTarget(name: "CmockaTests", dependencies: ["CMachineTests", "Machine"]),
    ]
}
