package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Peers;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.node.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/// Redis: one node that forces every write to its disk, and Redisson's locks.
final class Redis implements LockSystem {

    static final String NAME = "redis";

    private static final int CONNECTIONS = 256;

    private final String version;
    private final Servers servers;
    private final RedissonClient client;

    private Redis(String version, Servers servers, RedissonClient client) {
        this.version = version;
        this.servers = servers;
        this.client = client;
    }

    /// @param directory of this node alone, empty
    /// @param environment with which the program runs
    static Redis start(Path binary, Map<String, String> environment, Path directory)
            throws IOException, InterruptedException {
        var servers = new Servers(directory);
        try {
            int port = FreePorts.one();
            servers.start(
                    NAME,
                    List.of(
                            binary.toString(),
                            "--bind",
                            "127.0.0.1",
                            "--port",
                            Integer.toString(port),
                            "--dir",
                            servers.home(NAME).toString(),
                            "--appendonly",
                            "yes",
                            "--appendfsync",
                            "always",
                            "--save",
                            ""),
                    environment);
            servers.await(NAME, () -> answers(port));
            var config = new Config();
            config.setLockWatchdogTimeout(LocksBenchmark.TTL.toMillis());
            config.useSingleServer()
                    .setAddress("redis://127.0.0.1:" + port)
                    .setConnectionPoolSize(CONNECTIONS)
                    .setConnectionMinimumIdleSize(CONNECTIONS / 8);
            return new Redis(Peers.version(binary, environment), servers, Redisson.create(config));
        } catch (IOException | InterruptedException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private static boolean answers(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+';
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return version
                + ", one node, appendonly, appendfsync always; Redisson's RLock and RReadWriteLock, a thread each, one client with up to "
                + CONNECTIONS + " connections";
    }

    @Override
    public Durability durability() {
        return Durability.ONE_NODE;
    }

    @Override
    public boolean shares() {
        return true;
    }

    @Override
    public boolean hasSessions() {
        return false;
    }

    @Override
    public LockUser join(int number) {
        return new LockUser() {
            @Override
            public Hold acquire(String name, boolean shared) {
                RLock lock = lock(name, shared);
                lock.lock();
                return lock::unlock;
            }

            @Override
            public void close() {}
        };
    }

    private RLock lock(String name, boolean shared) {
        if (!name.startsWith("shared")) {
            return client.getLock(name);
        }
        return shared
                ? client.getReadWriteLock(name).readLock()
                : client.getReadWriteLock(name).writeLock();
    }

    @Override
    public SequencedMap<String, ProcessHandle> servers() {
        return servers.handles();
    }

    @Override
    public void close() {
        client.shutdown();
        servers.close();
    }
}
