package io.covenant.coordinator.transaction;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks services where their branches stand: some questions at a time to each.
///
/// Each that is not answered halves how many are asked at a time, and one that is answered makes up for them: a branch
/// of which nothing can be told holds up nobody else's. A service that answers none of them is asked one at a time, at
/// growing intervals, however many wait for it.
final class Questions implements AutoCloseable {

    /// One question. Whoever asks it hears the answer, and asks again if it wants to.
    @FunctionalInterface
    interface Question {
        Heard ask();
    }

    /// What came of a question.
    enum Heard {
        ANSWERED,
        NOTHING,
        /// Nobody wants to know any more, so it was not asked.
        NOT_ASKED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);

    /// Each costs its service a forced write, and they share the disk's turns.
    static final int AT_A_TIME = 16;

    private final Executor workers;
    private final ScheduledExecutorService timers;
    private final Backoff backoff;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Questions(Executor workers, ScheduledExecutorService timers, Backoff backoff) {
        this.workers = workers;
        this.timers = timers;
        this.backoff = backoff;
    }

    /// Asks when it is its turn.
    void ask(String service, Question question) {
        lines.computeIfAbsent(service, Line::new).add(question);
    }

    /// Asks a service that does not answer at once, whatever it was to wait for.
    void tryNow(String service) {
        var line = lines.get(service);
        if (line != null) {
            line.resume();
        }
    }

    /// Until a service that does not answer is asked again.
    Optional<Duration> nextAttempt(String service) {
        var line = lines.get(service);
        return line == null ? Optional.empty() : line.nextAttempt();
    }

    /// Asks nobody any more.
    @Override
    public void close() {
        closed = true;
    }

    /// Those who wait for one service.
    private final class Line {

        private final String service;
        private final ReentrantLock lock = new ReentrantLock();
        private final Queue<Question> waiting = new ArrayDeque<>();
        private int inFlight;
        /// In a row.
        private int unanswered;
        private int pauses;
        private final Pause pause = new Pause(backoff, timers, this::pumpAgain);

        Line(String service) {
            this.service = service;
        }

        void add(Question question) {
            lock.lock();
            try {
                waiting.add(question);
                pump();
            } finally {
                lock.unlock();
            }
        }

        private void pump() {
            while (!closed && !pause.isOn() && inFlight < atATime() && !waiting.isEmpty()) {
                inFlight++;
                var next = waiting.remove();
                workers.execute(() -> ask(next));
            }
        }

        private int atATime() {
            return Math.max(1, AT_A_TIME >> Math.min(unanswered, 30));
        }

        private void ask(Question question) {
            Heard heard;
            try {
                heard = question.ask();
            } catch (RuntimeException e) {
                LOG.error("asking {} failed in a way that nobody expected", service, e);
                heard = Heard.NOTHING;
            }
            lock.lock();
            try {
                inFlight--;
                switch (heard) {
                    case ANSWERED -> {
                        if (pauses > 0) {
                            LOG.info("{} answers questions again", service);
                        }
                        unanswered = 0;
                        pauses = 0;
                        pause.end();
                    }
                    case NOTHING -> nothingHeard();
                    case NOT_ASKED -> {}
                }
                pump();
            } finally {
                lock.unlock();
            }
        }

        private void nothingHeard() {
            unanswered++;
            if (atATime() == 1 && !pause.isOn() && !closed) {
                pauses++;
                if (pauses == 1) {
                    LOG.warn("{} does not tell where its branches stand", service);
                }
                pause.begin(pauses);
            }
        }

        private void pumpAgain() {
            lock.lock();
            try {
                pump();
            } finally {
                lock.unlock();
            }
        }

        private Optional<Duration> nextAttempt() {
            lock.lock();
            try {
                return pause.left();
            } finally {
                lock.unlock();
            }
        }

        private void resume() {
            lock.lock();
            try {
                pause.end();
                pump();
            } finally {
                lock.unlock();
            }
        }
    }
}
