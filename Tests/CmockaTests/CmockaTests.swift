// SPDX-License-Identifier: GPL-2.0-only

// The cmocka suites of csrc/machine and csrc/filesystems/strict. cmocka prints each statement and what broke
// it; here a suite passes or fails as a whole.

import CMachineTests
import Machine
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.serialized) struct CmockaTests {
    static let suites: [String] = (0..<machine_test_suites()).map {
        String(cString: machine_test_suite($0)!)
    }

    @Test(arguments: suites) func suite(_ name: String) {
        let (failures, flags) = KernelImage.betweenRuns {
            let failures = run_machine_tests(name)
            var now = sigaction()
            sigaction(SIGSEGV, nil, &now)
            return (failures, now.sa_flags)
        }
        #expect(failures == 0, "cmocka suite \(name): see its own lines above")
        #expect(flags & SA_SIGINFO != 0, "the machine's handlers are not what they were")
    }
}
