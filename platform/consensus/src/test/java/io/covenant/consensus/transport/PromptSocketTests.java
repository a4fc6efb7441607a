package io.covenant.consensus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@SuppressWarnings("NullAway.Init") // made before each test
class PromptSocketTests {

    private static final byte[] MORE_THAN_A_SYSTEM_TAKES = new byte[64 << 20];
    private static final int LENGTH = MORE_THAN_A_SYSTEM_TAKES.length;

    private ServerSocket server;
    private PromptSocket socket;
    private Socket other;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        socket = new PromptSocket();
        socket.connect(server.getLocalSocketAddress(), 5_000);
        other = server.accept();
    }

    @AfterEach
    void closeAll() throws IOException {
        socket.close();
        other.close();
        server.close();
    }

    @Test
    void bringsBytesBothWays() throws Exception {
        socket.getOutputStream().write(new byte[] {1, 2, 3});
        other.getOutputStream().write(new byte[] {4, 5});

        assertThat(other.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
        assertThat(socket.getInputStream().readNBytes(2)).containsExactly(4, 5);
        assertThat(socket.isClear()).isTrue();
    }

    @Test
    void keepsNobodyButItsOwnerWaitingForAReaderWhoDoesNotRead() throws Exception {
        fillByAnotherThread();

        var read = beside(() -> readAll(LENGTH + 1));
        socket.drain();
        assertThat(socket.isClear()).isTrue();
        socket.getOutputStream().write(1);

        assertThat(read.get()).isEqualTo(LENGTH + 1);
    }

    @Test
    void letsItsOwnerWaitForTheReader() throws Exception {
        fillByAnotherThread();
        var read = beside(() -> readAll(LENGTH + 3));

        socket.getOutputStream().write(new byte[3]);

        assertThat(socket.isClear()).isTrue();
        assertThat(read.get()).isEqualTo(LENGTH + 3);
    }

    @Test
    void waitsForBytesAsLongAsItMay() throws Exception {
        socket.setSoTimeout(20);

        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

        socket.setSoTimeout(20_000);
        other.getOutputStream().write(7);
        assertThat(socket.getInputStream().read()).isEqualTo(7);
    }

    @Test
    void endsEveryWaitWhenItIsClosed() throws Exception {
        fillByAnotherThread();
        var reading = beside(() -> failure(() -> socket.getInputStream().read()));
        var draining = beside(() -> failure(() -> socket.drain()));

        socket.close();

        assertThat(reading.get()).isInstanceOf(IOException.class);
        assertThat(draining.get()).isInstanceOf(IOException.class);
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void tellsTheReaderThatTheOtherSideHungUp() throws Exception {
        other.close();

        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    /// Returns at once, though most of it cannot leave.
    private void fillByAnotherThread() throws InterruptedException {
        var filling = Thread.ofPlatform().start(() -> {
            try {
                socket.getOutputStream().write(MORE_THAN_A_SYSTEM_TAKES);
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        });
        filling.join();
        assertThat(socket.isClear()).isFalse();
    }

    private long readAll(long most) {
        try {
            var read = 0L;
            var into = new byte[1 << 16];
            for (var some = 0; some >= 0 && read < most; read += Math.max(0, some)) {
                some = other.getInputStream().read(into);
            }
            return read;
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static <T> CompletableFuture<T> beside(Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
    }

    @FunctionalInterface
    private interface Attempt {
        void make() throws IOException;
    }

    private static Exception failure(Attempt attempt) {
        try {
            attempt.make();
            throw new AssertionError("went well");
        } catch (IOException failure) {
            return failure;
        }
    }
}
