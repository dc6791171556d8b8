internal import Glibc

/// A thread beside the one that owns the store: does what it is given, one after another. Begins
/// with the first task and ends with the object.
final class SideThread {
    private let queue = Queue()
    private var thread: pthread_t?

    deinit { stop() }

    /// Whether everything that was given is done.
    var isIdle: Bool { queue.isIdle }

    /// Hands over a task; without a thread to be had it is done at once.
    func add(_ task: @escaping @Sendable () -> Void) {
        if thread == nil { start() }
        if thread == nil { task() } else { queue.add(task) }
    }

    /// Waits until everything that was given is done.
    func wait() { queue.wait() }

    /// Waits likewise, and ends the thread.
    func stop() {
        guard let thread else { return }
        self.thread = nil
        queue.add(nil)
        pthread_join(thread, nil)
    }

    private func start() {
        var made = pthread_t()
        let context = Unmanaged.passRetained(queue)
        let status = pthread_create(
            &made, nil,
            { context in
                if let context { Unmanaged<Queue>.fromOpaque(context).takeRetainedValue().work() }
                return nil
            }, context.toOpaque())
        if status == 0 { thread = made } else { context.release() }
    }

    /// What both threads know.
    private final class Queue: @unchecked Sendable {
        private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        /// Nil stands for the end.
        private var tasks: [(@Sendable () -> Void)?] = []
        private var open = 0

        init() {
            pthread_mutex_init(lock, nil)
            pthread_cond_init(changed, nil)
        }

        deinit {
            pthread_cond_destroy(changed)
            pthread_mutex_destroy(lock)
            changed.deallocate()
            lock.deallocate()
        }

        var isIdle: Bool {
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            return open == 0
        }

        func add(_ task: (@Sendable () -> Void)?) {
            pthread_mutex_lock(lock)
            tasks.append(task)
            open += 1
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(lock)
        }

        func wait() {
            pthread_mutex_lock(lock)
            while open > 0 { pthread_cond_wait(changed, lock) }
            pthread_mutex_unlock(lock)
        }

        func work() {
            var isOpen = true
            while isOpen {
                isOpen = doNext()
                finished()
            }
        }

        /// Nothing that the task holds is held any more when it counts as finished.
        ///
        /// - Returns: false at the end.
        private func doNext() -> Bool {
            guard let task = next() else { return false }
            task()
            return true
        }

        private func next() -> (@Sendable () -> Void)? {
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            while tasks.isEmpty { pthread_cond_wait(changed, lock) }
            return tasks.removeFirst()
        }

        private func finished() {
            pthread_mutex_lock(lock)
            open -= 1
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(lock)
        }
    }
}
