// SPDX-License-Identifier: GPL-2.0-only

// The cmocka suites of csrc/machine and csrc/strictfs. cmocka prints each statement and what broke
// it; here a suite passes or fails as a whole.

import CMachineTests
import Machine
import Testing

@Suite(.serialized) struct MachineTests {
    static let suites: [String] = (0..<machine_test_suites()).map {
        String(cString: machine_test_suite($0)!)
    }

    @Test(arguments: suites) func suite(_ name: String) {
        let failures = KernelImage.betweenRuns { run_machine_tests(name) }
        #expect(failures == 0, "cmocka suite \(name): see its own lines above")
    }
}
