package io.covenant.coordinator.transaction;

import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Site;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A store that answers at once, on the thread that asks, and fails when it is told to.
final class InMemoryTransactionStore implements TransactionStore {

    private final AtomicReference<Runnable> afterFind = new AtomicReference<>(() -> {});
    private final Map<TransactionId, StoredTransaction> transactions = new HashMap<>();
    private final Map<TransactionId, Register> registers = new HashMap<>();
    private final Map<TransactionId, String> plans = new ConcurrentHashMap<>();
    private final Set<Incarnation> living = new HashSet<>();
    private final InMemorySite site = new InMemorySite();
    private int failures;
    private boolean unreadable;

    /// The next so many writes fail.
    synchronized void fail(int times) {
        failures = times;
    }

    /// No list can be read from now on.
    synchronized void failToList() {
        unreadable = true;
    }

    synchronized void lives(Incarnation incarnation) {
        living.add(incarnation);
    }

    synchronized void dies(Incarnation incarnation) {
        living.remove(incarnation);
    }

    synchronized void lose(TransactionId id) {
        transactions.remove(id);
    }

    private <T> CompletableFuture<T> write(Supplier<T> write) {
        synchronized (this) {
            if (failures > 0) {
                failures--;
                return CompletableFuture.failedFuture(
                        new StoreUnavailableException(new IllegalStateException("as the test wants")));
            }
            return CompletableFuture.completedFuture(write.get());
        }
    }

    @Override
    public CompletableFuture<Begun> begin(Begin begin) {
        return write(() -> {
            var fresh = new StoredTransaction(begin, null, false, List.of(), List.of(), null, null, Optional.empty());
            var stored = transactions.computeIfAbsent(begin.id(), _ -> fresh).begin();
            return stored.attempt().equals(begin.attempt()) ? new Begun.Stored() : new Begun.Taken(stored.attempt());
        });
    }

    @Override
    public synchronized void withdraw(Begin begin) {
        transactions.computeIfPresent(
                begin.id(), (_, stored) -> stored.begin().equals(begin) && stored.decision() == null ? null : stored);
    }

    @Override
    public synchronized CompletableFuture<Register> decide(Proposal proposal) {
        if (isSaga(proposal.id()) && register(proposal.id()).isEmpty()) {
            return CompletableFuture.failedFuture(
                    new StoreUnavailableException(new IllegalStateException("it is a saga's to decide")));
        }
        if (!mayDecide(proposal)) {
            return CompletableFuture.failedFuture(
                    new StoreUnavailableException(new IllegalStateException("pre-committed")));
        }
        return write(() -> registers.computeIfAbsent(proposal.id(), id -> {
            var stored = transactions.get(id);
            boolean onRecord = stored != null && stored.begin().attempt().equals(proposal.attempt());
            if (proposal.decision() == Decision.COMMIT && onRecord) {
                return proposal.won();
            }
            var closed = stored == null ? null : stored.decision();
            return new Register(
                    id,
                    proposal.attempt(),
                    closed == null ? Decision.ABORT : closed,
                    new TreeMap<>(),
                    proposal.at(),
                    proposal.timeline());
        }));
    }

    private synchronized boolean isSaga(TransactionId id) {
        var stored = transactions.get(id);
        return stored != null && stored.begin().protocol() == CommitProtocol.SAGA;
    }

    @Override
    public CompletableFuture<Boolean> close(EndRecord end) {
        return write(() -> {
            var stored = transactions.get(end.id());
            boolean open = stored != null && (stored.decision() == null || stored.decision() == end.decision());
            return open && !registers.containsKey(end.id()) && update(end);
        });
    }

    @Override
    public CompletableFuture<Boolean> note(EndRecord end) {
        return write(() -> {
            var stored = transactions.get(end.id());
            return stored != null && !stored.finished() && update(end);
        });
    }

    private boolean update(EndRecord end) {
        var stored = Objects.requireNonNull(transactions.get(end.id()));
        if (!stored.begin().attempt().equals(end.attempt())
                || !stored.begin().owner().equals(end.owner())
                || stored.begin().epoch() != end.epoch()) {
            return false;
        }
        transactions.put(
                end.id(),
                new StoredTransaction(
                        stored.begin(),
                        end.decision(),
                        end.hazard(),
                        end.branches(),
                        end.timeline(),
                        end.decidedAt(),
                        end.finishedAt(),
                        Optional.empty()));
        return true;
    }

