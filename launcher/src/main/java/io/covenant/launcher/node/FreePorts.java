package io.covenant.launcher.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Ports that nobody uses at this moment, for processes that start a little later and may be stopped and started again.
///
/// They lie below those that an operating system gives to connections by itself (from 32768 on Linux, from 49152 by
/// IANA's range), so that no connection made in the meantime can sit on one, and none is given twice in the life of
/// this JVM. Safe for use by many threads.
public final class FreePorts {

    private static final int FIRST = 12_000;
    private static final int END = 32_768;
    private static final int TRIES = 1_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    public static int one() {
        return several(1).getFirst();
    }

    /// As many different ones.
    ///
    /// @throws UncheckedIOException if there are not as many
    public static List<Integer> several(int count) {
        var held = new ArrayList<ServerSocket>();
        try {
            for (int tries = 0; held.size() < count; tries++) {
                try {
                    held.add(another());
                } catch (IOException taken) {
                    if (tries >= TRIES) {
                        throw new UncheckedIOException(
                                "found only %d of %d free ports from %d to %d"
                                        .formatted(held.size(), count, FIRST, END - 1),
                                taken);
                    }
                }
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            held.forEach(FreePorts::release);
        }
    }

    private static ServerSocket another() throws IOException {
        int port = ThreadLocalRandom.current().nextInt(FIRST, END);
        if (!GIVEN.add(port)) {
            throw new BindException("port " + port + " was given before");
        }
        return new ServerSocket(port);
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
