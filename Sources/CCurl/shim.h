#ifndef GRANTRAIL_CCURL_H
#define GRANTRAIL_CCURL_H

// Its type checks are macros over variadic functions, which the wrappers below replace.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

// Swift cannot call variadic functions; a wrapper for every type of value.

static inline CURLcode grantrail_curl_start(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT);
}

static inline CURLcode grantrail_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode grantrail_curl_set_size(CURL *handle, CURLoption option, long long value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

static inline CURLcode grantrail_curl_set_text(CURL *handle, CURLoption option,
                                               const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode grantrail_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*grantrail_curl_reader)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode grantrail_curl_set_reader(CURL *handle, CURLoption option,
                                                 grantrail_curl_reader reader) {
    return curl_easy_setopt(handle, option, reader);
}

static inline CURLcode grantrail_curl_set_progress(CURL *handle,
                                                   curl_xferinfo_callback progress) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
}

static inline CURLcode grantrail_curl_set_opener(CURL *handle, curl_opensocket_callback opener) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, opener);
}

static inline CURLcode grantrail_curl_get_number(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

// No other scheme than these, whatever a redirect or a URL says.
static inline CURLcode grantrail_curl_set_schemes(CURL *handle, bool secure_only) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, secure_only ? "https" : "http,https");
#else
    long schemes = secure_only ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS;
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS, schemes);
#endif
}

// A name server that does not answer must not hold a request beyond its time.
static inline CURLcode grantrail_curl_leave_resolver(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
    return curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)handle;
    return CURLE_OK;
#endif
}

static inline CURLcode grantrail_curl_set_versions(CURL *handle) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

// The address that is to be connected to as 16 bytes, IPv4 in its mapped form; false for a family
// that is neither.
static inline bool grantrail_curl_address(const struct curl_sockaddr *address,
                                          unsigned char *bytes) {
    if (address->family == AF_INET) {
        struct sockaddr_in place;
        memcpy(&place, &address->addr, sizeof place);
        memset(bytes, 0, 10);
        memset(bytes + 10, 0xFF, 2);
        memcpy(bytes + 12, &place.sin_addr, 4);
        return true;
    }
    if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
        // libcurl keeps the whole address behind a member that is declared shorter.
        struct sockaddr_in6 place;
        memcpy(&place, (const char *)address + offsetof(struct curl_sockaddr, addr), sizeof place);
        memcpy(bytes, &place.sin6_addr, 16);
        return true;
    }
    return false;
}

static inline curl_socket_t grantrail_curl_open(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

#endif
