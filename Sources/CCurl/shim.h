#pragma once

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

// Swift cannot call C functions with variable arguments: one inline function per kind of value.

static inline CURLcode otomi_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode otomi_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode otomi_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode otomi_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

/// Sets the function that receives body or header bytes, and the pointer that it is given.
static inline CURLcode otomi_curl_set_writer(
    CURL *handle, CURLoption function, CURLoption context, curl_write_callback callback, void *value
) {
    CURLcode code = curl_easy_setopt(handle, function, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, context, value);
}

static inline curl_socket_t otomi_curl_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)context;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// The same, but not to where a machine's own surroundings answer: link-local addresses, and those that clouds serve the
/// credentials of their machines at.
static inline curl_socket_t otomi_curl_open_distant_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *address
) {
    static const unsigned char metadata6[16] = {0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const unsigned char *four = NULL;
    if (address->family == AF_INET) {
        four = (const unsigned char *)&((const struct sockaddr_in *)&address->addr)->sin_addr;
    } else if (address->family == AF_INET6) {
        const unsigned char *six = (const unsigned char *)&((const struct sockaddr_in6 *)&address->addr)->sin6_addr;
        if (six[0] == 0xfe && (six[1] & 0xc0) == 0x80) return CURL_SOCKET_BAD;
        if (memcmp(six, metadata6, sizeof metadata6) == 0) return CURL_SOCKET_BAD;
        if (memcmp(six, mapped, sizeof mapped) == 0) four = six + sizeof mapped;
    }
    if (four && four[0] == 169 && four[1] == 254) return CURL_SOCKET_BAD;
    if (four && four[0] == 100 && four[1] == 100 && four[2] == 100 && four[3] == 200) return CURL_SOCKET_BAD;
    return otomi_curl_open_socket(context, purpose, address);
}

static inline CURLcode otomi_curl_refuse_link_local(CURL *handle) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, otomi_curl_open_distant_socket);
}

/// Keeps connections from being inherited: a child process that held one would keep it open after we closed it.
static inline CURLcode otomi_curl_set_close_on_exec(CURL *handle) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, otomi_curl_open_socket);
}

/// Hands `length` bytes over by copy; curl owns the copy.
static inline CURLcode otomi_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t length) {
    struct curl_blob blob;
    blob.data = (void *)bytes;
    blob.len = length;
    blob.flags = CURL_BLOB_COPY;
    return curl_easy_setopt(handle, option, &blob);
}

static inline CURLcode otomi_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode otomi_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

/// The context pointer that the handle was given with `CURLOPT_PRIVATE`.
static inline void *otomi_curl_get_private(CURL *handle) {
    char *value = NULL;
    return curl_easy_getinfo(handle, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

static inline CURLMcode otomi_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// The finished transfer of a message, and how it ended; `NULL` for any other message.
static inline CURL *otomi_curl_message_done(const CURLMsg *message, CURLcode *result) {
    if (message->msg != CURLMSG_DONE) return NULL;
    *result = message->data.result;
    return message->easy_handle;
}

/// Only these schemes, whatever else this libcurl was built with.
static inline CURLcode otomi_curl_allow_http_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

/// Lets a transfer end while its host is still being resolved; otherwise removing it waits for the resolver.
static inline CURLcode otomi_curl_leave_resolver_behind(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
    return curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#else
    return CURLE_OK;
#endif
}
