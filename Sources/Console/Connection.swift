internal import Foundation

/// One client, who asks once.
struct Connection {
    let descriptor: Int32
    let limits: ConsoleLimits

    /// Takes a connection over from the listener.
    init(_ descriptor: Int32, _ limits: ConsoleLimits) {
        self.descriptor = descriptor
        self.limits = limits
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
    }

    /// Reads the request, answers it, and lets the client go.
    func serve(_ answer: (ConsoleRequest) -> ConsoleAnswer) {
        switch read() {
        case .complete(let head): send(answer(head.request), isHead: head.isHead)
        case .refused(let status, let reason):
            send(.text(reason + "\n", status: status), isHead: false)
        // The client went away without a word.
        case .incomplete: break
        }
        end()
    }

    /// Tells a client that others are served, as far as that goes without waiting.
    func refuse() {
        let answer = ConsoleAnswer.text("too many clients at once\n", status: 503)
        let bytes = AnswerText.bytes(answer, isHead: false, time: Self.wallSeconds)
        _ = write(bytes[...])
        close(descriptor)
    }

    private func read() -> RequestHead.Outcome {
        let deadline = Self.milliseconds + limits.readMilliseconds
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            guard wait(for: POLLIN, until: deadline) else {
                return .refused(408, "the request took too long")
            }
            let count = recv(descriptor, &piece, piece.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            if count <= 0 { return .incomplete }
            bytes += piece[..<count]
            let outcome = RequestHead.read(bytes)
            if outcome != .incomplete { return outcome }
            if bytes.count >= limits.requestBytes {
                return .refused(431, "the request is longer than \(limits.requestBytes) bytes")
            }
        }
    }

    private func send(_ answer: ConsoleAnswer, isHead: Bool) {
        let bytes = AnswerText.bytes(answer, isHead: isHead, time: Self.wallSeconds)
        let deadline = Self.milliseconds + limits.writeMilliseconds
        var rest = bytes[...]
        while !rest.isEmpty {
            guard wait(for: POLLOUT, until: deadline), let count = write(rest) else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// - Returns: bytes that were taken; nil when the client went away.
    private func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = bytes.withUnsafeBytes {
            Foundation.send(
                descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count >= 0 { return count }
        return errno == EINTR || errno == EAGAIN ? 0 : nil
    }

    /// Closes so that the client can read the answer: what it still sends, such as a body, would
    /// else be answered by a reset that takes the answer with it.
    private func end() {
        shutdown(descriptor, Int32(SHUT_WR))
        let deadline = Self.milliseconds + 500
        var piece = [UInt8](repeating: 0, count: 4096)
        var left = 256 << 10
        while left > 0, wait(for: POLLIN, until: deadline) {
            let count = recv(descriptor, &piece, piece.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            if count <= 0 { break }
            left -= count
        }
        close(descriptor)
    }

    /// - Returns: false when nothing happened in time.
    private func wait(for events: Int32, until deadline: Int) -> Bool {
        while true {
            let left = deadline - Self.milliseconds
            if left <= 0 { return false }
            var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let count = poll(&request, 1, Int32(clamping: left))
            if count > 0 { return true }
            if count == 0 || errno != EINTR { return false }
        }
    }

    /// A clock that only grows.
    private static var milliseconds: Int {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        return moment.tv_sec * 1000 + moment.tv_nsec / 1_000_000
    }

    private static var wallSeconds: Int64 { Int64(Foundation.time(nil)) }
}
