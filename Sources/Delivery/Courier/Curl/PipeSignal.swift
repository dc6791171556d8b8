internal import Glibc

/// A peer that closes while TLS writes may raise SIGPIPE, which would end the process.
enum PipeSignal {
    /// Runs something with the signal held back from this thread, and forgets one that came.
    static func withheld<Result>(_ body: () -> Result) -> Result {
        var pipe = sigset_t()
        var before = sigset_t()
        var pending = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        sigemptyset(&pending)
        sigpending(&pending)
        let wasPending = sigismember(&pending, SIGPIPE) == 1
        pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer {
            var none = timespec()
            while !wasPending, sigtimedwait(&pipe, nil, &none) == -1, errno == EINTR {}
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        return body()
    }
}
