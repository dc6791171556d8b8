#ifndef GRANTRAIL_CRDKAFKA_H
#define GRANTRAIL_CRDKAFKA_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stddef.h>

// Swift cannot call variadic functions.

/// Hands a message over, of which key and value are copied. The headers are the client's from then
/// on, unless an error is returned.
static inline rd_kafka_resp_err_t grantrail_kafka_produce(
    rd_kafka_t *client, const char *topic, const void *key, size_t key_size, const void *value,
    size_t value_size, rd_kafka_headers_t *headers, void *opaque) {
    return rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, key_size),
        RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

#endif
