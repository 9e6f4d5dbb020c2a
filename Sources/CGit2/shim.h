#pragma once

#include <git2.h>

// Swift does not call functions with variable arguments.

/// Turns the check of a repository's owner on or off, for the whole process.
static inline int otomi_git_check_owner(int enabled) {
    return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

/// Has no configuration read but a repository's own, for the whole process.
static inline int otomi_git_ignore_configuration(void) {
    int error = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, "/dev/null");
    if (!error) error = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "/dev/null");
    if (!error) error = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, "/dev/null");
    if (!error) error = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_PROGRAMDATA, "/dev/null");
    return error;
}