    @Override
    public Optional<StoredTransaction> find(TransactionId id) {
        var found = look(id);
        afterFind.getAndSet(() -> {}).run();
        return found;
    }

    /// Lets something happen between the next look for a transaction and what is made of it.
    void afterNextFind(Runnable event) {
        afterFind.set(event);
    }

    private synchronized Optional<StoredTransaction> look(TransactionId id) {
        return Optional.ofNullable(transactions.get(id)).map(this::joined);
    }

    private StoredTransaction joined(StoredTransaction stored) {
        var register = registers.get(stored.begin().id());
        return register == null
                ? stored
                : new StoredTransaction(
                        stored.begin(),
                        register.decision(),
                        stored.hazard(),
                        stored.branches(),
                        stored.timeline(),
                        register.decidedAt(),
                        stored.finishedAt(),
                        Optional.of(register));
    }

    private synchronized boolean mayDecide(Proposal proposal) {
        var stored = transactions.get(proposal.id());
        boolean commits = proposal.decision() == Decision.COMMIT
                && stored != null
                && stored.begin().attempt().equals(proposal.attempt());
        return commits || registers.containsKey(proposal.id()) || !site.isPreCommitted(proposal.id());
    }

    @Override
    public InMemorySite site() {
        return site;
    }

    /// The site of three-phase commits, in memory.
    final class InMemorySite implements CoordinatorsSite {

        private record Key(TransactionId id, Attempt attempt) {}

        private final Map<Key, Standing> standings = new HashMap<>();
        private boolean away;

        /// Does not answer from now on, or does again.
        void away(boolean now) {
            synchronized (InMemoryTransactionStore.this) {
                away = now;
            }
        }

        private boolean isPreCommitted(TransactionId id) {
            return standings.entrySet().stream()
                    .anyMatch(one -> one.getKey().id().equals(id)
                            && Set.of(Standing.Position.PRE_COMMITTED, Standing.Position.COMMITTED)
                                    .contains(one.getValue().position()));
        }

        private <T> T when(Supplier<T> action) {
            synchronized (InMemoryTransactionStore.this) {
                if (away) {
                    throw new StoreUnavailableException(new IllegalStateException("as the test wants"));
                }
                return action.get();
            }
        }

        @Override
        public Input ask(TransactionId id, Attempt attempt, Request request) {
            return when(() -> {
                var site = new Site.Coordinators();
                var before = standing(id, attempt);
                return switch (request) {
                    case Request.Elect(var election) ->
                        move(id, attempt, before.elected(election))
                                .<Input>map(after -> new Input.Elected(site, election, after))
                                .orElseGet(() -> new Input.Refused(site, election, before));
                    case Request.Attempt(var election, var outcome) ->
                        (mayMove(id, attempt, before, election)
                                        ? move(id, attempt, before.attempted(election, outcome))
                                        : Optional.<Standing>empty())
                                .<Input>map(_ -> new Input.Accepted(site, election))
                                .orElseGet(() -> new Input.Refused(site, election, before));
                    case Request.TimedOut _ -> throw new IllegalArgumentException("no branch");
                };
            });
        }

        private boolean mayMove(TransactionId id, Attempt attempt, Standing before, Election election) {
            var stored = transactions.get(id);
            return !election.equals(Election.FIRST)
                    || before.lastAttempt().equals(election)
                    || (stored != null
                            && stored.begin().attempt().equals(attempt)
                            && stored.decision() == null
                            && !registers.containsKey(id));
        }

        private Optional<Standing> move(TransactionId id, Attempt attempt, Optional<Standing> after) {
            after.ifPresent(standing -> standings.put(new Key(id, attempt), standing));
            return after;
        }

        private Standing standing(TransactionId id, Attempt attempt) {
            return standings.getOrDefault(new Key(id, attempt), Standing.NEW);
        }

        @Override
        public Register learn(
                TransactionId id,
                Attempt attempt,
                Outcome outcome,
                SortedMap<String, String> services,
                List<Timeline.Entry> timeline,
                Instant at) {
            return when(() -> {
                var before = standing(id, attempt);
                if (before.decided().isEmpty()) {
                    standings.put(new Key(id, attempt), before.learned(outcome));
                }
                var sealed = new TreeMap<String, String>();
                outcome.sealed().forEach(branch -> sealed.put(branch.name(), services.get(branch.name())));
                return registers.computeIfAbsent(
                        id, _ -> new Register(id, attempt, Decision.COMMIT, sealed, at, timeline));
            });
        }

