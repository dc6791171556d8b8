internal import CCurl
internal import Synchronization

/// Posts over libcurl: HTTP/1.1, TLS 1.2 or newer with verification, no redirects, no proxies, no
/// other schemes, and only to public addresses unless the request allows others.
public final class CurlTransport: HookTransport {
    private struct Idle {
        var open: [CurlHandle] = []
        var guarded: [CurlHandle] = []
    }

    /// Handles kept with their connections.
    private static let mostIdle = 64
    private static let isStarted = grantrail_curl_start() == CURLE_OK

    private let wall: @Sendable () -> Int64
    private let idle = Mutex(Idle())

    /// - Parameter wall: the time, nanoseconds UTC, for `Retry-After` with a date.
    public init(wall: @escaping @Sendable () -> Int64) { self.wall = wall }

    /// See ``HookTransport``. An answer's headers decide; at most 64 KiB of its body are read, and
    /// dropped.
    public func send(_ request: HookRequest, _ flag: AbandonFlag) -> HookAnswer? {
        guard Self.isStarted, let handle = take(request) ?? CurlHandle() else {
            return HookAnswer(reason: "libcurl cannot be started")
        }
        defer { put(handle, request) }
        return handle.send(request, flag, wall: wall)
    }

    // Connections are made for one kind of request and never lent to the other: one to a private
    // address would pass the guard by.

    private func take(_ request: HookRequest) -> CurlHandle? {
        idle.withLock { idle in
            request.allowPrivate ? idle.open.popLast() : idle.guarded.popLast()
        }
    }

    private func put(_ handle: CurlHandle, _ request: HookRequest) {
        idle.withLock { idle in
            guard idle.open.count + idle.guarded.count < Self.mostIdle else { return }
            if request.allowPrivate {
                idle.open.append(handle)
            } else {
                idle.guarded.append(handle)
            }
        }
    }
}
