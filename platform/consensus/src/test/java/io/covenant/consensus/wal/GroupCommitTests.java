package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupCommitTests {

    private static final Identity ME = new Identity("group", "node");
    private static final LogOptions SMALL = LogOptions.standard().withSegmentBytes(64 * 1024);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void lets64WritersShareForces() throws Exception {
        var writers = 64;
        var each = 50;
        var storage = FileStorage.at(directory);
        var order = Collections.synchronizedList(new ArrayList<Long>());
        try (var log = WriteAheadLog.create(storage, ME, SMALL);
                var group = new GroupCommit(log, failure -> {
                    throw new AssertionError(failure);
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var next = new AtomicLong();
            var done = new CountDownLatch(writers);
            for (var writer = 0; writer < writers; writer++) {
                threads.execute(() -> {
                    for (var i = 0; i < each; i++) {
                        write(log, group, next, order);
                    }
                    done.countDown();
                });
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(log.durable()).isEqualTo((long) writers * each);
        }
        assertThat(order).isSorted().hasSize(writers * each);
        try (var log = WriteAheadLog.open(storage, ME, SMALL)) {
            assertThat(log.lastIndex()).isEqualTo((long) writers * each);
            assertThat(log.segments()).isGreaterThan(1);
        }
    }

    private static void write(WriteAheadLog log, GroupCommit group, AtomicLong next, java.util.List<Long> order) {
        var durable = new CompletableFuture<Boolean>();
        try {
            synchronized (next) {
                var index = next.incrementAndGet();
                log.append(index, 1, ByteBuffer.allocate(64));
                group.whenDurable(() -> {
                    order.add(index);
                    durable.complete(true);
                });
            }
            group.awaitDurable();
            assertThat(durable).isCompleted();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void confirmsNothingOnceAForceFailed() throws IOException {
        var storage = new SimulatedStorage(World.seeded(1).dice());
        var told = new CompletableFuture<Throwable>();
        var log = WriteAheadLog.create(storage, ME, SMALL);
        try (var group = new GroupCommit(log, told::complete)) {
            storage.failForceAfter(0);
            log.append(1, 1, ByteBuffer.allocate(64));
            var confirmed = new CompletableFuture<Boolean>();
            group.whenDurable(() -> confirmed.complete(true));

            assertThatThrownBy(group::awaitDurable).isInstanceOf(IOException.class);
            assertThat(told.orTimeout(10, TimeUnit.SECONDS).join()).isInstanceOf(BrokenLogException.class);
            assertThat(confirmed).isNotDone();
            assertThatThrownBy(() -> log.append(2, 1, ByteBuffer.allocate(64)))
                    .isInstanceOf(BrokenLogException.class)
                    .hasMessageContaining("the process has to end");
        }
    }

    @Test
    void saysWhenTheDiskIsFull() throws IOException {
        var storage = new SimulatedStorage(World.seeded(1).dice());
        try (var log = WriteAheadLog.create(storage, ME, SMALL.withPreallocation(false))) {
            storage.capacity(storage.used() + 10);
            log.append(1, 1, ByteBuffer.allocate(64));

            assertThatThrownBy(log::force)
                    .isInstanceOfSatisfying(
                            BrokenLogException.class,
                            broken -> assertThat(broken.diskFull()).isTrue())
                    .hasMessageContaining("no space is left");
        }
    }
}
