#pragma once

#include <stdbool.h>
#include <stddef.h>

// Of jemalloc.h: the whole of it would declare malloc and free once more.
int mallctl(const char *name, void *old_value, size_t *old_length, void *new_value, size_t new_length);
