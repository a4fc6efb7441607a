package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.CommandCodec;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.RefusalCode;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.namespace.Timers;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import io.covenant.locks.primary.Lease.KeepAlive;
import io.covenant.locks.primary.Requests.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The primary's part of one node. On a node that does not lead it refuses, and remembers nothing.
///
/// Not for several threads at a time. Every input carries the time of a monotonic clock, whatever that counts
/// from; it is expected not to go back, and taken for standing still where it does.
public final class Primary {

    private static final long NANOS = 1_000_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final PrimarySettings settings;
    private final long stall;
    private final long origin;

    private final Leases leases = new Leases();
    private final Requests requests = new Requests();
    private final Map<Long, Purpose> purposes = new HashMap<>();
    private final TreeMap<Long, List<KeepAlive>> rounds = new TreeMap<>();
    private final List<KeepAlive> early = new ArrayList<>();
    private final Map<Long, KeepAlive> unknown = new HashMap<>();

    /// Keep-alives whose leadership round has not begun.
    private List<KeepAlive> gathered = new ArrayList<>();

    /// Keep-alives that wait for a checkpoint that has not been proposed.
    private List<KeepAlive> unlogged = new ArrayList<>();

    /// What clients asked before the epoch was known to be right: no grant may carry an older one.
    private final List<Input.Ask> held = new ArrayList<>();

    private List<Effect> effects = new ArrayList<>();

    private long now;
    private boolean leads;
    private boolean armed;
    /// Whether the state is known to have reached the epoch that it must have.
    private boolean inEpoch;

    private boolean raising;
    private long term;
    private @Nullable String leader;

    private long armAgain;
    private long baseMillis;
    private long baseNow;
    private long nextDue = Input.NOTHING_DUE;
    private boolean collecting;
    private int dueInFlight;
    private long dueAgain;
    private int expiriesInFlight;
    private boolean logging;
    private long nextCheckpoint;
    private long nextTime;
    private long nextRound;
    private long lastProposal;
    private long lastRound;

    private long renewed;
    private long expired;
    private long extendedMillis;
    private long stalledMillis;

    /// Why this primary proposed something of its own accord.
    private sealed interface Purpose {

        record Expire(long session) implements Purpose {}

        /// @param waiting to be answered once it is committed
        record Note(List<Command.Lease> leases, List<KeepAlive> waiting) implements Purpose {}

        record Due() implements Purpose {}

        record RaiseEpoch() implements Purpose {}

        record Background() implements Purpose {}
    }

    /// How a primary is, for operators.
    ///
    /// @param renewed        renewals accepted since the process began
    /// @param expired        sessions that ended because their lease did
    /// @param extendedMillis by which elections prolonged leases, of all sessions
    /// @param stalledMillis  for which this process stood still while it led
    public record Figures(
            boolean leads,
            boolean armed,
            int sessions,
            int waiting,
            long renewed,
            long expired,
            long extendedMillis,
            long stalledMillis) {}

    /// @param nanos the time now
    public Primary(PrimarySettings settings, long nanos) {
        this.settings = settings;
        this.stall = settings.stall().toNanos();
        this.origin = nanos;
        this.inEpoch = settings.epoch() == 0;
    }

    /// Takes one input; answers what is to be done, in this order.
    public List<Effect> on(long nanos, Input input) {
        return on(nanos, List.of(input));
    }

    /// Takes what came together, in its order, as one step: its keep-alives share a round.
    public List<Effect> on(long nanos, List<? extends Input> inputs) {
        long at = Math.max(now, nanos - origin);
        long gap = at - now;
        now = at;
        if (armed && gap > stall) {
            leases.prolong(gap);
            stalledMillis += gap / NANOS;
        }
        inputs.forEach(this::take);
        if (leads) {
            act();
        }
        var done = effects;
        effects = done.isEmpty() ? done : new ArrayList<>();
        return done;
    }

