public import AuditModel
internal import COpenSSL

/// Keyed fingerprints of secrets: HMAC-SHA-256, cut to 128 bits.
///
/// One thread at a time may use one; make one for every thread.
public final class Fingerprinter {
    private let context: OpaquePointer?

    /// Fetches the algorithm and sets the key, once.
    public init(key: FingerprintKey) {
        let algorithm = EVP_MAC_fetch(nil, OSSL_MAC_NAME_HMAC, nil)
        defer { EVP_MAC_free(algorithm) }
        context = EVP_MAC_CTX_new(algorithm)
        var digest = Array("SHA256".utf8CString)
        let isReady = digest.withUnsafeMutableBufferPointer { name in
            var parameters = [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return key.withBytes { bytes in
                EVP_MAC_init(
                    context, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
                    &parameters)
            }
        }
        // HMAC with SHA-256 is in every OpenSSL 3; without it nothing may be fingerprinted.
        precondition(isReady == 1, "OpenSSL offers no HMAC-SHA-256")
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// The fingerprint of a token as one kind: HMAC(key, tag ‖ 0x00 ‖ token).
    public func fingerprint(_ token: UnsafeRawBufferPointer, kind: TokenKind) -> ID128 {
        var tag = kind.tag
        return tag.withUTF8 { mac(UnsafeRawBufferPointer($0), token) }
    }

    /// The fingerprint of a token whatever it is used as: HMAC(key, 0x00 ‖ token).
    public func fingerprint(_ token: UnsafeRawBufferPointer) -> ID128 {
        mac(UnsafeRawBufferPointer(start: nil, count: 0), token)
    }

    /// 16 bytes that follow from the key and a label, from which the key does not follow.
    func derived(_ label: StaticString) -> [UInt8] {
        let label = Array(label.description.utf8)
        let id = label.withUnsafeBytes { mac($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
        var bytes = [UInt8](repeating: 0, count: 16)
        bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { id.store(into: base) } }
        return bytes
    }

    private func mac(_ tag: UnsafeRawBufferPointer, _ token: UnsafeRawBufferPointer) -> ID128 {
        withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { digest in
            var separator: UInt8 = 0
            var count = 0
            // Without parameters or key this starts anew with the key of the last call.
            var isDone = EVP_MAC_init(context, nil, 0, nil) == 1
            isDone = isDone && update(tag) && EVP_MAC_update(context, &separator, 1) == 1
            isDone = isDone && update(token)
            let output = digest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            isDone = isDone && EVP_MAC_final(context, output, &count, 32) == 1 && count == 32
            guard isDone, let base = digest.baseAddress else { return .none }
            return ID128(bigEndianBytes: base)
        }
    }

    private func update(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return true }
        return EVP_MAC_update(context, base.assumingMemoryBound(to: UInt8.self), bytes.count) == 1
    }
}
