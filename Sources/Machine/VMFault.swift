// SPDX-License-Identifier: GPL-2.0-only

// Names of the codes that a fault handler and a system call return.

/// What a fault handler returns, with the numbers of kernels around 4.9.
@frozen
public struct VMFault: OptionSet, Hashable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable public static var oom: VMFault { VMFault(rawValue: 0x1) }
    @inlinable public static var sigbus: VMFault { VMFault(rawValue: 0x2) }
    @inlinable public static var major: VMFault { VMFault(rawValue: 0x4) }
    @inlinable public static var hwpoison: VMFault { VMFault(rawValue: 0x10) }
    @inlinable public static var noPage: VMFault { VMFault(rawValue: 0x100) }
    @inlinable public static var locked: VMFault { VMFault(rawValue: 0x200) }
    @inlinable public static var retry: VMFault { VMFault(rawValue: 0x400) }
    @inlinable public static var fallback: VMFault { VMFault(rawValue: 0x800) }
    @inlinable public static var daxLocked: VMFault { VMFault(rawValue: 0x1000) }
    /// The name of that bit in later kernels: the copy is mapped already.
    @inlinable public static var doneCOW: VMFault { VMFault(rawValue: 0x1000) }
    /// Codes that end the access; nothing was mapped.
    @inlinable public static var errors: VMFault { VMFault(rawValue: 0x1 | 0x2 | 0x10) }

    private static let names: [(VMFault, String)] = [
        (.oom, "VM_FAULT_OOM"), (.sigbus, "VM_FAULT_SIGBUS"), (.hwpoison, "VM_FAULT_HWPOISON"),
        (.noPage, "VM_FAULT_NOPAGE"), (.locked, "VM_FAULT_LOCKED"), (.retry, "VM_FAULT_RETRY"),
        (.fallback, "VM_FAULT_FALLBACK"), (.daxLocked, "VM_FAULT_DAX_LOCKED"),
        (.major, "VM_FAULT_MAJOR"),
    ]

    public var description: String { name(in: []) }

    /// The name of the code in kernels with these interfaces.
    public func name(in interfaces: KernelInterfaces) -> String {
        var rest = self
        var parts: [String] = []
        for (flag, name) in VMFault.names where contains(flag) {
            let isRenamed = flag == .doneCOW && interfaces.contains(.doneCOW)
            parts.append(isRenamed ? "VM_FAULT_DONE_COW" : name)
            rest.remove(flag)
        }
        if !rest.isEmpty { parts.append("0x" + String(rest.rawValue, radix: 16)) }
        return parts.isEmpty ? "0" : parts.joined(separator: " | ")
    }
}

/// Error numbers by name. Values are the positive ones; kernel calls return them negated.
public enum Errno {
    public static let eio = 5
    public static let enxio = 6
    public static let eagain = 11
    public static let enomem = 12
    public static let efault = 14
    public static let ebusy = 16
    public static let eexist = 17
    public static let enodev = 19
    public static let einval = 22
    public static let enospc = 28
    public static let eintr = 4
    public static let erange = 34
    public static let ebade = 52
    public static let enodata = 61
    public static let emsgsize = 90
    public static let edquot = 122
    public static let ehwpoison = 133

    private static let names: [Int: String] = [
        1: "EPERM", 4: "EINTR", 5: "EIO", 6: "ENXIO", 11: "EAGAIN", 12: "ENOMEM", 14: "EFAULT",
        16: "EBUSY", 17: "EEXIST", 19: "ENODEV", 22: "EINVAL", 26: "ETXTBSY", 27: "EFBIG",
        28: "ENOSPC", 30: "EROFS", 34: "ERANGE", 52: "EBADE", 61: "ENODATA", 90: "EMSGSIZE",
        95: "EOPNOTSUPP", 117: "EUCLEAN",
        122: "EDQUOT", 133: "EHWPOISON", 512: "ERESTARTSYS",
    ]

    /// `-ENOMEM` for -12; the number itself if it is no negative errno.
    public static func name(of value: some BinaryInteger) -> String {
        let number = Int(value)
        // The kernel's MAX_ERRNO.
        guard -4095..<0 ~= number else { return String(number) }
        return names[-number].map { "-" + $0 } ?? String(number)
    }
}
