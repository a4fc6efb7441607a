package io.covenant.locks.operation;

import io.covenant.consensus.node.Reading;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.transport.TransportListener;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.node.LockNode;
import io.covenant.locks.primary.Primary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// What a node counts, for Micrometer.
@Configuration(proxyBeanMethods = false)
class LockMetrics {

    /// Frames and connections of the peer transport, counted where they happen.
    static final class Frames implements TransportListener {

        private final LongAdder sent = new LongAdder();
        private final LongAdder received = new LongAdder();
        private final LongAdder bytesSent = new LongAdder();
        private final LongAdder bytesReceived = new LongAdder();
        private final LongAdder dropped = new LongAdder();
        private final LongAdder refused = new LongAdder();
        private final LongAdder disconnected = new LongAdder();

        @Override
        public void disconnected(String peer, String why) {
            disconnected.increment();
        }

        @Override
        public void refused(String remote, String why) {
            refused.increment();
        }

        @Override
        public void dropped(String peer, int frames) {
            dropped.add(frames);
        }

        @Override
        public void sent(String peer, int frames, long bytes) {
            sent.add(frames);
            bytesSent.add(bytes);
        }

        @Override
        public void received(String peer, long bytes) {
            received.increment();
            bytesReceived.add(bytes);
        }
    }

    @Bean
    Frames frames() {
        return new Frames();
    }

    @Bean
    MeterBinder lockMeters(LockNode node, Frames frames) {
        return registry -> {
            node(registry, node);
            state(registry, new LatestUsage(node));
            transport(registry, frames);
        };
    }

    private static void node(MeterRegistry registry, LockNode node) {
        gauge(
                registry,
                "covenant.locks.primary",
                "1 on the node that leads",
                node,
                it -> it.role() == Role.LEADER ? 1 : 0);
        gauge(registry, "covenant.locks.term", "Term of the leadership", node, LockNode::term);
        gauge(registry, "covenant.locks.index", "Log index up to which this node has applied", node, LockNode::index);
        gauge(registry, "covenant.locks.streams", "Open event streams", node, LockNode::openStreams);
        gauge(
                registry,
                "covenant.locks.waiting",
                "Requests kept open until their grant",
                node,
                it -> it.figures().waiting());
        count(
                registry,
                "covenant.locks.readers.cut.off",
                "Readers that did not keep up",
                node,
                LockNode::readersCutOff);
        count(registry, "covenant.locks.renewals", "Leases renewed here", node, figure(Primary.Figures::renewed));
        count(
                registry,
                "covenant.locks.expired",
                "Sessions whose lease ran out",
                node,
                figure(Primary.Figures::expired));
        count(
                registry,
                "covenant.locks.extended.millis",
                "By how much elections prolonged leases, of all sessions",
                node,
                figure(Primary.Figures::extendedMillis));
        count(
                registry,
                "covenant.locks.stalled.millis",
                "How long this process stood still while it led",
                node,
                figure(Primary.Figures::stalledMillis));
    }

    private static ToDoubleFunction<LockNode> figure(ToDoubleFunction<Primary.Figures> figure) {
        return node -> figure.applyAsDouble(node.figures());
    }

    private static void state(MeterRegistry registry, LatestUsage usage) {
        gauge(
                registry,
                "covenant.locks.sessions",
                "Open sessions",
                usage,
                it -> it.get().sessions());
        gauge(
                registry,
                "covenant.locks.names",
                "Names held or waited for",
                usage,
                it -> it.get().names());
        gauge(
                registry,
                "covenant.locks.waiters",
                "Requests in queues",
                usage,
                it -> it.get().waiters());
        gauge(
                registry,
                "covenant.locks.files",
                "Files and directories",
                usage,
                it -> it.get().files());
        gauge(
                registry,
                "covenant.locks.answers",
                "Answers remembered until acknowledged",
                usage,
                it -> it.get().requests());
        gauge(
                registry,
                "covenant.locks.bytes",
                "Of files, access lists and values",
                usage,
                it -> it.get().bytes());
    }

    private static void transport(MeterRegistry registry, Frames frames) {
        count(registry, "covenant.locks.peer.frames.sent", "Frames to peers", frames, it -> it.sent.sum());
        count(registry, "covenant.locks.peer.frames.received", "Frames from peers", frames, it -> it.received.sum());
        count(registry, "covenant.locks.peer.bytes.sent", "Bytes to peers", frames, it -> it.bytesSent.sum());
        count(registry, "covenant.locks.peer.bytes.received", "Bytes from peers", frames, it -> it.bytesReceived.sum());
        count(
                registry,
                "covenant.locks.peer.frames.dropped",
                "Frames that will not arrive",
                frames,
                it -> it.dropped.sum());
        count(registry, "covenant.locks.peer.refused", "Connections turned away", frames, it -> it.refused.sum());
        count(
                registry,
                "covenant.locks.peer.disconnected",
                "Connections lost or not made",
                frames,
                it -> it.disconnected.sum());
    }

    private static <T> void gauge(
            MeterRegistry registry, String name, String description, T of, ToDoubleFunction<T> figure) {
        Gauge.builder(name, of, figure)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private static <T> void count(
            MeterRegistry registry, String name, String description, T of, ToDoubleFunction<T> figure) {
        FunctionCounter.builder(name, of, figure).description(description).register(registry);
    }

    /// Asked once for all gauges of one scrape.
    private static final class LatestUsage {

        private static final Duration FRESH = Duration.ofMillis(500);
        private static final Namespace.Usage NONE = new Namespace.Usage(0, 0, 0, 0, 0, 0);

        private final LockNode node;
        private Namespace.Usage latest = NONE;
        private long at;
        private boolean asked;

        LatestUsage(LockNode node) {
            this.node = node;
        }

        synchronized Namespace.Usage get() {
            long now = System.nanoTime();
            if (!asked || now - at > FRESH.toNanos()) {
                asked = true;
                at = now;
                ask();
            }
            return latest;
        }

        private void ask() {
            try {
                if (node.readHere(Namespace::usage).get(FRESH.toMillis(), TimeUnit.MILLISECONDS)
                        instanceof Reading.Value<Namespace.Usage>(var usage, var _)) {
                    latest = usage;
                }
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException | CancellationException busy) {
                // The figures of before.
            }
        }
    }
}
