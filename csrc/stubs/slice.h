/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The prelude of slice code, reached through linux/types.h.
 *
 * Statics of a slice go into sections of their own, so that the machine can
 * put all of them back between two runs. Files of the machine include machine.h
 * first and keep their statics where the compiler puts them.
 */
#ifndef FAULTLINE_SLICE_H
#define FAULTLINE_SLICE_H

#ifndef MACHINE_H
#pragma clang section bss = "slice_bss" data = "slice_data"
#endif

#endif
