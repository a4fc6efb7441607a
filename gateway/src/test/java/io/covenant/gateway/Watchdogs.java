package io.covenant.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;

/// Notices what a test would not: a thread that carries requests and waits, and a buffer that nobody gave back.
///
/// They have to be on before anything of Netty is; every gateway under test sees to that.
public final class Watchdogs {

    private static final Queue<String> BLOCKED = new ConcurrentLinkedQueue<>();
    private static final Queue<String> LEAKED = new ConcurrentLinkedQueue<>();

    private static final class Recording<T> extends ResourceLeakDetector<T> {

        Recording(Class<?> type, int interval) {
            super(type, interval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String type, String records) {
            LEAKED.add(type + records);
        }

        @Override
        protected void reportUntracedLeak(String type) {
            LEAKED.add(type);
        }
    }

    static {
        System.setProperty("io.netty.leakDetection.level", "paranoid");
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @Deprecated
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> type, int interval, long active) {
                return new Recording<>(type, interval);
            }
        });
        var hound = BlockHound.builder().loadIntegrations();
        // A change of the plan: arithmetic in memory, and those who ask meanwhile wait for no more than that.
        for (var change :
                List.of("update", "settings", "picker", "gone", "returned", "eject", "heardOf", "view", "tick")) {
            hound.allowBlockingCallsInside("io.covenant.balancing.Upstream", change);
        }
        // Netty's own memory, of which it takes more where several event loops want some at once.
        hound.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup", "tryExpandMagazines");
        hound.blockingMethodCallback(method -> {
                    var error = new BlockingOperationError(method);
                    BLOCKED.add(Thread.currentThread().getName() + ": " + method + " at "
                            + Arrays.stream(error.getStackTrace())
                                    .limit(40)
                                    .map(StackTraceElement::toString)
                                    .collect(Collectors.joining("\n  ")));
                    throw error;
                })
                .install();
    }

    private Watchdogs() {}

    /// Turns them on, once.
    static void on() {}

    /// What was noticed of waiting since the last time.
    static List<String> blocked() {
        return drained(BLOCKED);
    }

    /// What was noticed of buffers since the last time: of those that the collector has found.
    static List<String> leaked() {
        System.gc();
        for (int i = 0; i < 100; i++) {
            ByteBufAllocator.DEFAULT.buffer().release(); // leaks are told when the next buffer is taken
        }
        return drained(LEAKED);
    }

    private static List<String> drained(Queue<String> noticed) {
        var all = List.copyOf(noticed);
        noticed.removeAll(all);
        return all;
    }

    /// Asserts that neither noticed anything.
    public static void areSilent() {
        assertThat(blocked()).as("waiting on an event loop").isEmpty();
        assertThat(leaked()).as("buffers that nobody gave back").isEmpty();
    }
}
