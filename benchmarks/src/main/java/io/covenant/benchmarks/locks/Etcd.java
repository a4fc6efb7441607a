package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Peers;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.node.FreePorts;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.support.CloseableClient;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// etcd: three nodes, and its lock service asked by jetcd.
final class Etcd implements LockSystem {

    static final String NAME = "etcd";

    private final String version;
    private final Servers servers;
    private final Client client;

    private Etcd(String version, Servers servers, Client client) {
        this.version = version;
        this.servers = servers;
        this.client = client;
    }

    /// @param directory of these nodes alone, empty
    static Etcd start(Path binary, Path directory) throws IOException, InterruptedException {
        SequencedMap<String, Integer> ports = new LinkedHashMap<>();
        SequencedMap<String, Integer> peers = new LinkedHashMap<>();
        for (String name : List.of("etcd-1", "etcd-2", "etcd-3")) {
            ports.put(name, FreePorts.one());
            peers.put(name, FreePorts.one());
        }
        String cluster = peers.entrySet().stream()
                .map(peer -> peer.getKey() + "=" + url(peer.getValue()))
                .collect(Collectors.joining(","));
        var servers = new Servers(directory);
        try (var http = HttpClient.newHttpClient()) {
            for (String name : ports.keySet()) {
                String api = url(ports.getOrDefault(name, 0));
                String peer = url(peers.getOrDefault(name, 0));
                var command = new ArrayList<>(List.of(binary.toString()));
                command.addAll(
                        List.of("--name", name, "--data-dir", servers.home(name).toString()));
                command.addAll(List.of("--listen-client-urls", api, "--advertise-client-urls", api));
                command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
                command.addAll(List.of("--initial-cluster", cluster, "--initial-cluster-state", "new"));
                command.addAll(List.of("--logger", "zap", "--log-level", "error"));
                servers.start(name, command, Map.of());
            }
            for (var port : ports.entrySet()) {
                var health = HttpRequest.newBuilder(URI.create(url(port.getValue()) + "/health"))
                        .build();
                servers.await(
                        port.getKey(),
                        () -> http.send(health, BodyHandlers.ofString()).body().contains("true"));
            }
            Client client = Client.builder()
                    .endpoints(ports.values().stream().map(Etcd::url).toArray(String[]::new))
                    .build();
            return new Etcd(Peers.version(binary, Map.of()), servers, client);
        } catch (IOException | InterruptedException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return version
                + ", three nodes, nothing encrypted, fsync as always; jetcd's Lock, a lease each kept alive, one client for all";
    }

    @Override
    public Durability durability() {
        return Durability.MAJORITY;
    }

    @Override
    public boolean shares() {
        return false;
    }

    @Override
    public boolean hasSessions() {
        return true;
    }

    @Override
    public LockUser join(int number) throws Exception {
        long lease = client.getLeaseClient()
                .grant(LocksBenchmark.TTL.toSeconds())
                .get(LocksBenchmark.JOINING.toSeconds(), TimeUnit.SECONDS)
                .getID();
        CloseableClient keptAlive = client.getLeaseClient().keepAlive(lease, new Ignoring());
        return new LockUser() {
            @Override
            public Hold acquire(String lock, boolean shared) throws Exception {
                ByteSequence key = client.getLockClient()
                        .lock(ByteSequence.from(lock, StandardCharsets.UTF_8), lease)
                        .get()
                        .getKey();
                return () -> client.getLockClient().unlock(key).get();
            }

            @Override
            public void close() {
                keptAlive.close();
                client.getLeaseClient().revoke(lease).join();
            }
        };
    }

    private static final class Ignoring implements StreamObserver<LeaseKeepAliveResponse> {

        @Override
        public void onNext(LeaseKeepAliveResponse value) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    @Override
    public SequencedMap<String, ProcessHandle> servers() {
        return servers.handles();
    }

    @Override
    public void close() {
        client.close();
        servers.close();
    }
}
