package io.covenant.web.services;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes parcels to one destination, with few journeys at a time: what is handed in meanwhile shares the next. So a
/// lone parcel waits for nothing, and many travel together.
///
/// @param <T> what is carried
public final class Courier<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    private final int journeys;
    private final int mostOnOne;
    private final int mostWaiting;
    private final Executor workers;
    private final Consumer<List<T>> journey;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<T> waiting = new ArrayDeque<>();
    private int underWay;

    /// @param journeys    the most at a time
    /// @param mostOnOne   the most parcels that one carries
    /// @param mostWaiting of more than these the oldest are dropped, as for a destination that is long away
    /// @param workers     runs journeys, which may block
    /// @param journey     delivers parcels, or fails to without throwing
    public Courier(int journeys, int mostOnOne, int mostWaiting, Executor workers, Consumer<List<T>> journey) {
        this.journeys = journeys;
        this.mostOnOne = mostOnOne;
        this.mostWaiting = mostWaiting;
        this.workers = workers;
        this.journey = journey;
    }

    /// Sends this as soon as may be; does not wait for it.
    public void send(T parcel) {
        boolean starts;
        lock.lock();
        try {
            waiting.add(parcel);
            if (waiting.size() > mostWaiting) {
                waiting.remove();
            }
            starts = underWay < journeys;
            if (starts) {
                underWay++;
            }
        } finally {
            lock.unlock();
        }
        if (starts) {
            workers.execute(this::travel);
        }
    }

    private void travel() {
        for (var parcels = next(); !parcels.isEmpty(); parcels = next()) {
            try {
                journey.accept(parcels);
            } catch (RuntimeException e) {
                LOG.error("{} parcels are lost, in a way that nobody expected", parcels.size(), e);
            }
        }
    }

    private List<T> next() {
        lock.lock();
        try {
            var parcels = new ArrayList<T>(Math.min(waiting.size(), mostOnOne));
            while (parcels.size() < mostOnOne && !waiting.isEmpty()) {
                parcels.add(waiting.remove());
            }
            if (parcels.isEmpty()) {
                underWay--;
            }
            return parcels;
        } finally {
            lock.unlock();
        }
    }
}