        @Override
        public boolean close(EndRecord end) {
            return when(() -> {
                var before = standing(end.id(), end.attempt());
                if (end.decision() == Decision.ABORT && before.decided().isEmpty()) {
                    standings.put(new Key(end.id(), end.attempt()), before.learned(Outcome.ABORT));
                }
                var stored = transactions.get(end.id());
                boolean open = stored != null
                        && stored.begin().attempt().equals(end.attempt())
                        && (stored.decision() == null || stored.decision() == end.decision())
                        && !registers.containsKey(end.id());
                if (stored != null && open) {
                    transactions.put(
                            end.id(),
                            new StoredTransaction(
                                    stored.begin(),
                                    end.decision(),
                                    end.hazard(),
                                    end.branches(),
                                    end.timeline(),
                                    end.decidedAt(),
                                    stored.finishedAt(),
                                    Optional.empty()));
                }
                return open;
            });
        }

        @Override
        public Known read(TransactionId id, Attempt attempt) {
            return when(() -> new Known(
                    standing(id, attempt),
                    standings.keySet().stream().anyMatch(key -> key.id().equals(id))));
        }
    }

    @Override
    public synchronized Optional<Register> register(TransactionId id) {
        return Optional.ofNullable(registers.get(id));
    }

    @Override
    public synchronized List<StoredTransaction> list(TransactionQuery query) {
        if (unreadable) {
            throw new StoreUnavailableException(new IllegalStateException("as the test wants"));
        }
        Comparator<StoredTransaction> downwards = Comparator.comparing(
                        (StoredTransaction stored) -> stored.begin().id().toString())
                .reversed();
        return transactions.values().stream()
                .map(this::joined)
                .filter(in(query.state()))
                .filter(stored ->
                        query.before() == null || stored.begin().createdAt().isBefore(query.before()))
                .filter(stored -> query.after() == null
                        || stored.begin()
                                        .id()
                                        .toString()
                                        .compareTo(query.after().toString())
                                < 0)
                .sorted(downwards)
                .limit(query.limit())
                .toList();
    }

    private static Predicate<StoredTransaction> in(@Nullable State state) {
        Function<StoredTransaction, State> of = stored -> View.of(stored).state();
        return stored -> state == null
                || of.apply(stored) == state
                || (state == State.DECIDING && of.apply(stored) == State.VOTING);
    }

    @Override
    public synchronized List<StoredTransaction> claim(Incarnation claimant, boolean predecessors, int limit) {
        return own(
                claimant,
                transactions.values().stream()
                        .filter(stored -> !stored.finished())
                        .filter(stored -> !stored.begin().owner().equals(claimant))
                        .filter(stored -> !living.contains(stored.begin().owner()))
                        .filter(stored ->
                                !predecessors || stored.begin().owner().node().equals(claimant.node()))
                        .limit(limit)
                        .toList());
    }

    @Override
    public synchronized List<StoredTransaction> reclaim(Incarnation owner, Collection<TransactionId> ids) {
        return own(
                owner,
                ids.stream()
                        .map(transactions::get)
                        .filter(Objects::nonNull)
                        .filter(stored -> stored.begin().owner().equals(owner) && !stored.finished())
                        .toList());
    }

    private List<StoredTransaction> own(Incarnation owner, List<StoredTransaction> taken) {
        var owned = new ArrayList<StoredTransaction>();
        for (var stored : taken) {
            var begin = stored.begin();
            var next = new StoredTransaction(
                    new Begin(
                            begin.id(),
                            begin.attempt(),
                            begin.name(),
                            begin.protocol(),
                            begin.digest(),
                            begin.branches(),
                            begin.createdAt(),
                            begin.deadline(),
                            owner,
                            begin.epoch() + 1),
                    stored.decision(),
                    stored.hazard(),
                    stored.branches(),
                    stored.timeline(),
                    stored.decidedAt(),
                    stored.finishedAt(),
                    Optional.empty());
            transactions.put(begin.id(), next);
            owned.add(joined(next));
        }
        return owned;
    }

