#ifndef GRANTRAIL_CMAXMIND_H
#define GRANTRAIL_CMAXMIND_H

#include <maxminddb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// libmaxminddb reads values through variadic calls and a union, neither of which Swift imports.

// NULL on failure, with the reason in *error.
static inline MMDB_s *grantrail_mmdb_open(const char *path, int *error) {
    MMDB_s *database = (MMDB_s *)calloc(1, sizeof(MMDB_s));
    if (database == NULL) {
        *error = MMDB_OUT_OF_MEMORY_ERROR;
        return NULL;
    }
    *error = MMDB_open(path, MMDB_MODE_MMAP, database);
    if (*error != MMDB_SUCCESS) {
        free(database);
        return NULL;
    }
    return database;
}

static inline void grantrail_mmdb_close(MMDB_s *database) {
    MMDB_close(database);
    free(database);
}

// The record of an address given as 16 big-endian bytes, IPv4 mapped into IPv6; false if there is
// none.
static inline bool grantrail_mmdb_find(
    const MMDB_s *database, const uint8_t *address, bool is_ipv4, MMDB_entry_s *entry) {
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    const struct sockaddr *socket_address;
    int error = MMDB_SUCCESS;
    if (is_ipv4) {
        memset(&v4, 0, sizeof v4);
        v4.sin_family = AF_INET;
        memcpy(&v4.sin_addr, address + 12, 4);
        socket_address = (const struct sockaddr *)&v4;
    } else {
        memset(&v6, 0, sizeof v6);
        v6.sin6_family = AF_INET6;
        memcpy(&v6.sin6_addr, address, 16);
        socket_address = (const struct sockaddr *)&v6;
    }
    MMDB_lookup_result_s result = MMDB_lookup_sockaddr(database, socket_address, &error);
    *entry = result.entry;
    return error == MMDB_SUCCESS && result.found_entry;
}

static inline bool grantrail_mmdb_value(
    MMDB_entry_s entry, const char *first, const char *second, const char *third,
    MMDB_entry_data_s *data) {
    const char *path[] = {first, second, third, NULL};
    return MMDB_aget_value(&entry, data, path) == MMDB_SUCCESS && data->has_data;
}

// A number of any type as a double.
static inline bool grantrail_mmdb_number(
    MMDB_entry_s entry, const char *first, const char *second, double *number) {
    MMDB_entry_data_s data;
    if (!grantrail_mmdb_value(entry, first, second, NULL, &data)) return false;
    switch (data.type) {
    case MMDB_DATA_TYPE_DOUBLE: *number = data.double_value; return true;
    case MMDB_DATA_TYPE_FLOAT: *number = data.float_value; return true;
    case MMDB_DATA_TYPE_UINT16: *number = data.uint16; return true;
    case MMDB_DATA_TYPE_UINT32: *number = data.uint32; return true;
    case MMDB_DATA_TYPE_INT32: *number = data.int32; return true;
    case MMDB_DATA_TYPE_UINT64: *number = (double)data.uint64; return true;
    default: return false;
    }
}

// A text without its end mark, valid while the database is open.
static inline const uint8_t *grantrail_mmdb_text(
    MMDB_entry_s entry, const char *first, const char *second, const char *third,
    uint32_t *length) {
    MMDB_entry_data_s data;
    if (!grantrail_mmdb_value(entry, first, second, third, &data)) return NULL;
    if (data.type != MMDB_DATA_TYPE_UTF8_STRING) return NULL;
    *length = data.data_size;
    return (const uint8_t *)data.utf8_string;
}

// Whether a value is there and true.
static inline bool grantrail_mmdb_is_true(
    MMDB_entry_s entry, const char *first, const char *second) {
    MMDB_entry_data_s data;
    return grantrail_mmdb_value(entry, first, second, NULL, &data)
        && data.type == MMDB_DATA_TYPE_BOOLEAN && data.boolean;
}

// Whether any record can hold a key: keys stand in the data section as they are.
static inline bool grantrail_mmdb_mentions(const MMDB_s *database, const char *key) {
    const uint8_t *place = database->data_section;
    size_t left = database->data_section_size;
    const size_t length = strlen(key);
    while (left >= length) {
        const uint8_t *found = (const uint8_t *)memchr(place, key[0], left - length + 1);
        if (found == NULL) return false;
        if (memcmp(found, key, length) == 0) return true;
        left -= (size_t)(found - place) + 1;
        place = found + 1;
    }
    return false;
}

#endif
