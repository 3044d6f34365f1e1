// SPDX-License-Identifier: GPL-2.0-only

// What two tasks access in either order without anybody noticing. Each entry is a claim about a
// function of the machine; who adds one says why it holds. Whatever else two steps access without
// having noted it is an order that the reduction loses.

import Machine
import VariantTesting

/// Accesses of one function that need not be noted.
struct HarmlessAccess {
    /// When the claim holds.
    enum Condition {
        case always
        /// Both steps note the same lock: what they say of it is the lock's own business.
        case bothNoteTheLock
        /// Both steps note some lock.
        case bothNoteLocks
        /// Both steps note pages of the same mapping: they say which ones.
        case bothNotePages
    }

    let function: String
    /// The function of the other step; any if nil.
    let other: String?
    let condition: Condition
    let reason: String

    init(
        _ function: String, against other: String? = nil, if condition: Condition = .always,
        because reason: String
    ) {
        self.function = function
        self.other = other
        self.condition = condition
        self.reason = reason
    }

    /// By the function that they are about.
    static let all = Dictionary(grouping: list, by: \.function)

    private static let list = [
        // locks
        HarmlessAccess("lock_meet", because: "a lock is numbered when it is first used"),
        HarmlessAccess("lock_meet_first", because: "likewise"),
        HarmlessAccess(
            "lock_free_for",
            because: "asked for a count that others only compare with 0: see sem_take()"),
        HarmlessAccess(
            "sem_take",
            because: "the count is not 0 before, and is not 0 behind it: the lock is taken"),
        HarmlessAccess(
            "sem_count", if: .bothNoteTheLock, because: "readers do not care about each other"),
        HarmlessAccess("lock_grant", if: .bothNoteTheLock, because: "likewise"),
        HarmlessAccess("lock_give", if: .bothNoteTheLock, because: "likewise"),
        HarmlessAccess("lock_wait", if: .bothNoteTheLock, because: "likewise"),
        HarmlessAccess(
            "page_lock_at", if: .bothNoteTheLock, because: "those who wait are woken together"),
        // memory
        HarmlessAccess(
            "page_table_ptes", because: "a page table comes to be; what is in it is noted"),
        HarmlessAccess(
            "is_unmapped", if: .bothNotePages,
            because: "how many other pages are mapped says only whether to look at each"),
        HarmlessAccess(
            "page_table_references", if: .bothNotePages, because: "other pages are no references"),
        HarmlessAccess("page_take", because: "frames are numbered as they are taken"),
        HarmlessAccess("pfn_to_page", because: "what page_open() has to put back"),
        // storage
        HarmlessAccess(
            "cpu_cache_store", against: "cpu_cache_store",
            because: "which of two stores is listed first is no matter"),
        HarmlessAccess(
            "cpu_cache_store", against: "cpu_cache_sync_ends",
            because: "what is stored after an fsync() has begun is not asked of it"),
        HarmlessAccess(
            "cpu_cache_store", against: "cpu_cache_forget",
            because: "what is stored behind the new end is asked of nobody, listed or not"),
        HarmlessAccess(
            "cpu_cache_sync_ends", against: "cpu_cache_flush",
            because: "a store that the fsync() waits for is noted; where others stand in the list "
                + "is no matter"),
        HarmlessAccess("cpu_cache_sync_ends", against: "cpu_cache_forget", because: "likewise"),
        HarmlessAccess(
            "cpu_cache_sync_ends", against: "cpu_cache_forget_blocks", because: "likewise"),
        HarmlessAccess(
            "cpu_cache_flush", against: "cpu_cache_forget",
            because: "both take stores out, and which of them takes one is no matter"),
        HarmlessAccess(
            "cpu_cache_store", against: "cpu_cache_forget_blocks",
            because: "that a block is given back orders its own stores; others are left alone"),
        // fs
        HarmlessAccess(
            "freeze_class", because: "the number of a lock class is looked up once a process"),
        HarmlessAccess(
            "is_closed", if: .bothNoteLocks,
            because: "levels are bits of one word, and locks of their own"),
        HarmlessAccess("close_level", if: .bothNoteLocks, because: "likewise"),
        HarmlessAccess(
            "close_level", against: "freeze_check_now",
            because: "asks whether a freeze is complete; on its way there it is not"),
        HarmlessAccess("file_update_time", because: "time stands still"),
        HarmlessAccess("__mark_inode_dirty", because: "the inode table is not modelled"),
        HarmlessAccess("sync_inode_metadata", because: "likewise"),
        // strict
        HarmlessAccess(
            "strict_reserve", because: "handles are counted for the audit; a task looks for its own"
        ),
        HarmlessAccess("strict_unreserve", because: "likewise"),
        HarmlessAccess("__strict_lock_extents", because: "likewise"),
        HarmlessAccess("begun", because: "likewise"),
    ]
}
