package io.covenant.consensus.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// Round trips and bytes per second between two nodes in one process, with and without TLS. Run by hand:
///
/// `java -cp target/classes:target/test-classes io.covenant.consensus.transport.TransportMeasurement`
final class TransportMeasurement {

    private static final long TURN_NANOS = 1_500_000_000L;
    private static final int ROUNDS = 5;

    private TransportMeasurement() {}

    private record Pair(PeerTransport one, PeerTransport two, AtomicReference<FrameReceiver> atOne) {}

    public static void main(String[] arguments) throws Exception {
        System.out.printf("| | frames of | in flight | round trips/s | p50 us | p99 us | MB/s one way |%n");
        System.out.printf("|---|---|---|---|---|---|---|%n");
        for (var tls : new boolean[] {false, true}) {
            var pair = pair(tls);
            for (var inFlight : new int[] {1, 16, 64}) {
                roundTrips(pair, tls, inFlight, 128);
            }
            roundTrips(pair, tls, 64, 1024);
            stream(pair, tls, 64 * 1024);
            pair.one().close();
            pair.two().close();
        }
        System.exit(0);
    }

    private static Pair pair(boolean tls) throws Exception {
        var atOne = new AtomicReference<FrameReceiver>((peer, frame) -> {});
        var back = new AtomicReference<PeerTransport>();
        FrameReceiver echo = (peer, frame) -> back.get().send("one", frame.length > 4096 ? new byte[8] : frame);
        var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        FrameReceiver first = (peer, frame) -> atOne.get().receive(peer, frame);
        PeerTransport one;
        PeerTransport two;
        if (tls) {
            var authority = new Authority(Files.createTempDirectory("measured"), "authority")
                    .issue("one", "-dname", "CN=one")
                    .issue("two", "-dname", "CN=two");
            one = PeerTransport.withTls(
                    TransportSettings.standard("m", "one", here),
                    authority.context("one"),
                    first,
                    TransportListener.none());
            two = PeerTransport.withTls(
                    TransportSettings.standard("m", "two", here),
                    authority.context("two"),
                    echo,
                    TransportListener.none());
        } else {
            one = PeerTransport.onLoopback(
                    TransportSettings.standard("m", "one", here), first, TransportListener.none());
            two = PeerTransport.onLoopback(
                    TransportSettings.standard("m", "two", here), echo, TransportListener.none());
        }
        back.set(two);
        var addresses = Map.of("one", one.address(), "two", two.address());
        one.peers(addresses);
        two.peers(addresses);
        Thread.sleep(1000);
        return new Pair(one, two, atOne);
    }

    private static void roundTrips(Pair pair, boolean tls, int inFlight, int size) throws InterruptedException {
        var rates = new double[ROUNDS];
        var times = new long[2_000_000];
        var count = new AtomicLong();
        for (var round = -1; round < ROUNDS; round++) {
            var room = new Semaphore(inFlight);
            count.set(0);
            pair.atOne().set((peer, frame) -> {
                var at = count.getAndIncrement();
                times[(int) (at % times.length)] =
                        System.nanoTime() - ByteBuffer.wrap(frame).getLong();
                room.release();
            });
            var start = System.nanoTime();
            while (System.nanoTime() - start < TURN_NANOS) {
                room.acquire();
                pair.one()
                        .send(
                                "two",
                                ByteBuffer.allocate(size)
                                        .putLong(System.nanoTime())
                                        .array());
            }
            room.acquire(inFlight);
            if (round >= 0) {
                rates[round] = count.get() * 1e9 / (System.nanoTime() - start);
            }
        }
        Arrays.sort(rates);
        var last = Arrays.copyOf(times, (int) Math.min(times.length, count.get()));
        Arrays.sort(last);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d bytes | %d | %,.0f | %d | %d | |%n",
                tls ? "TLS 1.3" : "plain",
                size,
                inFlight,
                rates[ROUNDS / 2],
                last[last.length / 2] / 1000,
                last[last.length * 99 / 100] / 1000);
    }

    private static void stream(Pair pair, boolean tls, int size) throws InterruptedException {
        var rates = new double[ROUNDS];
        for (var round = 0; round < ROUNDS; round++) {
            var room = new Semaphore(64);
            pair.atOne().set((peer, frame) -> room.release());
            var sent = 0L;
            var start = System.nanoTime();
            while (System.nanoTime() - start < TURN_NANOS) {
                room.acquire();
                pair.one().send("two", new byte[size]);
                sent += size;
            }
            room.acquire(64);
            rates[round] = sent * 1e3 / (System.nanoTime() - start);
        }
        Arrays.sort(rates);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d bytes | 64 | | | | %,.0f |%n",
                tls ? "TLS 1.3" : "plain",
                size,
                rates[ROUNDS / 2]);
    }
}
