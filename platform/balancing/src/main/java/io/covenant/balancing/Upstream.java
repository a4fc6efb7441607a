package io.covenant.balancing;

import io.covenant.balancing.chance.Chance;
import io.covenant.balancing.outlier.Reason;
import io.covenant.balancing.outlier.Standing;
import io.covenant.balancing.outlier.SuccessRates;
import io.covenant.balancing.view.UpstreamView;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// What this process knows of one service: its instances, how they do, and who may get requests.
///
/// Whatever changes that is worked out once, under a lock that no pick ever takes, and put in place for
/// all pickers at once. Time changes things too: an ejection ends, a newcomer grows. There is no thread
/// for that; the first pick after the time [ticks][#tick].
public final class Upstream {

    /// For those who want to hear of nothing.
    public static final Consumer<Change> SILENT = _ -> {};

    private final String service;
    private final Chance chance;
    private final Consumer<Change> listener;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Selection, WeakReference<Picker>> pickers = new HashMap<>();
    private final AtomicLong inFlight = new AtomicLong();
    private volatile Settings settings;
    private volatile Roster roster;
    /// When time alone may change something.
    private volatile long due = Long.MIN_VALUE;
    /// The lock's holder last knew this time.
    private long time;
    private long compareAt;
    private boolean warming;

    /// @param listener told under the lock, so it should be brief
    public Upstream(String service, Settings settings, Chance chance, Consumer<Change> listener) {
        this.service = service;
        this.settings = settings;
        this.chance = chance;
        this.listener = listener;
        this.roster = Roster.empty(service);
    }

    public String service() {
        return service;
    }

    public Settings settings() {
        return settings;
    }

    public Cluster cluster() {
        return roster.cluster();
    }

    /// Takes a new cluster. When this returns, no picker gives an instance that left.
    public void update(Cluster cluster, long now) {
        if (!cluster.service().equals(service)) {
            throw new IllegalArgumentException("a cluster of " + cluster.service() + " for " + service);
        }
        lock.lock();
        try {
            if (due == Long.MIN_VALUE) {
                compareAt = now + settings.outliers().interval().toNanos();
            }
            roster = roster.next(cluster, this, now);
            replan(now);
        } finally {
            lock.unlock();
        }
    }

    /// Judges by other rules from now on; what members remember of latency and failures, they keep by
    /// the old ones.
    public void settings(Settings next, long now) {
        lock.lock();
        try {
            settings = next;
            replan(now);
        } finally {
            lock.unlock();
        }
    }

    /// Chooses by this selection. The same selection has the same picker, and so the same turns, for as
    /// long as somebody holds it.
    public Picker picker(Selection selection) {
        lock.lock();
        try {
            var known = pickers.get(selection);
            var picker = known == null ? null : known.get();
            if (picker == null) {
                picker = new Picker(this, selection, chance);
                pickers.put(selection, new WeakReference<>(picker));
                picker.plan(roster, settings, time);
            }
            return picker;
        } finally {
            lock.unlock();
        }
    }

