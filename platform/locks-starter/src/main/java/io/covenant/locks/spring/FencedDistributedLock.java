package io.covenant.locks.spring;

import org.springframework.integration.support.locks.DistributedLock;

/// A lock of Spring Integration that has a fencing token while the calling thread holds it.
public interface FencedDistributedLock extends DistributedLock {

    /// @throws IllegalStateException when the calling thread does not hold it
    long token();

    /// @throws IllegalStateException when the calling thread does not hold it
    String sequencer();
}
