/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dax_device.c: the DAX device.
 */
#ifndef STORAGE_DAX_DEVICE_H
#define STORAGE_DAX_DEVICE_H

struct dax_device;

struct dax_device *block_dax_device(void);

#endif
