internal import CCurl
internal import Glibc
internal import WireFormat

/// One easy handle of libcurl with its open connections. One thread at a time may use it:
/// whoever took it from the transport.
final class CurlHandle: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer

    init?() {
        guard let handle = curl_easy_init() else { return nil }
        self.handle = handle
    }

    deinit { curl_easy_cleanup(handle) }

    /// Sends one request; nil if it was broken off.
    ///
    /// - Parameter wall: nanoseconds UTC.
    func send(_ request: HookRequest, _ flag: AbandonFlag, wall: () -> Int64) -> HookAnswer? {
        // Connections stay; pointers of an earlier request do not.
        curl_easy_reset(handle)
        defer { curl_easy_reset(handle) }
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(headers) }
        for text in Self.lines(request) {
            guard let longer = curl_slist_append(headers, text) else {
                return HookAnswer(reason: "there is no memory for the headers")
            }
            headers = longer
        }
        let exchange = CurlExchange(request, flag)
        var trouble = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE) + 1)
        let code = trouble.withUnsafeMutableBufferPointer { trouble in
            request.body.withUnsafeBytes { body in
                perform(request, headers, body, exchange, trouble)
            }
        }
        return answer(code, request, exchange, trouble, wall)
    }

    private func perform(
        _ request: HookRequest, _ headers: UnsafeMutablePointer<curl_slist>?,
        _ body: UnsafeRawBufferPointer, _ exchange: CurlExchange,
        _ trouble: UnsafeMutableBufferPointer<CChar>
    ) -> CURLcode {
        withExtendedLifetime(exchange) {
            let context = Unmanaged.passUnretained(exchange).toOpaque()
            let codes = [
                grantrail_curl_set_text(handle, CURLOPT_URL, request.url.text),
                grantrail_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headers),
                grantrail_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, trouble.baseAddress),
                grantrail_curl_set_number(handle, CURLOPT_POST, 1),
                grantrail_curl_set_size(
                    handle, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count)),
                grantrail_curl_set_pointer(
                    handle, CURLOPT_POSTFIELDS,
                    body.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }),
            ]
            let bounds = limit(request) + guards(request) + callbacks(context)
            if let code = (codes + bounds).first(where: { $0 != CURLE_OK }) { return code }
            return PipeSignal.withheld { curl_easy_perform(handle) }
        }
    }

    private func limit(_ request: HookRequest) -> [CURLcode] {
        let whole = max(1, Int(request.timeout / 1_000_000))
        return [
            number(CURLOPT_TIMEOUT_MS, whole),
            number(CURLOPT_CONNECTTIMEOUT_MS, min(whole, 10_000)),
            number(CURLOPT_MAXCONNECTS, 4),
            grantrail_curl_leave_resolver(handle),
        ]
    }

    /// What keeps a request where it belongs, whatever the environment and the answer say.
    private func guards(_ request: HookRequest) -> [CURLcode] {
        var codes = [
            grantrail_curl_set_schemes(handle, request.url.isEncrypted),
            grantrail_curl_set_versions(handle),
            number(CURLOPT_FOLLOWLOCATION, 0),
            number(CURLOPT_SSL_VERIFYPEER, 1),
            number(CURLOPT_SSL_VERIFYHOST, 2),
            number(CURLOPT_NOSIGNAL, 1),
            grantrail_curl_set_text(handle, CURLOPT_PROXY, ""),
            grantrail_curl_set_text(handle, CURLOPT_NOPROXY, "*"),
        ]
        if let file = request.authorities {
            codes.append(grantrail_curl_set_text(handle, CURLOPT_CAINFO, file))
            codes.append(grantrail_curl_set_text(handle, CURLOPT_CAPATH, nil))
        }
        return codes
    }

    private func callbacks(_ context: UnsafeMutableRawPointer) -> [CURLcode] {
        [
            grantrail_curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, context),
            grantrail_curl_set_opener(handle) { context, _, address in
                CurlExchange.of(context)?.open(address) ?? -1
            },
            grantrail_curl_set_pointer(handle, CURLOPT_HEADERDATA, context),
            grantrail_curl_set_reader(handle, CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
                let line = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
                return CurlExchange.of(context)?.takeHeader(line) ?? 0
            },
            grantrail_curl_set_pointer(handle, CURLOPT_WRITEDATA, context),
            grantrail_curl_set_reader(handle, CURLOPT_WRITEFUNCTION) { _, _, count, context in
                CurlExchange.of(context)?.takeBody(count) ?? 0
            },
            number(CURLOPT_NOPROGRESS, 0),
            grantrail_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context),
            grantrail_curl_set_progress(handle) { context, _, _, _, _ in
                CurlExchange.of(context)?.isAbandoned == false ? 0 : 1
            },
        ]
    }

    private func number(_ option: CURLoption, _ value: Int) -> CURLcode {
        grantrail_curl_set_number(handle, option, value)
    }

    // MARK: - Answers

    private func answer(
        _ code: CURLcode, _ request: HookRequest, _ exchange: CurlExchange, _ trouble: [CChar],
        _ wall: () -> Int64
    ) -> HookAnswer? {
        // What the status says stands, even if the rest of the answer does not come.
        if let status = exchange.finalStatus {
            let wait = exchange.retryAfter.flatMap { RetryAfter.wait($0, now: wall()) }
            return HookAnswer(status: status, retryAfter: wait)
        }
        if code == CURLE_ABORTED_BY_CALLBACK { return nil }
        return HookAnswer(reason: PlainLine.bounded(reason(code, request, exchange, trouble)))
    }

    private func reason(
        _ code: CURLcode, _ request: HookRequest, _ exchange: CurlExchange, _ trouble: [CChar]
    ) -> String {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return "the host's name cannot be resolved"
        case CURLE_COULDNT_CONNECT:
            if let refusal = exchange.refusal {
                return "not connected: \(refusal), which needs allow_private"
            }
            var number = 0
            _ = grantrail_curl_get_number(handle, CURLINFO_OS_ERRNO, &number)
            let system = Int32(exactly: number).flatMap { $0 == 0 ? nil : strerror($0) }
            return "cannot connect" + (system.map { ": " + String(cString: $0) } ?? "")
        case CURLE_OPERATION_TIMEDOUT:
            return "no answer within \(request.timeout / 1_000_000) ms"
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE:
            // The library's own words name the certificate's fault, never the URL's path.
            let detail = trouble.withUnsafeBufferPointer { text in
                text.baseAddress.map { String(cString: $0) } ?? ""
            }
            return "TLS: " + (detail.isEmpty ? Self.text(code) : detail)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE:
            return "the connection broke off: " + Self.text(code)
        case CURLE_WRITE_ERROR: return "the answer's headers are too long"
        default: return Self.text(code)
        }
    }

    private static func text(_ code: CURLcode) -> String {
        String(cString: curl_easy_strerror(code))
    }

    private static func lines(_ request: HookRequest) -> [String] {
        // The empty one takes away what libcurl would add and wait for.
        request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
            + ["expect:"]
    }
}