    private void take(Input input) {
        switch (input) {
            case Input.Ask ask -> ask(ask);
            case Input.Renew(var ticket, var session, var ackUpTo) -> renew(new KeepAlive(ticket, session, ackUpTo));
            case Input.Became became -> became(became);
            case Input.Armed arms -> arm(arms);
            case Input.Applied(var result, var due) -> applied(result, due);
            case Input.Proposed(var proposal, var fate) -> proposed(proposal, fate);
            case Input.Confirmed(var round, var standing) -> confirmed(round, standing);
            case Input.Found found -> found(found);
            case Input.Due(var commands) -> due(commands);
            case Input.Tick _ -> {}
        }
    }

    /// When it wants to be told the time at the latest, on the inputs' clock.
    public long deadline() {
        if (!leads) {
            return origin + NEVER / 2;
        }
        long next = Math.min(requests.next(), now + stall / 2);
        if (!armed) {
            return origin + Math.min(next, armAgain);
        }
        if (expiriesInFlight < settings.inFlight()) {
            next = Math.min(next, leases.next());
        }
        if (!leases.renewed().isEmpty() || !leases.acked().isEmpty()) {
            next = Math.min(next, nextCheckpoint);
        }
        if (leases.someExtended()) {
            next = Math.min(next, nextTime);
        }
        if (!gathered.isEmpty() && rounds.isEmpty()) {
            next = Math.min(next, nextRound);
        }
        if (nextDue != Input.NOTHING_DUE && !collecting && dueInFlight == 0) {
            next = Math.min(next, Math.max(dueAgain, baseNow + Math.max(0, nextDue - baseMillis) * NANOS));
        }
        return origin + next;
    }

