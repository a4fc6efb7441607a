package io.covenant.benchmarks.locks;

/// A client of a lock service. One thread uses it.
interface LockUser extends AutoCloseable {

    /// Waits until it holds the lock.
    Hold acquire(String lock, boolean shared) throws Exception;

    @Override
    void close();

    /// A lock that is held.
    @FunctionalInterface
    interface Hold {

        /// Returns when the service has confirmed it.
        void release() throws Exception;
    }
}
