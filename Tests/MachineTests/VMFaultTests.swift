// SPDX-License-Identifier: GPL-2.0-only

import Machine
import Testing

@Suite struct VMFaultTests {
    private static let names: [(VMFault, KernelInterfaces, String)] = [
        ([], [], "0"),
        (.noPage, [], "VM_FAULT_NOPAGE"),
        ([.doneCOW, .major], [], "VM_FAULT_DAX_LOCKED | VM_FAULT_MAJOR"),
        ([.doneCOW, .major], .doneCOW, "VM_FAULT_DONE_COW | VM_FAULT_MAJOR"),
        (VMFault(rawValue: 0x8_0100), [], "VM_FAULT_NOPAGE | 0x80000"),
    ]

    @Test(arguments: names.indices) func codesHaveTheNamesOfTheirKernel(index: Int) {
        let (code, interfaces, name) = Self.names[index]
        #expect(code.name(in: interfaces) == name)
    }

    private static let errors: [(Int, String)] = [
        (-12, "-ENOMEM"), (-133, "-EHWPOISON"), (-9999, "-9999"), (0, "0"), (4096, "4096"),
    ]

    @Test(arguments: errors.indices) func errorsHaveTheirNames(index: Int) {
        #expect(Errno.name(of: Self.errors[index].0) == Self.errors[index].1)
    }
}
