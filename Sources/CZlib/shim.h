#ifndef GRANTRAIL_CZLIB_H
#define GRANTRAIL_CZLIB_H

#include <zlib.h>

// inflateInit2 is a macro, which Swift does not import. 15 + 32: largest window, gzip or zlib
// header found by zlib itself.
static inline int grantrail_inflate_start(z_stream *stream) {
    return inflateInit2(stream, 15 + 32);
}
#endif
