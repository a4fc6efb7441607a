package io.covenant.coordinator.operation;

import io.covenant.coordinator.transaction.TransactionListener;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.TransactionResource.State;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/// Streams how the transactions of this coordinator change, as they do.
///
/// A reader that falls behind is let go: it hears `behind` and may come again. Nothing here ever waits for a reader.
final class ChangeStream implements TransactionListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeStream.class);

    private static final int MOST_READERS = 32;
    private static final int LONGEST_QUEUE = 1_000;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();

    /// How far a transaction has come.
    record Change(UUID id, State state) {}

    /// A stream for one more reader; absent when there are too many.
    Optional<SseEmitter> open() {
        if (readers.size() >= MOST_READERS) {
            return Optional.empty();
        }
        var reader = new Reader();
        readers.add(reader);
        Thread.ofVirtual().name("transaction-changes").start(reader);
        return Optional.of(reader.emitter);
    }

    @Override
    public void changed(TransactionId transaction, State state) {
        for (var reader : readers) {
            reader.offer(new Change(transaction.value(), state));
        }
    }

    @Override
    public void close() {
        readers.forEach(Reader::leave);
    }

    private final class Reader implements Runnable {

        private final SseEmitter emitter = new SseEmitter(0L);
        private final BlockingQueue<Change> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
        private volatile boolean behind;
        private volatile boolean left;

        Reader() {
            emitter.onCompletion(this::leave);
            emitter.onError(_ -> leave());
        }

        void offer(Change change) {
            if (!queue.offer(change)) {
                behind = true;
            }
        }

        void leave() {
            left = true;
        }

        @Override
        public void run() {
            try {
                emitter.send(SseEmitter.event().comment("watching"));
                while (!left && !behind) {
                    var change = queue.poll(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
                    emitter.send(
                            change == null
                                    ? SseEmitter.event().comment("")
                                    : SseEmitter.event().name("changed").data(change));
                }
                if (behind) {
                    emitter.send(SseEmitter.event().name("behind").data("{}"));
                }
                emitter.complete();
            } catch (IOException | IllegalStateException e) {
                LOG.debug("a reader has gone", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                readers.remove(this);
            }
        }
    }
}
