// SPDX-License-Identifier: GPL-2.0-only

// Names of the codes that a fault handler and a system call return.

/// What a fault handler returns, with the numbers of kernels around 4.9.
@frozen
package struct VMFault: OptionSet, Hashable, Codable, Sendable, CustomStringConvertible {
    package let rawValue: UInt32
    @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable package static var oom: VMFault { VMFault(rawValue: 0x1) }
    @inlinable package static var sigbus: VMFault { VMFault(rawValue: 0x2) }
    @inlinable package static var major: VMFault { VMFault(rawValue: 0x4) }
    @inlinable package static var hwpoison: VMFault { VMFault(rawValue: 0x10) }
    @inlinable package static var noPage: VMFault { VMFault(rawValue: 0x100) }
    @inlinable package static var locked: VMFault { VMFault(rawValue: 0x200) }
    @inlinable package static var retry: VMFault { VMFault(rawValue: 0x400) }
    @inlinable package static var fallback: VMFault { VMFault(rawValue: 0x800) }
    @inlinable package static var daxLocked: VMFault { VMFault(rawValue: 0x1000) }
    /// The name of that bit in later kernels: the copy is mapped already.
    @inlinable package static var doneCOW: VMFault { VMFault(rawValue: 0x1000) }
    /// Codes that end the access; nothing was mapped.
    @inlinable package static var errors: VMFault { VMFault(rawValue: 0x1 | 0x2 | 0x10) }

    private static let names: [(VMFault, String)] = [
        (.oom, "VM_FAULT_OOM"), (.sigbus, "VM_FAULT_SIGBUS"), (.hwpoison, "VM_FAULT_HWPOISON"),
        (.noPage, "VM_FAULT_NOPAGE"), (.locked, "VM_FAULT_LOCKED"), (.retry, "VM_FAULT_RETRY"),
        (.fallback, "VM_FAULT_FALLBACK"), (.daxLocked, "VM_FAULT_DAX_LOCKED"),
        (.major, "VM_FAULT_MAJOR"),
    ]

    package var description: String { name(in: []) }

    /// The name of the code in kernels with these interfaces.
    package func name(in interfaces: KernelInterfaces) -> String {
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
package enum Errno {
    package static let eio = 5
    package static let enxio = 6
    package static let eagain = 11
    package static let enomem = 12
    package static let efault = 14
    package static let ebusy = 16
    package static let eexist = 17
    package static let enodev = 19
    package static let einval = 22
    package static let enospc = 28
    package static let eintr = 4
    package static let erange = 34
    package static let edquot = 122
    package static let ehwpoison = 133

    private static let names: [Int: String] = [
        1: "EPERM", 4: "EINTR", 5: "EIO", 6: "ENXIO", 11: "EAGAIN", 12: "ENOMEM", 14: "EFAULT",
        16: "EBUSY", 17: "EEXIST", 19: "ENODEV", 22: "EINVAL", 26: "ETXTBSY", 27: "EFBIG",
        28: "ENOSPC", 30: "EROFS", 34: "ERANGE", 61: "ENODATA", 95: "EOPNOTSUPP", 117: "EUCLEAN",
        122: "EDQUOT", 133: "EHWPOISON", 512: "ERESTARTSYS",
    ]

    /// `-ENOMEM` for -12; the number itself if it is no negative errno.
    package static func name(of value: some BinaryInteger) -> String {
        let number = Int(value)
        guard number < 0 else { return String(number) }
        return names[-number].map { "-" + $0 } ?? String(number)
    }
}
