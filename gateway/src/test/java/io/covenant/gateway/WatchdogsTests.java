package io.covenant.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.blockhound.BlockingOperationError;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/// Faults that are planted, so that the silence of the watchdogs elsewhere means something.
@Timeout(60)
class WatchdogsTests {

    private static final LoopResources LOOPS = LoopResources.create("watched", 1, true);

    @TempDir
    private Path folder = Path.of(".");

    @BeforeEach
    void begin() {
        Watchdogs.on();
        Watchdogs.areSilent();
    }

    @AfterEach
    void forget() {
        var _ = Watchdogs.blocked();
        var _ = Watchdogs.leaked();
    }

    private static void isNoticed(String what, Callable<?> waiting) {
        var seen = new ArrayList<Throwable>();
        var done = new CountDownLatch(1);
        LOOPS.onServer(true).execute(() -> {
            try {
                var _ = waiting.call();
            } catch (Throwable thrown) {
                seen.add(Exceptions.unwrap(thrown));
            }
            done.countDown();
        });
        try {
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        assertThat(seen).as(what).singleElement().isInstanceOf(BlockingOperationError.class);
        assertThat(Watchdogs.blocked()).as(what).singleElement().asString().contains(what);
    }

    @Test
    void noticesAnEventLoopThatWaits() throws IOException {
        isNoticed("sleep", () -> {
            Thread.sleep(10);
            return true;
        });
        isNoticed("park", () -> new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS));
        var file = Files.writeString(folder.resolve("text"), "text");
        isNoticed("read", () -> {
            try (var in = new java.io.FileInputStream(file.toFile())) {
                return in.read(new byte[4]);
            }
        });
        try (var backend = new Backend("x")) {
            var address = java.net.URI.create(backend.address());
            isNoticed("", () -> {
                try (var socket = new Socket(address.getHost(), address.getPort())) {
                    return socket.getInputStream().read();
                }
            });
        }
    }

    @Test
    void saysNothingOfOtherThreadsThatWait() {
        assertThat(Mono.delay(Duration.ofMillis(10)).block()).isZero();

        Watchdogs.areSilent();
    }

    @Test
    void noticesABufferThatNobodyGaveBack() {
        lose();

        var noticed = new ArrayList<String>();
        await().untilAsserted(() -> {
            noticed.addAll(Watchdogs.leaked());
            assertThat(noticed).anyMatch(leak -> leak.contains("WatchdogsTests.lose"));
        });
    }

    private static void lose() {
        for (int i = 0; i < 3; i++) {
            assertThat(ByteBufAllocator.DEFAULT.buffer(64).writeInt(i).refCnt()).isEqualTo(1);
        }
    }

    @Test
    void saysNothingOfBuffersThatAreInUse() {
        var buffers = List.of(ByteBufAllocator.DEFAULT.buffer(64), ByteBufAllocator.DEFAULT.directBuffer(64));

        Watchdogs.areSilent();
        buffers.forEach(buffer -> assertThat(buffer.release()).isTrue());
        Watchdogs.areSilent();
    }
}