    /// How long a lease still runs; empty where this node does not count it.
    public OptionalLong remainingMillis(long nanos, long session) {
        var lease = armed ? leases.find(session) : null;
        return lease == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, lease.end - (nanos - origin)) / NANOS);
    }

    public boolean isArmed() {
        return armed;
    }

    /// The time that entries carry now; 0 before this node is armed, which stands for the time of the state.
    public long logicalMillis() {
        return armed ? baseMillis + (now - baseNow) / NANOS : 0;
    }

    public Figures figures() {
        return new Figures(
                leads, armed, leases.size(), requests.waiting(), renewed, expired, extendedMillis, stalledMillis);
    }

    // ---- who leads

    private void became(Input.Became became) {
        if (leads && (!became.leads() || became.term() != term)) {
            stepDown(became.leads() ? null : became.leader());
        }
        leader = became.leader();
        term = became.term();
        if (became.leads() && !leads) {
            leads = true;
            askToArm();
        }
    }

    private void askToArm() {
        armAgain = now + Math.max(stall, settings.retry().toNanos());
        effects.add(new Effect.Arm(term));
    }

    /// Forgets all that only a primary knows. What is proposed is answered by its fate.
    private void stepDown(@Nullable String successor) {
        leads = false;
        armed = false;
        leader = successor;
        var waiting = new ArrayList<KeepAlive>(early);
        rounds.values().forEach(waiting::addAll);
        waiting.addAll(gathered);
        waiting.addAll(unlogged);
        purposes.values().forEach(purpose -> {
            if (purpose instanceof Purpose.Note(var _, var kept)) {
                waiting.addAll(kept);
            }
        });
        waiting.addAll(leases.held());
        waiting.addAll(unknown.values());
        waiting.stream().mapToLong(KeepAlive::ticket).sorted().forEach(this::tellNotPrimary);
        requests.allWaiting((request, _) -> tellNotPrimary(request.ticket));
        held.forEach(ask -> tellNotPrimary(ask.ticket()));
        held.clear();
        early.clear();
        rounds.clear();
        gathered = new ArrayList<>();
        unlogged = new ArrayList<>();
        purposes.clear();
        unknown.clear();
        leases.clear();
        nextDue = Input.NOTHING_DUE;
        collecting = false;
        dueInFlight = 0;
        expiriesInFlight = 0;
        logging = false;
        raising = false;
    }

    private void arm(Input.Armed arms) {
        if (!leads || armed || arms.term() != term) {
            return;
        }
        if (arms.epoch() < settings.epoch()) {
            raiseEpoch();
            return;
        }
        inEpoch = true;
        armed = true;
        baseMillis = arms.timeMillis();
        baseNow = now;
        nextDue = arms.nextDueMillis();
        nextCheckpoint = now + settings.checkpoint().toNanos();
        nextTime = now + settings.time().toNanos();
        for (var one : arms.sessions()) {
            leases.put(new Lease(
                    one.session(), one.ttlMillis() * NANOS, now + one.armMillis() * NANOS, one.seenRenewSeq(), true));
            extendedMillis += one.extensionMillis();
        }
        for (int from = 0; from < arms.sessions().size(); from += CommandCodec.MOST_LEASES) {
            var some = arms.sessions().subList(from, Math.min(arms.sessions().size(), from + CommandCodec.MOST_LEASES));
            propose(new Purpose.Background(), Timers.checkpoint(some));
        }
        var waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(this::renew);
        var asks = List.copyOf(held);
        held.clear();
        asks.forEach(this::ask);
    }

    private void raiseEpoch() {
        if (!raising) {
            raising = true;
            propose(new Purpose.RaiseEpoch(), new Command.RaiseEpoch(settings.epoch()));
        }
    }

    private void fateOfRaise(Fate fate) {
        raising = false;
        if (fate instanceof Fate.Done) {
            askToArm();
        }
    }

    // ---- what clients ask

    private void ask(Input.Ask ask) {
        if (!leads) {
            tellNotPrimary(ask.ticket());
            return;
        }
        if (!inEpoch) {
            if (held.size() < settings.waiting()) {
                held.add(ask);
            } else {
                effects.add(new Effect.Tell(ask.ticket(), new Answer.Overloaded()));
            }
            return;
        }
        long proposal = ++lastProposal;
        var request = request(ask);
        requests.propose(proposal, request);
        effects.add(new Effect.Propose(proposal, logicalMillis(), ask.command()));
    }

    private Request request(Input.Ask ask) {
        if (!(ask.command() instanceof Command.Request request)) {
            return new Request(ask.ticket(), 0, 0, 0);
        }
        var origin = request.origin();
        var lease = leases.find(origin.session());
        if (lease != null) {
            lease.ackedInLog = Math.max(lease.ackedInLog, origin.ackUpTo());
        }
        return request instanceof Command.Acquire && ask.patienceMillis() > 0
                ? new Request(ask.ticket(), origin.session(), origin.seq(), ask.patienceMillis() * NANOS)
                : new Request(ask.ticket(), origin.session(), 0, 0);
    }

    private void tell(Request request, long index, Reply reply) {
        requests.forget(request);
        var lease = leases.find(request.session);
        long remaining = lease == null ? 0 : Math.max(0, lease.end - now) / NANOS;
        effects.add(new Effect.Tell(request.ticket, new Answer.Replied(index, reply, remaining)));
    }

    private void tellNotPrimary(long ticket) {
        effects.add(new Effect.Tell(ticket, new Answer.NotPrimary(leader)));
    }

    private void answered(Request request, Result result) {
        if (!(result.reply() instanceof Reply.Waiting waiting) || request.patience == 0) {
            tell(request, result.index(), result.reply());
        } else if (request.settled != null) {
            tell(request, request.settledIndex, request.settled);
        } else if (!leads) {
            requests.forget(request);
            tellNotPrimary(request.ticket);
        } else if (requests.waiting() >= settings.waiting()) {
            tell(request, result.index(), waiting);
        } else {
            requests.await(request, waiting, result.index(), now + request.patience);
        }
    }

    // ---- keep-alives

    private void renew(KeepAlive keepAlive) {
        if (!leads) {
            tellNotPrimary(keepAlive.ticket());
            return;
        }
        if (!armed) {
            if (early.size() < settings.waiting()) {
                early.add(keepAlive);
            } else {
                effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.Overloaded()));
            }
            return;
        }
        var lease = leases.find(keepAlive.session());
        if (lease == null) {
            unknown.put(keepAlive.ticket(), keepAlive);
            effects.add(new Effect.Find(keepAlive.ticket(), keepAlive.session()));
        } else if (lease.expiring) {
            lease.held.add(keepAlive);
        } else {
            renew(lease, keepAlive);
        }
    }

    private void renew(Lease lease, KeepAlive keepAlive) {
        leases.renew(lease, now);
        renewed++;
        if (keepAlive.ackUpTo() > Math.max(lease.acked, lease.ackedInLog)) {
            lease.acked = keepAlive.ackUpTo();
            leases.acked().add(lease.session);
        }
        if (lease.extended) {
            unlogged.add(keepAlive);
        } else {
            gathered.add(keepAlive);
        }
    }

    private void confirmed(long round, Standing standing) {
        var waiting = rounds.remove(round);
        if (waiting == null) {
            return;
        }
        switch (standing) {
            case Standing.Leads(var confirmed) -> {
                if (confirmed == term && armed) {
                    waiting.forEach(this::tellRenewed);
                } else {
                    waiting.forEach(keepAlive -> tellNotPrimary(keepAlive.ticket()));
                }
            }
            case Standing.NotLeader(var other) ->
                waiting.forEach(
                        keepAlive -> effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.NotPrimary(other))));
            case Standing.Overloaded _ ->
                waiting.forEach(keepAlive -> effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.Overloaded())));
        }
    }

    /// The session may have ended since the keep-alive came, by its client's own wish.
    private void tellRenewed(KeepAlive keepAlive) {
        var lease = leases.find(keepAlive.session());
        effects.add(new Effect.Tell(
                keepAlive.ticket(),
                lease == null
                        ? new Answer.Replied(0, new Reply.NoSuchSession(keepAlive.session()), 0)
                        : new Answer.Renewed(Math.max(0, lease.end - now) / NANOS)));
    }

    private void found(Input.Found found) {
        var keepAlive = unknown.remove(found.ticket());
        if (keepAlive == null) {
            return;
        }
        switch (found.standing()) {
            case Standing.Leads _ -> {
                if (!found.known()) {
                    tellEnded(keepAlive, found.index());
                } else if (leads && armed && leases.find(keepAlive.session()) == null) {
                    // Known to a later primary only: this one is not any more, and will hear so.
                    effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.Overloaded()));
                } else {
                    renew(keepAlive);
                }
            }
            case Standing.NotLeader(var other) ->
                effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.NotPrimary(other)));
            case Standing.Overloaded _ -> effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.Overloaded()));
        }
    }

    private void tellEnded(KeepAlive keepAlive, long index) {
        effects.add(new Effect.Tell(
                keepAlive.ticket(), new Answer.Replied(index, new Reply.NoSuchSession(keepAlive.session()), 0)));
    }

    // ---- what the log says

    private void applied(Result result, long due) {
        if (!leads) {
            return;
        }
        if (armed) {
            nextDue = due;
            if (result.reply() instanceof Reply.SessionOpened(var session, var ttlMillis)) {
                leases.put(new Lease(session, ttlMillis * NANOS, now + ttlMillis * NANOS, 0, false));
            }
        }
        for (var event : result.events()) {
            if (event instanceof Event.Settled(var index, var session, var seq, var reply)) {
                settled(index, session, seq, reply);
            } else if (event instanceof Event.SessionEnded(var index, var session, var cause)) {
                ended(index, session, cause);
            }
        }
    }

    private void settled(long index, long session, long seq, Reply reply) {
        for (var request : requests.of(session, seq)) {
            if (request.waiting != null) {
                tell(request, index, reply);
            } else {
                request.settled = reply;
                request.settledIndex = index;
            }
        }
    }

    private void ended(long index, long session, Event.Cause cause) {
        for (var request : requests.of(session)) {
            if (request.waiting != null) {
                tell(request, index, new Reply.NoSuchSession(session));
            } else {
                request.settled = new Reply.NoSuchSession(session);
                request.settledIndex = index;
            }
        }
        var lease = leases.remove(session);
        if (lease != null) {
            lease.held.forEach(keepAlive -> tellEnded(keepAlive, index));
            expired += cause == Event.Cause.SESSION_EXPIRED ? 1 : 0;
        }
    }

    private void proposed(long proposal, Fate fate) {
        var request = requests.fateOf(proposal);
        if (request != null) {
            fateOf(request, fate);
            return;
        }
        var purpose = purposes.remove(proposal);
        switch (purpose) {
            case Purpose.Expire(var session) -> fateOfExpiry(session, fate);
            case Purpose.Note(var noted, var waiting) -> fateOfNote(noted, waiting, fate);
            case Purpose.Due _ -> {
                dueInFlight--;
                if (!(fate instanceof Fate.Done)) {
                    dueAgain = now + settings.retry().toNanos();
                }
            }
            case Purpose.RaiseEpoch _ -> fateOfRaise(fate);
            case Purpose.Background _ -> {}
            case null -> {}
        }
    }

    private void fateOf(Request request, Fate fate) {
        switch (fate) {
            case Fate.Done(var _, var result) -> answered(request, result);
            case Fate.NotLeader(var other) -> tell(request, new Answer.NotPrimary(other));
            case Fate.Overloaded _ -> tell(request, new Answer.Overloaded());
            case Fate.Unknown _ -> tell(request, new Answer.Unknown());
        }
    }

    private void tell(Request request, Answer answer) {
        requests.forget(request);
        effects.add(new Effect.Tell(request.ticket, answer));
    }

    private void fateOfExpiry(long session, Fate fate) {
        expiriesInFlight--;
        var lease = leases.find(session);
        if (lease == null) {
            return;
        }
        switch (fate) {
            case Fate.Done(var _, var result) -> {
                if (result.reply() instanceof Reply.Refused(var code, var _, var renewals)
                        && code == RefusalCode.RENEWED) {
                    lease.renewals = Math.max(lease.renewals, renewals);
                    lease.end = now + lease.ttl;
                    revive(lease);
                }
            }
            // It will never come into effect, so renewals may be accepted again.
            case Fate.NotLeader _, Fate.Overloaded _ -> revive(lease);
            // It may: whoever leads next decides.
            case Fate.Unknown _ -> {}
        }
    }

    private void revive(Lease lease) {
        lease.expiring = false;
        leases.lookAt(lease, now + settings.retry().toNanos());
        var held = List.copyOf(lease.held);
        lease.held.clear();
        held.forEach(keepAlive -> renew(lease, keepAlive));
    }

    private void fateOfNote(List<Command.Lease> noted, List<KeepAlive> waiting, Fate fate) {
        logging = false;
        switch (fate) {
            case Fate.Done(var _, var _) -> {
                noted.forEach(this::noted);
                waiting.forEach(this::tellRenewed);
            }
            case Fate.NotLeader(var other) ->
                waiting.forEach(
                        keepAlive -> effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.NotPrimary(other))));
            case Fate.Overloaded _ ->
                waiting.forEach(keepAlive -> effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.Overloaded())));
            case Fate.Unknown _ ->
                waiting.forEach(
                        keepAlive -> effects.add(new Effect.Tell(keepAlive.ticket(), new Answer.NotPrimary(null))));
        }
    }

    private void noted(Command.Lease noted) {
        var lease = leases.find(noted.session());
        if (lease != null) {
            leases.noted(lease, noted.renewSeq());
        }
    }

    private void due(List<Command> commands) {
        if (!collecting) {
            return;
        }
        collecting = false;
        for (var command : commands) {
            dueInFlight++;
            propose(new Purpose.Due(), command);
        }
        if (commands.isEmpty()) {
            dueAgain = now + settings.retry().toNanos();
        }
    }

    // ---- what time does

    private void act() {
        requests.impatient(now, (request, waiting) -> tell(request, request.waitingIndex, waiting));
        if (!armed) {
            if (now >= armAgain) {
                askToArm();
            }
            return;
        }
        expire();
        if (!logging && !unlogged.isEmpty()) {
            logFirstRenewals();
        }
        if (now >= nextCheckpoint) {
            checkpoint();
        }
        if (leases.someExtended() && now >= nextTime) {
            // So that the next primary knows how much of their time is over.
            nextTime = now + settings.time().toNanos();
            propose(new Purpose.Background(), new Command.Barrier());
        }
        if (!gathered.isEmpty() && rounds.isEmpty() && now >= nextRound) {
            nextRound = now + settings.gather().toNanos();
            rounds.put(++lastRound, gathered);
            gathered = new ArrayList<>();
            effects.add(new Effect.Confirm(lastRound));
        }
        if (nextDue <= logicalMillis() && !collecting && dueInFlight == 0 && now >= dueAgain) {
            collecting = true;
            effects.add(new Effect.Collect(logicalMillis(), settings.inFlight()));
        }
    }

    private void expire() {
        int room = settings.inFlight() - expiriesInFlight;
        if (room <= 0 || leases.next() > now) {
            return;
        }
        for (var lease : leases.over(now, room)) {
            lease.expiring = true;
            expiriesInFlight++;
            propose(new Purpose.Expire(lease.session), new Command.ExpireSession(lease.session, lease.renewals));
        }
    }

    private void logFirstRenewals() {
        var sessions = new LinkedHashSet<Long>();
        int upTo = 0;
        while (upTo < unlogged.size() && sessions.size() < CommandCodec.MOST_LEASES) {
            sessions.add(unlogged.get(upTo++).session());
        }
        var waiting = List.copyOf(unlogged.subList(0, upTo));
        unlogged.subList(0, upTo).clear();
        var noted = note(sessions);
        logging = true;
        propose(new Purpose.Note(noted, waiting), new Command.LeaseCheckpoint(noted));
    }

    private void checkpoint() {
        nextCheckpoint = now + settings.checkpoint().toNanos();
        for (var some = first(leases.renewed(), CommandCodec.MOST_LEASES);
                !some.isEmpty();
                some = first(leases.renewed(), CommandCodec.MOST_LEASES)) {
            some.forEach(leases.renewed()::remove);
            var noted = note(some);
            propose(new Purpose.Background(), new Command.LeaseCheckpoint(noted));
        }
        for (var session : first(leases.acked(), settings.inFlight())) {
            leases.acked().remove(session);
            var lease = leases.find(session);
            if (lease != null && lease.acked > lease.ackedInLog) {
                lease.ackedInLog = lease.acked;
                propose(new Purpose.Background(), new Command.AckReplies(session, lease.acked));
            }
        }
    }

    private static SequencedSet<Long> first(SequencedSet<Long> sessions, int atMost) {
        var some = new LinkedHashSet<Long>();
        for (var session : sessions) {
            if (some.size() == atMost) {
                break;
            }
            some.add(session);
        }
        return some;
    }

    private List<Command.Lease> note(SequencedSet<Long> sessions) {
        var noted = new ArrayList<Command.Lease>(sessions.size());
        for (var session : sessions) {
            var lease = leases.find(session);
            if (lease != null) {
                noted.add(new Command.Lease(session, lease.renewals, Math.max(0, lease.end - now) / NANOS, 0));
            }
        }
        return noted;
    }

    private void propose(Purpose purpose, Command command) {
        long proposal = ++lastProposal;
        purposes.put(proposal, purpose);
        effects.add(new Effect.Propose(proposal, logicalMillis(), command));
    }
}
