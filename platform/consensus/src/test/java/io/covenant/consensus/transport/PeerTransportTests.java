package io.covenant.consensus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.consensus.FreePort;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes on real sockets, with certificates that were made for this run.
@SuppressWarnings("NullAway.Init") // before all
class PeerTransportTests {

    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private static Path directory;

    private static Authority authority;
    private static Authority stranger;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority = new Authority(directory, "authority")
                .issue("lock-1", "-dname", "CN=whatever", "-ext", "san=dns:lock-1")
                .issue("lock-2", "-dname", "CN=lock-2");
        stranger = new Authority(directory, "stranger").issue("lock-2", "-dname", "CN=lock-2");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void bringsFramesInOrderBothWays() throws Exception {
        var one = new Recorder();
        var two = new Recorder();
        var first = node("lock-1", one);
        var second = node("lock-2", two);
        meet(first, second);

        for (var number = 1; number <= 1000; number++) {
            first.send("lock-2", text("frame " + number));
            second.send("lock-1", text("frame " + number));
        }

        eventually(() -> one.received.size() == 1000 && two.received.size() == 1000);
        assertThat(two.received)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 1000)
                        .mapToObj(number -> "lock-1 frame " + number)
                        .toList());
        assertThat(one.refusals).isEmpty();
    }

    @Test
    void bringsALargestFrame() throws Exception {
        var two = new Recorder();
        var first = node("lock-1", new Recorder());
        meet(first, node("lock-2", two));

        first.send("lock-2", new byte[settings("lock-1").frameBytes()]);

        eventually(() -> two.received.size() == 1);
        assertThatThrownBy(
                        () -> first.send("lock-2", new byte[settings("lock-1").frameBytes() + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void connectsAgainWhenAPeerComesBack() throws Exception {
        var one = new Recorder();
        var two = new Recorder();
        var first = node("lock-1", one);
        var address = FreePort.find();
        var second = PeerTransport.withTls(
                TransportSettings.standard("locks", "lock-2", address), authority.context("lock-2"), two, two);
        open.add(second);
        meet(first, second);
        first.send("lock-2", text("before"));
        eventually(() -> two.received.size() == 1);

        second.close();
        eventually(() -> !one.disconnections.isEmpty());
        var again = PeerTransport.withTls(
                new TransportSettings(
                        "locks", "lock-2", address, 1 << 20, 100, 1 << 20, SHORT, SHORT, SHORT, SHORT, 10),
                authority.context("lock-2"),
                two,
                two);
        open.add(again);
        again.peers(Map.of("lock-1", first.address()));

        eventually(() -> {
            first.send("lock-2", text("after"));
            return two.received.contains("lock-1 after");
        });
    }

    @Test
    void dropsTheOldestForAPeerThatIsAway() throws Exception {
        var one = new Recorder();
        var two = new Recorder();
        var first = PeerTransport.withTls(
                settings("lock-1").withFrameBytes(1 << 20).withQueue(10, 1 << 20),
                authority.context("lock-1"),
                one,
                one);
        open.add(first);
        var free = FreePort.find();
        first.peers(Map.of("lock-2", free));

        for (var number = 1; number <= 25; number++) {
            first.send("lock-2", text("frame " + number));
        }
        assertThat(one.dropped).hasValue(15);
        var second = PeerTransport.withTls(
                TransportSettings.standard("locks", "lock-2", free), authority.context("lock-2"), two, two);
        open.add(second);
        second.peers(Map.of("lock-1", first.address()));

        eventually(() -> two.received.size() == 10);
        assertThat(two.received.peek()).isEqualTo("lock-1 frame 16");
    }

    @Test
    void dropsWhatAPeerDoesNotReadAndKeepsItsMemory() throws Exception {
        var one = new Recorder();
        var held = new CountDownLatch(1);
        var first = PeerTransport.onLoopback(
                settings("lock-1").withFrameBytes(1 << 16).withQueue(100, 1 << 20), one, one);
        open.add(first);
        var second =
                PeerTransport.onLoopback(settings("lock-2"), (peer, frame) -> await(held), TransportListener.none());
        open.add(second);
        meet(first, second);
        eventually(() -> one.connections.get() > 0);

        for (var number = 0; number < 1000; number++) {
            first.send("lock-2", new byte[1 << 16]);
        }

        assertThat(one.dropped.get()).isGreaterThan(700);
        held.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void refusesAPeerWithoutACertificate() throws Exception {
        var recorder = new Recorder();
        var node = alone(recorder);

        assertThat(knock(node, authority.anonymous(), "lock-2")).isFalse();

        eventually(() -> !recorder.refusals.isEmpty());
        assertThat(recorder.refusals()).allSatisfy(why -> assertThat(why).contains("TLS"));
        assertThat(recorder.received).isEmpty();
    }

    @Test
    void refusesAPeerOfAnotherAuthority() throws Exception {
        var recorder = new Recorder();
        var node = alone(recorder);

        assertThat(knock(node, stranger.contextTrusting("lock-2", authority), "lock-2"))
                .isFalse();

        eventually(() -> !recorder.refusals.isEmpty());
        assertThat(recorder.refusals()).allSatisfy(why -> assertThat(why).contains("TLS"));
    }

    @Test
    void refusesAPeerThatSaysAnothersName() throws Exception {
        var recorder = new Recorder();
        var node = PeerTransport.withTls(settings("lock-1"), authority.context("lock-1"), recorder, recorder);
        open.add(node);
        node.peers(Map.of("lock-2", FreePort.find(), "lock-3", FreePort.find()));

        assertThat(knock(node, authority.context("lock-2"), "lock-3")).isFalse();

        eventually(() -> !recorder.refusals.isEmpty());
        assertThat(recorder.refusals()).containsExactly("says to be lock-3, but has the certificate of [lock-2]");
    }

    @Test
    void doesNotTalkToAServerOfAnotherName() throws Exception {
        var one = new Recorder();
        var two = new Recorder();
        var first = node("lock-1", one);
        var second = node("lock-2", two);
        first.peers(Map.of("lock-3", second.address()));
        first.send("lock-3", text("secret"));

        eventually(() -> !one.disconnections.isEmpty());
        assertThat(one.disconnections.peek()).isEqualTo("says to be lock-3, but has the certificate of [lock-2]");
        assertThat(two.received).isEmpty();
    }

    @Test
    void refusesAnotherClusterAndStrangers() throws Exception {
        var one = new Recorder();
        var two = new Recorder();
        var first = node("lock-1", one);
        var other = PeerTransport.withTls(
                TransportSettings.standard("other", "lock-2", loopback()), authority.context("lock-2"), two, two);
        open.add(other);
        other.peers(Map.of("lock-1", first.address()));
        eventually(() -> two.disconnections.stream().anyMatch(why -> why.contains("cluster other, not to locks")));
        other.close();

        var unknown = node("lock-2", two);
        unknown.peers(Map.of("lock-1", first.address()));
        eventually(() -> two.disconnections.stream().anyMatch(why -> why.contains("lock-2 is no peer of lock-1")));
        assertThat(one.received).isEmpty();
    }

    @Test
    void closesAConnectionWithAFrameOfAGigabyte() throws Exception {
        var recorder = new Recorder();
        var node = alone(recorder);
        try (var socket = greeted(node, authority.context("lock-2"), "lock-2")) {
            new DataOutputStream(socket.getOutputStream()).writeInt(1 << 30);

            eventually(() -> !recorder.refusals.isEmpty());
            assertThat(recorder.refusals())
                    .containsExactly("sends a frame of 1073741824 bytes where 8388608 are the most");
        }
    }

    @Test
    void closesAConnectionThatDripsItsHello() throws Exception {
        var recorder = new Recorder();
        var node = PeerTransport.onLoopback(settings("lock-1").withTimeouts(SHORT, SHORT), recorder, recorder);
        open.add(node);
        node.peers(Map.of("lock-2", FreePort.find()));
        try (var socket = new Socket(node.address().getAddress(), node.address().getPort())) {
            var begin = System.nanoTime();
            var hello = new byte[] {0x43, 0x56, 0x50, 0x54, 0, 1, 0, 5, 'l', 'o', 'c', 'k', 's', 0, 6, 'l', 'o', 'c'};
            for (var i = 0; recorder.refusals.isEmpty() && i < hello.length; i++) {
                drip(socket, hello[i]);
                Thread.sleep(100);
            }

            eventually(() -> !recorder.refusals.isEmpty());
            assertThat(recorder.refusals()).containsExactly("did not say who it is within 2000 ms");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
        }
    }

    private static void drip(Socket socket, int one) {
        try {
            socket.getOutputStream().write(one);
        } catch (IOException closedAlready) {
            return;
        }
    }

    @Test
    void closesAConnectionThatSpeaksSomethingElse() throws Exception {
        var recorder = new Recorder();
        var node = PeerTransport.onLoopback(settings("lock-1"), recorder, recorder);
        open.add(node);
        try (var socket = new Socket(node.address().getAddress(), node.address().getPort())) {
            socket.getOutputStream().write(text("GET / HTTP/1.1\r\n\r\n"));

            eventually(() -> !recorder.refusals.isEmpty());
            assertThat(recorder.refusals()).containsExactly("does not speak this protocol");
        }
    }

    @Test
    void takesNoMoreConnectionsThanItMay() throws Exception {
        var recorder = new Recorder();
        var node = PeerTransport.onLoopback(
                settings("lock-1").withConnections(3).withTimeouts(LONG, LONG), recorder, recorder);
        open.add(node);
        for (var i = 0; i < 5; i++) {
            open.add(new Socket(node.address().getAddress(), node.address().getPort()));
        }

        eventually(() -> recorder.refusals.size() == 2);
        assertThat(recorder.refusals())
                .allSatisfy(why -> assertThat(why).isEqualTo("is one too many: 3 connections are open"));
    }

    @Test
    void noticesAPeerThatIsSilent() throws Exception {
        var recorder = new Recorder();
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var node = PeerTransport.onLoopback(settings("lock-1").withTimeouts(LONG, SHORT), recorder, recorder);
            open.add(node);
            node.peers(Map.of("lock-2", (InetSocketAddress) silent.getLocalSocketAddress()));
            try (var half = silent.accept()) {
                Hello.read(new DataInputStream(half.getInputStream()));
                Hello.answer(new DataOutputStream(half.getOutputStream()), "");
                eventually(() -> recorder.connections.get() == 1);

                // From here on it is as if its machine had lost power: nothing comes, nothing is closed.
                eventually(() -> !recorder.disconnections.isEmpty());
                assertThat(recorder.disconnections.peek()).isEqualTo("is silent for too long");
            }
        }
    }

    @Test
    void letsANewConnectionTakeThePlaceOfAHalfOpenOne() throws Exception {
        var recorder = new Recorder();
        var node = alone(recorder);
        try (var old = greeted(node, authority.context("lock-2"), "lock-2");
                var fresh = greeted(node, authority.context("lock-2"), "lock-2")) {
            var out = new DataOutputStream(fresh.getOutputStream());
            out.writeInt(3);
            out.write(text("new"));

            eventually(() -> recorder.received.contains("lock-2 new"));
            assertThat(old.getInputStream().read()).isNegative();
            assertThat(recorder.refusals).isEmpty();
        }
    }

    @Test
    void doesNotLeaveItsMachineWithoutTls() throws Exception {
        var everywhere = TransportSettings.standard("locks", "lock-1", new InetSocketAddress("0.0.0.0", 0));
        assertThatThrownBy(() -> PeerTransport.onLoopback(everywhere, new Recorder(), new Recorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without TLS peers talk within one machine only");

        var recorder = new Recorder();
        var node = PeerTransport.onLoopback(settings("lock-1"), recorder, recorder);
        open.add(node);
        node.peers(Map.of("lock-2", new InetSocketAddress("192.0.2.1", 9)));
        eventually(() -> !recorder.disconnections.isEmpty());
        assertThat(recorder.disconnections.peek()).contains("without TLS");
    }

    private PeerTransport node(String name, Recorder recorder) throws Exception {
        var node = PeerTransport.withTls(settings(name), authority.context(name), recorder, recorder);
        open.add(node);
        return node;
    }

    /// A node lock-1 whose peer lock-2 nobody is.
    private PeerTransport alone(Recorder recorder) throws Exception {
        var node = node("lock-1", recorder);
        node.peers(Map.of("lock-2", FreePort.find()));
        return node;
    }

    private static void meet(PeerTransport first, PeerTransport second) {
        var addresses = Map.of("lock-1", first.address(), "lock-2", second.address());
        first.peers(addresses);
        second.peers(addresses);
    }

    /// @return whether it was let in
    private static boolean knock(PeerTransport node, SSLContext tls, String name) {
        try (var _ = greeted(node, tls, name)) {
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static Socket greeted(PeerTransport node, SSLContext tls, String name) throws IOException {
        var socket = (SSLSocket) tls.getSocketFactory()
                .createSocket(node.address().getAddress(), node.address().getPort());
        socket.setSoTimeout(60_000);
        new Hello(Hello.VERSION, "locks", name, "lock-1").write(new DataOutputStream(socket.getOutputStream()));
        Hello.readAnswer(new DataInputStream(socket.getInputStream()));
        return socket;
    }

    private static TransportSettings settings(String name) {
        return TransportSettings.standard("locks", name, loopback());
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void eventually(BooleanSupplier holds) throws InterruptedException {
        var end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time is up").isLessThan(end);
            Thread.sleep(5);
        }
    }
}
