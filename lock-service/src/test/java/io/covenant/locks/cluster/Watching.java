package io.covenant.locks.cluster;

import io.covenant.locks.node.EventStream;
import java.util.List;

/// What travels between those who watch and servers. A connection is over as soon as something of it is missing.
sealed interface Watching {

    /// @param session whose events are wanted; 0 for those under the prefix
    /// @param after   the place up to which the reader knows everything, as in `Last-Event-ID`; negative for now
    record Open(long connection, long session, String prefix, long after) implements Watching {}

    /// @param life   of the server: a connection does not outlast it
    /// @param number of what is told on this connection, from 1
    /// @param ended  nothing more comes
    record Told(long connection, long life, int number, List<EventStream.Item> items, boolean ended)
            implements Watching {}
}
