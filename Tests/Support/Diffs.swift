// SPDX-License-Identifier: GPL-2.0-only

/// Diffs against the slice of `FakeCheckout`.
package enum Diffs {
    /// Adds four lines to dax(), two of which are code.
    package static let dax = """
        diff --git a/fs/dax.c b/fs/dax.c
        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -4,6 +4,10 @@ toy ext2(toy x);
         
         toy dax(toy x)
         {
        +    /* nine is special */
        +    if (x == 9) {
        +        return 3;
        +    }
             if (x == 7)
                 return 1;
             return ext2(twice(x));

        """

    /// Adds to dax() what coverage maps have special regions for.
    package static let thorny = """
        diff --git a/fs/dax.c b/fs/dax.c
        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -4,6 +4,41 @@ toy ext2(toy x);
         
         toy dax(toy x)
         {
        +    int round, sum = 0;
        +#define ODD(x) ((x) & 1)
        +#define TWICE_IF_ODD(x) (ODD(x) ? \\
        +                        2 * (x) : (x))
        +    for (round = 0; round < x; round++) {
        +        if (round == 5)
        +            continue;
        +        switch (x) {
        +        case 1:
        +            sum += 1;
        +            break;
        +        case 3: /* falls through */
        +            sum += TWICE_IF_ODD(round);
        +        default:
        +            sum += ODD(round) ? 2 : 3;
        +        }
        +        if (round > 20 &&
        +            sum > 7)
        +            break;
        +    }
        +#ifdef NOWHERE
        +    sum += 1;
        +#endif
        +    while (sum > 100) {
        +        sum -= 100; if (sum == 3) return 1;
        +    }
        +    if (0)
        +        return 8;
        +    do {
        +        goto out;
        +        sum = 3;
        +    } while (sum);
        +out:
        +    if (x == 77)
        +        return twice(sum);
             if (x == 7)
                 return 1;
             return ext2(twice(x));

        """

    /// Two hunks in ext2(), 6 lines added in all.
    package static let ext2 = """
        diff --git a/fs/ext2/inode.c b/fs/ext2/inode.c
        --- a/fs/ext2/inode.c
        +++ b/fs/ext2/inode.c
        @@ -3,5 +3,8 @@
         toy ext2(toy x)
         {
        +    x *= 2;
        +    x *= 2;
        +    x *= 2;
             x += 1;
             x += 2;
             x += 3;
        @@ -10,5 +13,5 @@ toy ext2(toy x)
             x += 6;
             x += 7;
        -    x += 8;
        +    x += 9;
             return x;
         }

        """

    /// Changes the header that only dax.c includes.
    package static let header = """
        --- a/include/linux/dax.h
        +++ b/include/linux/dax.h
        @@ -2,5 +2,5 @@
         
         static inline toy twice(toy x)
         {
        -    return 2 * x;
        +    return x + x;
         }

        """

    /// A mail around a diff, as git format-patch writes it.
    package static func mail(
        _ subject: String, _ diff: String?, fields: String = "", message: String = "Why.\n"
    ) -> String {
        """
        From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001
        From: Somebody <somebody@example.org>
        Date: Mon, 1 Jan 2024 10:00:00 +0000
        Subject: \(subject)
        \(fields)
        \(message)\(diff.map { "---\n 1 file changed\n\n" + $0 } ?? "")-- 
        2.39.5


        """
    }
}
