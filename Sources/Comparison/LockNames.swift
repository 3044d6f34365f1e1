// SPDX-License-Identifier: GPL-2.0-only

// Locks that do the same under names that changed with the kernel. Between two trees the name of a
// lock is no change of behaviour, so both get one name; between two patches of one tree every name
// is what it is, because there another lock is another lock. What is renamed is said in the report.

/// One name for what kernels call differently.
package enum LockNames {
    /// Names that mean the same lock, the younger one first; the first one is used.
    package static let synonyms: [[String]] = [
        ["&mm->mmap_lock", "&mm->mmap_sem"],
        ["mapping.invalidate_lock", "&mapping->invalidate_lock", "&ei->dax_sem"],
        ["&xa->xa_lock", "&mapping->i_pages.xa_lock", "&mapping->tree_lock"],
        ["&sb->s_type->i_mutex_key", "&inode->i_rwsem"],
    ]

    /// The name under which a lock of any tree is compared.
    package static func common(_ name: String) -> String {
        synonyms.first { $0.contains(name) }?[0] ?? name
    }
}
