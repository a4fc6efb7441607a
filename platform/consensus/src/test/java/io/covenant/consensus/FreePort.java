package io.covenant.consensus;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// An address where nobody listens, below the ports that the system gives to connections by itself, and another one
/// each time.
public final class FreePort {

    private static final int FIRST = 12_000;
    private static final int END = 32_768;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    public static InetSocketAddress find() {
        while (true) {
            var address = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(),
                    ThreadLocalRandom.current().nextInt(FIRST, END));
            if (!GIVEN.add(address.getPort())) {
                continue;
            }
            try (var socket = new ServerSocket()) {
                socket.bind(address);
                return address;
            } catch (IOException _) {
                // somebody listens there: another one
            }
        }
    }
}
