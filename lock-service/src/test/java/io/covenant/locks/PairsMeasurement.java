package io.covenant.locks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Acquire and release over HTTP, three processes, every write forced on a majority:
/// `-Dtest=PairsMeasurement -Dexcluded.groups=`.
@Tag("campaign")
class PairsMeasurement {

    @TempDir
    Path directory;

    @Test
    void measures() throws Exception {
        try (var service = new ServiceProcesses(directory).compilingWell().started()) {
            service.ready();
            var primary = service.primary();
            run(service, primary, 64, Duration.ofSeconds(Integer.getInteger("warm.seconds", 15)), "warm");
            for (int round = 0; round < 2; round++) {
                for (int clients : List.of(1, 16, 64, 256)) {
                    run(service, primary, clients, Duration.ofSeconds(5), "own lock each");
                }
            }
            service.stop(primary);
        }
    }

    @SuppressWarnings("SystemOut")
    private static void run(ServiceProcesses service, String primary, int clients, Duration time, String what)
            throws Exception {
        long cpu = service.cpuMillis();
        var work = new ArrayList<Callable<long[]>>();
        for (int client = 0; client < clients; client++) {
            var name = "pairs/" + client;
            work.add(() -> pairs(service, primary, name, System.nanoTime() + time.toNanos()));
        }
        long began = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<long[]>();
            for (var one : threads.invokeAll(work)) {
                all.add(one.get());
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            long[] took = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            System.out.printf(
                    "%-14s %3d clients: %,8.0f pairs/s, p50 %.2f ms, p99 %.2f ms, servers %.2f CPU s per 1,000 pairs%n",
                    what,
                    clients,
                    took.length / seconds,
                    took[took.length / 2] / 1e6,
                    took[(int) (took.length * 0.99)] / 1e6,
                    (service.cpuMillis() - cpu) / (double) took.length);
        }
    }

    private static long[] pairs(ServiceProcesses service, String primary, String name, long until) throws Exception {
        var took = new ArrayList<Long>();
        try (var connection = new RawConnection(service.base(primary))) {
            var opened = connection.post("/api/v1/lock-sessions", "{\"name\":\"bench\",\"ttlMillis\":60000}");
            long session = RawConnection.number(opened.body(), "session");
            var path = "/api/v1/lock-sessions/" + session;
            long seq = 0;
            while (System.nanoTime() < until) {
                long began = System.nanoTime();
                var granted = connection.post(
                        path + "/acquire",
                        "{\"seq\":%d,\"ackUpTo\":%d,\"wants\":[{\"name\":\"%s\",\"mode\":\"EXCLUSIVE\"}]}"
                                .formatted(++seq, seq - 1, name));
                long token = RawConnection.number(granted.body(), "token");
                var released = connection.post(
                        path + "/release",
                        "{\"seq\":%d,\"ackUpTo\":%d,\"names\":[\"%s\"],\"token\":%d}"
                                .formatted(++seq, seq - 1, name, token));
                if (granted.status() != 200 || released.status() != 200) {
                    throw new AssertionError(granted + " " + released);
                }
                took.add(System.nanoTime() - began);
            }
        }
        return took.stream().mapToLong(Long::longValue).toArray();
    }
}
