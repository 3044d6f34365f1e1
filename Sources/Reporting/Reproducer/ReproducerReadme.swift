// SPDX-License-Identifier: GPL-2.0-only

// The page that goes with a reproducer: what it shows, and the commands that build it and boot a
// kernel for it. Whoever reads it has a kernel tree and need not have Faultline.

import Exploration

/// Writes the README of a reproducer.
package struct ReproducerReadme {
    private let reproducer: Reproducer

    package init(_ reproducer: Reproducer) { self.reproducer = reproducer }

    /// Markdown.
    package func render() -> String {
        let witness = reproducer.witness
        let summary = WitnessText(witness.portable).renderReplay(around: 0).plain
        return """
            # Witness \(witness.id) on a booted kernel

            `faultline replay \(witness.id) --format reproducer` made this folder. `witness.c` has the
            run and what is seen of it; the other sources are the same in every such folder.
            `module/flinject.c` makes calls fail that the kernel's own fault injection does not reach.

            \(indented(story(summary)))

            The call is made to fail by these means, one after the other, until one shows it:

            \(ways())
            \(patches(witness))
            ## Build

                make
                cd LINUX
                make tinyconfig
                scripts/kconfig/merge_config.sh -m .config FOLDER/kernel.config
                make olddefconfig && make -j"$(nproc)" bzImage modules
                make -C FOLDER module KDIR=LINUX

            LINUX is the kernel's tree, FOLDER this one. The program is static.

            ## Run

            In QEMU, which a static busybox (Debian: `busybox-static`) and `cpio` help to fill:

                ./boot LINUX/arch/x86/boot/bzImage

            With [virtme-ng](https://github.com/arighi/virtme-ng) (`vng`), whose own configuration the
            fragment is added to (`vng --build --config FOLDER/kernel.config` in LINUX):

                vng --run LINUX/arch/x86/boot/bzImage --user root --memory 512M \\
                    --append 'memmap=128M!256M bdev_allow_write_mounted=1' -- FOLDER/guest

            Anywhere else, as root, on ext2 that is mounted with `-o dax`, with debugfs where it
            belongs:

                insmod module/flinject.ko
                ./witness DIRECTORY

            Use a guest, and make the filesystem anew for each run: what is shown may leave a process
            that cannot be killed, locks that nobody gives back, blocks that are lost. 6.12 clears bad
            blocks only with `bdev_allow_write_mounted=1`.

            ## What it says

            The last line is `reproduced: ...`, or `not reproduced: ` and what was seen instead; the
            exit code is 0 or 1, and 2 where the kernel lacks what makes the call fail. Numbers of
            allocations and of requests differ from kernel to kernel, so they are tried from 1 to 10.
            \(concurrent(witness))`./witness --rehearse DIRECTORY` makes the same calls on any filesystem, and nothing fails.
            """ + "\n"
    }

    /// Up to the trace.
    private func story(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.prefix { !$0.hasPrefix("trace") }.joined(separator: "\n")
    }

    private func indented(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.isEmpty ? "" : "    " + $0
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private func ways() -> String {
        reproducer.ways.map { "- \($0.means.description)" }.joined(separator: "\n")
    }

    private func patches(_ witness: Witness) -> String {
        guard !witness.subject.patches.isEmpty else { return "" }
        let names = witness.subject.patches.map { "- \($0.subject ?? $0.name)" }
        return "\nThe kernel needs these patches:\n\n\(names.joined(separator: "\n"))\n"
    }

    private func concurrent(_ witness: Witness) -> String {
        guard witness.testedTasks.count > 1 else { return "" }
        return """
            The witness has several tasks, and nothing here chooses their order: it is tried 300 times, and
            that it was not seen says little.

            """
    }
}
