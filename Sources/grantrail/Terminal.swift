import Delivery
import Foundation
import TokenScan

/// The two outputs of the process: data on standard output, everything else on standard error.
enum Terminal {
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes data. A reader that went away ends the process quietly, as `head` expects.
    ///
    /// - Parameter brokenPipe: if not 0, it ends with this status and a word instead, for a service
    ///   that nobody hears any more.
    static func write(_ bytes: some ContiguousBytes, brokenPipe: Int32 = 0) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Foundation.write(
                    STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno == EINTR {
                    continue
                } else if errno == EPIPE {
                    if brokenPipe == 0 { exit(0) }
                    fail(
                        "cannot tell alerts on standard output: its reader went away; start the "
                            + "service with a reader, which gets again what it missed",
                        status: brokenPipe)
                } else {
                    let reason = String(cString: strerror(errno))
                    fail("cannot write to standard output: \(reason)", status: 74)
                }
            }
        }
    }

    static func write(_ text: String) { write(Array(text.utf8)) }

    /// Writes one line for people to standard error. File names, arguments and rules come from
    /// outside: tokens in them are left out.
    static func note(_ line: String) { tell(SecretText.redacted(line) + "\n") }

    /// Writes to standard error. If nobody can read it, work goes on without.
    static func tell(_ text: String) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let written = bytes[done...].withUnsafeBytes {
                Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            if written > 0 {
                done += written
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Says what went wrong and ends the process. Names of files and the like are made harmless
    /// for a terminal.
    static func fail(_ message: String, status: Int32) -> Never {
        let message = SecretText.redacted(message)
        note("error: " + TextStyle(isColoured: false).escape(message, limit: 4096))
        exit(status)
    }

    /// Calls back once nobody reads standard output any more, also while nothing is written to it.
    /// Only pipes, sockets and terminals tell.
    static func whenReaderLeaves(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            var request = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while poll(&request, 1, -1) < 0, errno == EINTR {}
            if Int32(request.revents) & (POLLERR | POLLHUP) != 0 { body() }
        }
        thread.start()
    }

    /// A reader that goes away, or a file at its size limit, must give an error to the write, not
    /// end the process by a signal.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }
}
