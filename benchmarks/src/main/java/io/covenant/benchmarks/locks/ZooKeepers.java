package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.node.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.Version;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.jspecify.annotations.Nullable;

/// ZooKeeper: three nodes, and Curator's locks.
final class ZooKeepers implements LockSystem {

    static final String NAME = "zookeeper";

    private final Servers servers;
    private final String addresses;
    private @Nullable CuratorFramework shared;

    private ZooKeepers(Servers servers, String addresses) {
        this.servers = servers;
        this.addresses = addresses;
    }

    /// @param directory of these nodes alone, empty
    static ZooKeepers start(Path directory) throws IOException, InterruptedException {
        int nodes = 3;
        var servers = new Servers(directory);
        SequencedMap<String, Integer> ports = new LinkedHashMap<>();
        var members = new ArrayList<String>();
        for (int i = 1; i <= nodes; i++) {
            ports.put("zookeeper-" + i, FreePorts.one());
            members.add("server.%d=127.0.0.1:%d:%d".formatted(i, FreePorts.one(), FreePorts.one()));
        }
        try {
            int id = 0;
            for (var node : ports.entrySet()) {
                start(servers, node.getKey(), ++id, node.getValue(), members);
            }
            for (var node : ports.entrySet()) {
                servers.await(node.getKey(), () -> serves(node.getValue()));
            }
            return new ZooKeepers(
                    servers,
                    ports.values().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
        } catch (IOException | InterruptedException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private static void start(Servers servers, String name, int id, int port, List<String> members) throws IOException {
        Path home = servers.home(name);
        Path data = Files.createDirectories(home.resolve("data"));
        Files.writeString(data.resolve("myid"), Integer.toString(id));
        Path configuration =
                Files.writeString(home.resolve("zoo.cfg"), """
                tickTime=2000
                initLimit=10
                syncLimit=5
                maxClientCnxns=0
                admin.enableServer=false
                4lw.commands.whitelist=srvr
                clientPortAddress=127.0.0.1
                clientPort=%d
                dataDir=%s
                %s
                """.formatted(port, data, String.join("\n", members)));
        var command = new ArrayList<>(List.of(JavaRuntime.current().executable()));
        command.addAll(LockNodes.FLAGS);
        command.addAll(List.of("-cp", JavaRuntime.classPath(), QuorumPeerMain.class.getName()));
        command.add(configuration.toString());
        servers.start(name, command, Map.of());
    }

    /// Whether it answers that it leads or follows.
    private static boolean serves(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).contains("Mode: ");
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return Version.getVersion()
                + ", three nodes, nothing encrypted, fsync as always; Curator's InterProcessMutex and InterProcessReadWriteLock, one CuratorFramework for all threads";
    }

    @Override
    public Durability durability() {
        return Durability.MAJORITY;
    }

    @Override
    public boolean shares() {
        return true;
    }

    @Override
    public boolean hasSessions() {
        return true;
    }

    @Override
    public LockUser join(int number) throws Exception {
        return new User(shared(), false);
    }

    @Override
    public LockUser joinAlone(int number) throws Exception {
        return new User(connect(), true);
    }

    private synchronized CuratorFramework shared() throws Exception {
        CuratorFramework now = shared == null ? connect() : shared;
        shared = now;
        return now;
    }

    private CuratorFramework connect() throws Exception {
        CuratorFramework client = CuratorFrameworkFactory.newClient(
                addresses,
                Math.toIntExact(LocksBenchmark.TTL.toMillis()),
                Math.toIntExact(LocksBenchmark.TTL.toMillis()),
                new ExponentialBackoffRetry(100, 3));
        client.start();
        if (!client.blockUntilConnected(Math.toIntExact(LocksBenchmark.JOINING.toSeconds()), TimeUnit.SECONDS)) {
            client.close();
            throw new IOException("no connection to " + addresses);
        }
        return client;
    }

    private static final class User implements LockUser {

        private final CuratorFramework client;
        private final Map<String, InterProcessMutex> mutexes = new HashMap<>();
        private final Map<String, InterProcessReadWriteLock> shared = new HashMap<>();

        private final boolean ends;

        User(CuratorFramework client, boolean ends) {
            this.client = client;
            this.ends = ends;
        }

        @Override
        public Hold acquire(String lock, boolean together) throws Exception {
            InterProcessMutex mutex = mutex(lock, together);
            mutex.acquire();
            return mutex::release;
        }

        private InterProcessMutex mutex(String lock, boolean together) {
            if (!lock.startsWith("shared")) {
                return mutexes.computeIfAbsent(lock, name -> new InterProcessMutex(client, "/locks/" + name));
            }
            InterProcessReadWriteLock both =
                    shared.computeIfAbsent(lock, name -> new InterProcessReadWriteLock(client, "/locks/" + name));
            return together ? both.readLock() : both.writeLock();
        }

        @Override
        public void close() {
            if (ends) {
                client.close();
            }
        }
    }

    @Override
    public SequencedMap<String, ProcessHandle> servers() {
        return servers.handles();
    }

    @Override
    public synchronized void close() {
        if (shared != null) {
            shared.close();
        }
        servers.close();
    }
}
