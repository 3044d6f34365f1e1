/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library's own; the shadow checks of their arguments are compiled in. */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/types.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *at, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *at, int byte, size_t n);
void *memscan(void *at, int byte, size_t n);
void *memchr_inv(const void *at, int byte, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t n);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *part);
#ifndef MACHINE_HOST
size_t strlcpy(char *to, const char *from, size_t size);
#endif

#endif