    /// An active probe of an instance was good, or was not. Says nothing of one that left.
    public void probed(String id, boolean wasGood, long now) {
        lock.lock();
        try {
            for (var member : roster.members()) {
                if (member.id().equals(id)) {
                    probed(member, wasGood, now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Nobody listens at an instance, as a refused connection proves: it gets nothing, not even in panic, while
    /// there is another; what fails there until it [returns][#returned] counts for no ejection.
    ///
    /// @return whether this is news
    public boolean gone(String id, String address, long now) {
        lock.lock();
        try {
            for (var member : roster.members()) {
                if (isAt(member, id, address) && !member.isGone()) {
                    member.leave();
                    listener.accept(new Change.Gone(service, id));
                    replan(now);
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Somebody listens there again, and grows into its weight as a newcomer does.
    public void returned(String id, String address, long now) {
        lock.lock();
        try {
            for (var member : roster.members()) {
                if (isAt(member, id, address) && member.isGone()) {
                    member.comeBack(now);
                    listener.accept(new Change.Returned(service, id));
                    replan(now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean isAt(Member member, String id, String address) {
        return member.id().equals(id) && member.instance().address().equals(address);
    }

    private void probed(Member member, boolean wasGood, long now) {
        var before = member.health();
        var after = before.probed(wasGood, settings.health());
        member.feel(after, now);
        if (before.up() != after.up()) {
            listener.accept(after.up() ? new Change.Up(service, member.id()) : new Change.Down(service, member.id()));
            replan(now);
        }
        if (wasGood && member.standing() instanceof Standing.OnTrial) {
            heardOf(member, true, now);
        }
    }

    /// Lets time do what it does. Picks do this by themselves; where there are none, a view is as of the
    /// last one.
    public void tick(long now) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (now - due >= 0) {
                if (advance(now)) {
                    replan(now);
                } else {
                    due = nextDue(now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isDue(long now) {
        return now - due >= 0;
    }

    private boolean advance(long now) {
        boolean changed = warming;
        boolean watchful = settings.outliers().silence().isPositive();
        for (var member : roster.members()) {
            var before = member.standing();
            var after = before.at(now, settings.outliers());
            if (!after.equals(before)) {
                member.stand(after, now);
                if (after instanceof Standing.OnTrial) {
                    listener.accept(new Change.OnTrial(service, member.id()));
                    changed = true;
                }
            }
            if (watchful && member.isSilent(now)) {
                changed |= ejectIfAllowed(member, Reason.SILENCE, now);
            }
        }
        if (now - compareAt >= 0) {
            changed |= compare(now);
            compareAt = now + settings.outliers().interval().toNanos();
        }
        return changed;
    }

    private boolean compare(long now) {
        var members = roster.members();
        var good = new long[members.length];
        var bad = new long[members.length];
        for (int i = 0; i < members.length; i++) {
            members[i].markPicks();
            good[i] = members[i].takeGood();
            bad[i] = members[i].takeBad();
        }
        double floor = SuccessRates.floor(good, bad, settings.outliers());
        boolean changed = false;
        for (int i = 0; i < members.length; i++) {
            if (SuccessRates.isOutlier(good[i], bad[i], floor, settings.outliers())) {
                changed |= ejectIfAllowed(members[i], Reason.SUCCESS_RATE, now);
            }
        }
        return changed;
    }

    void eject(Member member, Reason reason, long now) {
        lock.lock();
        try {
            if (ejectIfAllowed(member, reason, now)) {
                replan(now);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean ejectIfAllowed(Member member, Reason reason, long now) {
        if (!(member.standing() instanceof Standing.Admitted) || !roster.has(member)) {
            return false;
        }
        int open = 0;
        int ejected = 0;
        for (var each : roster.members()) {
            if (each.instance().isOpen()) {
                open++;
                ejected += each.standing() instanceof Standing.Admitted ? 0 : 1;
            }
        }
        if (ejected >= settings.outliers().mostEjected(open)) {
            return false;
        }
        eject(member, member.standing().ejected(reason, now, settings.outliers()), now);
        return true;
    }

    private void eject(Member member, Standing.Ejected ejected, long now) {
        member.stand(ejected, now);
        listener.accept(new Change.Ejected(
                service, member.id(), ejected.reason(), ejected.times(), ejected.until() - ejected.since()));
    }

    /// A request ended on a member that is not admitted.
    void heardOf(Member member, boolean wasGood, long now) {
        lock.lock();
        try {
            var before = member.standing();
            var after = before.ended(wasGood, now, settings.outliers());
            if (after.equals(before)) {
                return;
            }
            switch (after) {
                case Standing.Ejected ejected -> eject(member, ejected, now);
                case Standing.OnTrial onTrial -> {
                    member.stand(onTrial, now);
                    listener.accept(new Change.OnTrial(service, member.id()));
                }
                case Standing.Admitted admitted -> {
                    member.stand(admitted, now);
                    listener.accept(new Change.Readmitted(service, member.id()));
                }
            }
            replan(now);
        } finally {
            lock.unlock();
        }
    }

    private void replan(long now) {
        time = now;
        var current = roster;
        warming = false;
        for (var member : current.members()) {
            warming |= !settings.slowStart().isWarm(member.age(now));
        }
        var each = pickers.values().iterator();
        while (each.hasNext()) {
            var picker = each.next().get();
            if (picker == null) {
                each.remove();
            } else {
                picker.plan(current, settings, now);
            }
        }
        due = nextDue(now);
    }

    private long nextDue(long now) {
        time = now;
        long wait = compareAt - now;
        if (warming) {
            wait = Math.min(wait, settings.slowStart().stepNanos());
        }
        if (settings.outliers().silence().isPositive()) {
            wait = Math.min(wait, settings.outliers().silence().toNanos() / 4);
        }
        for (var member : roster.members()) {
            if (member.standing() instanceof Standing.Ejected ejected) {
                wait = Math.min(wait, ejected.until() - now);
            }
        }
        return now + Math.max(wait, 0);
    }

    void arrived() {
        inFlight.getAndIncrement();
    }

    void left() {
        inFlight.getAndDecrement();
    }

    /// Requests in flight to any instance, those that left included.
    long inFlight() {
        return inFlight.get();
    }

    /// For operators.
    public UpstreamView view(long now) {
        lock.lock();
        try {
            return Views.of(roster, settings, now);
        } finally {
            lock.unlock();
        }
    }
}
