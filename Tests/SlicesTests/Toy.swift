// SPDX-License-Identifier: GPL-2.0-only

// A loaded image of FakeCheckout: what was compiled is run, not only looked at.

import Glibc
import TestSupport
import Testing

@testable import Slices

struct Toy {
    private struct Image {
        var run: @convention(c) (CInt) -> CInt
        var writeProfile: @convention(c) (UnsafePointer<CChar>) -> CInt
        var counters: @convention(c) (UnsafeMutablePointer<CUnsignedInt>) -> UnsafePointer<UInt64>?
    }

    private let image: Image

    init(_ variant: Variant) throws {
        let handle = try #require(
            dlopen(variant.image, RTLD_NOW | RTLD_LOCAL), "\(String(cString: dlerror()))")
        let symbol = try #require(dlsym(handle, "faultline_image"))
        typealias Entry = @convention(c) () -> UnsafeRawPointer
        image = unsafeBitCast(symbol, to: Entry.self)().load(as: Image.self)
    }

    func run(_ x: Int) -> Int { Int(image.run(CInt(x))) }

    func writeProfile(to path: String) -> Bool { image.writeProfile(path) == 0 }

    var profileCounters: [UInt64] {
        var count: CUnsignedInt = 0
        let counters = image.counters(&count)
        return Array(UnsafeBufferPointer(start: counters, count: Int(count)))
    }
}
