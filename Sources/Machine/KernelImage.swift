// SPDX-License-Identifier: GPL-2.0-only

// A compiled slice with its machine, behind one table of function pointers. The working copy is
// linked in; a variant is a shared object; both are used alike. The machine puts its world at fixed
// addresses, so that runs are the same in every process. So a process can make only one run at a
// time, of any image; one lock ensures that.

import CFaultline
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Why an image could not be loaded.
public struct ImageError: Error, CustomStringConvertible, Sendable {
    public let description: String
}

/// A loaded image: code under test and the machine that it runs on.
public final class KernelImage: Sendable {
    /// The slice that this program was built with: `csrc/kernel/` in its state at the build.
    public static let workingCopy: KernelImage = {
        do {
            return try KernelImage(faultline_image(), from: "the working copy")
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private static let oneRunAtATime = Mutex<Void>(())

    private nonisolated(unsafe) let image: UnsafePointer<fl_image>
    /// By filesystem, a bit for each kind of operation; filled in on demand.
    private let supported = Mutex<[Filesystem: UInt32]>([:])

    private init(_ image: UnsafePointer<fl_image>?, from origin: String) throws {
        guard let image else {
            throw ImageError(description: "\(origin): the machine could not be set up")
        }
        guard image.pointee.abi == UInt32(FAULTLINE_ABI) else {
            throw ImageError(
                description: "\(origin): ABI \(image.pointee.abi), this program speaks "
                    + "\(FAULTLINE_ABI)")
        }
        precondition(
            Event.Kind.isNumberedAsLaidOut
                && Event.Kind.allCases.count == Int(FL_EVENT_KINDS.rawValue)
                && Operation.Kind.allCases.count + 1 == Int(FL_OP_KINDS.rawValue)
                && InjectionPoint.allCases.count + 1 == Int(FL_POINT_KINDS.rawValue),
            "the Swift face does not list what csrc/include/faultline.h lists")
        self.image = image
    }

    /// Loads a variant's shared object, which stays loaded for the life of the process. Throws
    /// `ImageError` if it cannot be loaded, lacks its entry point, or has another ABI.
    public convenience init(contentsOf path: String) throws {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw ImageError(description: dlerror().map { String(cString: $0) } ?? path)
        }
        guard let symbol = dlsym(handle, "faultline_image") else {
            throw ImageError(description: "\(path): exports no faultline_image")
        }
        typealias Entry = @convention(c) () -> UnsafePointer<fl_image>?
        try self.init(unsafeBitCast(symbol, to: Entry.self)(), from: path)
    }

    /// Version of the tree, e.g. "4.9.0-rc".
    public var version: String { String(cString: image.pointee.version) }
    /// Interfaces of the kernel that it was compiled from.
    public var interfaces: KernelInterfaces {
        KernelInterfaces(rawValue: image.pointee.interfaces)
    }
    /// Load address: added to a pc, it gives an address in this process.
    public var base: UInt { UInt(image.pointee.base) }

    /// Makes one run in a fresh world and lends its outcome. Rethrows the error of `body`.
    ///
    /// - Important: `body` must not start another run, which would overwrite the outcome.
    @inlinable
    public func run<R>(
        _ run: borrowing Run, _ body: (borrowing Outcome) throws -> R
    ) rethrows -> R {
        var result: R?
        try lend(run) { outcome in result = try body(outcome) }
        return result!
    }

    @usableFromInline
    func lend(_ run: borrowing Run, _ body: (borrowing Outcome) throws -> Void) rethrows {
        try run.withRaw { raw in
            try KernelImage.oneRunAtATime.withLock { _ in
                try body(Outcome(raw: image.pointee.run(raw)!))
            }
        }
    }

    /// Does something else with the machine while no run of any image is in progress.
    public static func betweenRuns<R>(_ body: () throws -> R) rethrows -> R {
        try oneRunAtATime.withLock { _ in try body() }
    }

    /// Does what the first run of an image does before it: the initcalls of its code. Later it does
    /// nothing.
    public func startUp() {
        run(
            Run(
                geometry: Geometry(filesystem: .none, size: 0, mappedPages: 0..<1, skew: 0),
                operations: [])
        ) { _ in }
    }

    /// The errors that can be injected into a call of this kind.
    public func legalErrors(of point: InjectionPoint) -> [Int32] {
        var errors = [Int32](repeating: 0, count: 16)
        let count = image.pointee.point_errors(point.rawValue, &errors, UInt32(errors.count))
        return Array(errors.prefix(Int(count)))
    }

    /// The kernel function of an injection point, e.g. `vm_insert_mixed`.
    public func name(of point: InjectionPoint) -> String {
        image.pointee.point_name(point.rawValue).map { String(cString: $0) } ?? "\(point)"
    }

    /// Names of the lock classes seen so far; a class number is an index into this array.
    public func lockClassNames() -> [String] {
        var names: [String] = []
        while let name = image.pointee.lock_class_name(UInt32(names.count)),
            names.count < Int(FL_LOCK_CLASSES_MAX)
        {
            names.append(String(cString: name))
        }
        return names
    }

    /// Whether this image can do an operation on a filesystem.
    ///
    /// - Important: the first call for a filesystem may make a run, so it must not be made while an
    ///   outcome is lent.
    public func supports(_ kind: Operation.Kind, on filesystem: Filesystem) -> Bool {
        let kinds = supported.withLock { supported in
            if let kinds = supported[filesystem] { return kinds }
            let kinds = KernelImage.oneRunAtATime.withLock { _ in
                Operation.Kind.allCases.reduce(into: UInt32(0)) { kinds, kind in
                    let isSupported = image.pointee.supports(
                        filesystem.rawValue, UInt32(kind.rawValue))
                    if isSupported != 0 { kinds |= 1 << UInt32(kind.rawValue) }
                }
            }
            supported[filesystem] = kinds
            return kinds
        }
        return kinds & 1 << UInt32(kind.rawValue) != 0
    }

    /// How often code has run so far, in all runs, by clang's profile counters.
    ///
    /// - Parameters:
    ///   - indices: which counters; one that does not exist reads as 0.
    ///   - values: as long as `indices`.
    public func readProfileCounters(_ indices: [Int], into values: inout [UInt64]) {
        var count: UInt32 = 0
        let counters = image.pointee.profile_counters(&count)
        for (position, index) in indices.enumerated() {
            values[position] =
                index >= 0 && index < Int(count) ? counters.map { $0[index] } ?? 0 : 0
        }
    }

    /// Writes the coverage profile of all runs so far; throws `ImageError` if the image has none.
    public func writeProfile(to path: String) throws {
        guard image.pointee.write_profile(path) == 0 else {
            throw ImageError(description: "\(path): the image has no coverage profile to write")
        }
    }
}
