package io.covenant.locks.client;

/// Something that is followed until it is closed.
public interface Watch extends AutoCloseable {

    @Override
    void close();
}
