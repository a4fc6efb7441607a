package io.covenant.locks.client;

import io.covenant.locks.session.Answer;
import io.covenant.locks.session.Call;
import io.covenant.locks.session.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries requests to the nodes, many in one call: what comes while a call is under way goes with the next one.
///
/// A request that may be granted waits for none to come, and for none that has to wait at the service, since the
/// service answers those at once. What is in no hurry leaves a little later, or with the first that is: keep-alives,
/// and requests that will have to wait for another strand of their own session.
final class Courier {

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    /// So that a call stays well below what a node reads.
    private static final int REQUESTS_AT_ONCE = 256;

    private static final int NAMES_AT_ONCE = 512;

    /// @param number of the sending
    record Parcel(Session from, long number, Call call) {}

    /// What travels together: what comes for the same place, to the same node.
    private record Way(String node, boolean keepAlives) {}

    private final HttpCalls http;
    private final Threads threads;
    private final Map<Way, Lane> lanes = new ConcurrentHashMap<>();

    Courier(HttpCalls http, Threads threads) {
        this.http = http;
        this.threads = threads;
    }

    /// Whether calls of this kind travel together: those that are answered at once.
    static boolean takes(Call.Perform call) {
        return switch (call.operation()) {
            case Operation.Acquire _ -> call.openMillis() == 0;
            case Operation.Release _, Operation.Cancel _ -> true;
            case Operation.Inspect _,
                    Operation.PutFile _,
                    Operation.DeleteFile _,
                    Operation.MakeDirectory _,
                    Operation.SetAcl _ -> false;
        };
    }

    /// Tells the sender the answer, whatever happens.
    ///
    /// @param patienceMillis for how long it may wait for others
    void carry(String node, Parcel parcel, long patienceMillis) {
        lane(new Way(node, false)).carry(parcel, patienceMillis);
    }

    /// Tells the sender the answer to a keep-alive, whatever happens.
    ///
    /// @param patienceMillis for how long it may wait for others
    void carryKeepAlive(String node, Parcel parcel, long patienceMillis) {
        lane(new Way(node, true)).carry(parcel, patienceMillis);
    }

    /// Does not carry this any more, if it has not left.
    void drop(Session from, long number) {
        for (var lane : lanes.values()) {
            lane.drop(from, number);
        }
    }

    private Lane lane(Way way) {
        var lane = lanes.get(way);
        return lane != null ? lane : lanes.computeIfAbsent(way, Lane::new);
    }

    /// The way to one node, with one call at a time: two would share the same requests, and cost twice.
    private final class Lane {

        private final Way way;
        private final ReentrantLock lock = new ReentrantLock();
        private final Deque<Parcel> waiting = new ArrayDeque<>();
        private boolean underWay;

        /// Whether a time is set at which the patient ones leave.
        private boolean departureSet;

        Lane(Way way) {
            this.way = way;
        }

        void carry(Parcel parcel, long patienceMillis) {
            boolean patient = patienceMillis > 0;
            lock.lock();
            try {
                waiting.addLast(parcel);
                if (underWay || (patient && departureSet)) {
                    return;
                }
                underWay = !patient;
                departureSet |= patient;
            } finally {
                lock.unlock();
            }
            try {
                if (patient) {
                    threads.after(TimeUnit.MILLISECONDS.toNanos(patienceMillis), this::depart);
                } else {
                    leave();
                }
            } catch (RejectedExecutionException closed) {
                LOG.trace("the client is closed", closed);
            }
        }

        private void depart() {
            lock.lock();
            try {
                departureSet = false;
                if (underWay || waiting.isEmpty()) {
                    return;
                }
                underWay = true;
            } finally {
                lock.unlock();
            }
            leave();
        }

        private void leave() {
            threads.courier().execute(this::drive);
        }

        void drop(Session from, long number) {
            lock.lock();
            try {
                waiting.removeIf(parcel -> parcel.number() == number && parcel.from() == from);
            } finally {
                lock.unlock();
            }
        }

        private void drive() {
            boolean empty = false;
            try {
                for (var load = next(); !load.isEmpty(); load = next()) {
                    deliver(load, answers(load));
                }
                empty = true;
            } finally {
                if (!empty) {
                    stop();
                }
            }
        }

        /// Out of memory, say: the next request tries again.
        private void stop() {
            lock.lock();
            try {
                underWay = false;
            } finally {
                lock.unlock();
            }
        }

        /// As much as fits into a call; nothing when this drive ends.
        private List<Parcel> next() {
            lock.lock();
            try {
                var load = new ArrayList<Parcel>(Math.min(waiting.size(), REQUESTS_AT_ONCE));
                int names = 0;
                while (!waiting.isEmpty() && load.size() < REQUESTS_AT_ONCE && names < NAMES_AT_ONCE) {
                    var parcel = waiting.removeFirst();
                    names += names(parcel.call());
                    load.add(parcel);
                }
                underWay = !load.isEmpty();
                return load;
            } finally {
                lock.unlock();
            }
        }

        private List<Answer> answers(List<Parcel> load) {
            try {
                return way.keepAlives()
                        ? http.keepAlive(way.node(), calls(Call.KeepAlive.class, load))
                        : http.together(way.node(), calls(Call.Perform.class, load));
            } catch (RuntimeException e) {
                LOG.error("The client stumbled over {} requests to {}", load.size(), way.node(), e);
                return List.of();
            }
        }
    }

    private static <C extends Call> List<C> calls(Class<C> kind, List<Parcel> load) {
        return load.stream().map(parcel -> kind.cast(parcel.call())).toList();
    }

    private static int names(Call call) {
        if (!(call instanceof Call.Perform perform)) {
            return 1;
        }
        return switch (perform.operation()) {
            case Operation.Acquire acquire -> acquire.wants().size();
            case Operation.Release release -> release.names().size();
            default -> 1;
        };
    }

    private static void deliver(List<Parcel> load, List<Answer> answers) {
        int from = 0;
        while (from < load.size()) {
            int to = from + 1;
            while (to < load.size() && load.get(to).from() == load.get(from).from()) {
                to++;
            }
            var arrived = new ArrayList<Session.Arrived>(to - from);
            for (int i = from; i < to; i++) {
                var answer = i < answers.size() ? answers.get(i) : new Answer.Silence("an answer is missing");
                arrived.add(new Session.Arrived(load.get(i).number(), answer));
            }
            load.get(from).from().arrived(arrived);
            from = to;
        }
    }
}
