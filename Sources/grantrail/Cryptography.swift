import COpenSSL

/// Settings of the cryptographic library.
enum Cryptography {
    /// Leaves the library's memory to the kernel when the process ends. The library would free it
    /// in `exit` while worker threads may still hash, and they would crash.
    static func outliveTheProcess() {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }
}