    @Override
    public synchronized List<TransactionId> unfinishedOf(Incarnation owner, Instant before, int limit) {
        return transactions.values().stream()
                .filter(stored -> !stored.finished() && stored.begin().owner().equals(owner))
                .map(StoredTransaction::begin)
                .filter(begin -> begin.createdAt().isBefore(before))
                .map(Begin::id)
                .limit(limit)
                .toList();
    }

    @Override
    public SagaJournal sagas() {
        return new Journal();
    }

    private final class Journal implements SagaJournal {

        @Override
        public CompletableFuture<SagaJournal.Begun> begin(Begin begin, SagaPlan plan) {
            return write(() -> {
                var register = registers.get(begin.id());
                if (register != null && !transactions.containsKey(begin.id())) {
                    return new SagaJournal.Begun.Entombed(register);
                }
                var fresh =
                        new StoredTransaction(begin, null, false, List.of(), List.of(), null, null, Optional.empty());
                var stored =
                        transactions.computeIfAbsent(begin.id(), _ -> fresh).begin();
                plans.putIfAbsent(begin.id(), plan.write());
                return stored.attempt().equals(begin.attempt())
                        ? new SagaJournal.Begun.Stored()
                        : new SagaJournal.Begun.Taken(stored.attempt());
            });
        }

        @Override
        public CompletableFuture<Boolean> withdraw(Begin begin) {
            return write(() -> {
                transactions.computeIfPresent(
                        begin.id(), (_, stored) -> stored.begin().equals(begin) ? null : stored);
                return true;
            });
        }

        @Override
        public CompletableFuture<Optional<Register>> decide(SagaJournal.Proposal proposal) {
            return write(() -> {
                var stored = transactions.get(proposal.id());
                if (stored != null
                        && !stored.finished()
                        && stored.begin().attempt().equals(proposal.attempt())
                        && stored.begin().owner().equals(proposal.owner())
                        && stored.begin().epoch() == proposal.epoch()) {
                    registers.putIfAbsent(proposal.id(), proposal.won());
                }
                return Optional.ofNullable(registers.get(proposal.id()))
                        .filter(register -> register.attempt().equals(proposal.attempt()));
            });
        }

        @Override
        public CompletableFuture<Boolean> note(Note note) {
            return write(() -> {
                var stored = transactions.get(note.id());
                if (stored == null
                        || stored.finished()
                        || !stored.begin().attempt().equals(note.attempt())
                        || !stored.begin().owner().equals(note.owner())
                        || stored.begin().epoch() != note.epoch()) {
                    return false;
                }
                transactions.put(
                        note.id(),
                        new StoredTransaction(
                                stored.begin(),
                                note.decision(),
                                false,
                                note.steps(),
                                note.timeline(),
                                note.decidedAt(),
                                note.finishedAt(),
                                Optional.empty()));
                return true;
            });
        }

        @Override
        public Optional<Entry> read(TransactionId id) {
            return look(id).flatMap(stored -> Optional.ofNullable(plans.get(id))
                    .map(text -> new Entry(stored, SagaPlan.read(stored.begin().name(), text))));
        }
    }

    @Override
    public synchronized Backlog backlog() {
        var unfinished = transactions.values().stream()
                .map(this::joined)
                .filter(stored -> !stored.finished())
                .toList();
        long undecided =
                unfinished.stream().filter(stored -> stored.decision() == null).count();
        return new Backlog(
                undecided,
                unfinished.size() - undecided,
                transactions.values().stream().filter(StoredTransaction::hazard).count(),
                unfinished.stream()
                        .map(stored -> stored.begin().createdAt())
                        .min(Comparator.naturalOrder())
                        .orElse(null));
    }

    @Override
    public synchronized int purge(Instant before, int limit) {
        var old = transactions.values().stream()
                .filter(stored ->
                        stored.finishedAt() != null && stored.finishedAt().isBefore(before))
                .filter(stored -> !stored.hazard())
                .map(stored -> stored.begin().id())
                .limit(limit)
                .toList();
        var tombstones = registers.values().stream()
                .filter(register -> register.decidedAt().isBefore(before))
                .map(Register::id)
                .filter(id -> !transactions.containsKey(id))
                .toList();
        old.forEach(transactions::remove);
        old.forEach(registers::remove);
        site.standings.keySet().removeIf(key -> old.contains(key.id()));
        tombstones.forEach(registers::remove);
        return old.size() + tombstones.size();
    }

    @Override
    public synchronized boolean answers() {
        return failures == 0;
    }

    @Override
    public void close() {}
}
