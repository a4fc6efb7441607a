package io.covenant.transactions.tcc;

import io.covenant.simulation.Explorer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.tcc.TccParticipant.Action;
import io.covenant.transactions.tcc.TccParticipant.Evidence;
import io.covenant.transactions.tcc.TryConfirmCancel.Input.Chosen;
import io.covenant.transactions.twophase.OutcomeInquiry;
import io.covenant.transactions.twophase.TwoPhaseCommit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// One attempt with two branches in a world small enough that everything that can happen to it can be
/// tried.
///
/// Two coordinators, the register, and two branches with a database each. Whatever was sent may arrive at
/// any later time, any number of times, or never. Deadlines and reservations pass, coordinators crash and
/// take over, instances crash while a try is under way, and inquiries come at any time. Coordinators and
/// participants are the production cores; only what surrounds them is written here.
final class SmallWorld implements Explorer.Moves<SmallWorld.State> {

    /// @param running whether a try is under way that holds the keys
    /// @param used    how often the reservation was used
    record Place(Evidence rows, boolean running, int used) {}

    /// @param seats what each coordinator does
    /// @param owner the coordinator whose begin record it is
    /// @param mail  all that was ever sent
    /// @param told  what clients were told
    record State(
            List<Optional<TryConfirmCancel.State>> seats,
            int owner,
            Optional<Decision> closed,
            Optional<Chosen> chosen,
            List<Place> places,
            Set<Letter> mail,
            Set<Decision> told) {

        private State seat(int seat, Optional<TryConfirmCancel.State> now) {
            return new State(with(seats, seat, now), owner, closed, chosen, places, mail, told);
        }

        private State owner(int now) {
            return new State(seats, now, closed, chosen, places, mail, told);
        }

        private State closed(Decision now) {
            return new State(seats, owner, Optional.of(now), chosen, places, mail, told);
        }

        private State chosen(Chosen now) {
            return new State(seats, owner, closed, Optional.of(now), places, mail, told);
        }

        private State place(int place, Place now) {
            return new State(seats, owner, closed, chosen, with(places, place, now), mail, told);
        }

        private State mail(Letter letter) {
            return new State(seats, owner, closed, chosen, places, with(mail, letter), told);
        }

        private State told(Decision decision) {
            return new State(seats, owner, closed, chosen, places, mail, with(told, decision));
        }

        private static <T> List<T> with(List<T> all, int at, T now) {
            var copy = new ArrayList<>(all);
            copy.set(at, now);
            return List.copyOf(copy);
        }

        private static <T> Set<T> with(Set<T> all, T one) {
            var copy = new HashSet<>(all);
            copy.add(one);
            return Set.copyOf(copy);
        }
    }

    /// Everything that is sent. The answer to an inquiry tells a decision like any other.
    sealed interface Letter {
        record Try(int branch) implements Letter {}

        record Tried(int branch, TryAnswer answer) implements Letter {}

        record Tell(int branch, Decision decision) implements Letter {}

        record Settled(int branch, Decision told, Settlement settlement) implements Letter {}

        record Propose(Chosen proposal) implements Letter {}

        record Close(int seat, Decision decision) implements Letter {}
    }

    private static final TransactionId ID = new TransactionId(new UUID(0, 7));
    private static final List<BranchId> BRANCHES =
            List.of(new BranchId(ID, new Attempt(1), "a"), new BranchId(ID, new Attempt(1), "b"));
    private static final Chosen ABORTED = new Chosen(Decision.ABORT, Set.of());
    private static final Refusal RULE = Refusal.of("rule", "A rule.");
    private static final Instant DEADLINE = Instant.EPOCH.plusSeconds(1);

    private final Set<PlantedBug> bugs;
    private final Protocol<TryConfirmCancel.State, TryConfirmCancel.Input, TryConfirmCancel.Effect> coordinator;
    private final Protocol<TccParticipant.State, TccParticipant.Input, TccParticipant.Effect> participant;

    SmallWorld(Set<PlantedBug> bugs) {
        this.bugs = bugs;
        this.coordinator = PlantedCores.coordinator(bugs);
        this.participant = PlantedCores.participant(bugs);
    }

    State start() {
        var untouched = new Place(Evidence.NONE, false, 0);
        var nothing = new State(
                List.of(Optional.empty(), Optional.empty()),
                0,
                Optional.empty(),
                Optional.empty(),
                List.of(untouched, untouched),
                Set.of(),
                Set.of());
        return drive(nothing, 0, TryConfirmCancel.begin(Set.copyOf(BRANCHES)));
    }

    // What can happen

    @Override
    public void from(State state, BiConsumer<Supplier<String>, State> into) {
        state.mail().forEach(letter -> deliver(state, letter, into));
        for (var seat = 0; seat < 2; seat++) {
            atCoordinator(state, seat, into);
        }
        for (var branch = 0; branch < 2; branch++) {
            atParticipant(state, branch, into);
        }
    }

    private void deliver(State state, Letter letter, BiConsumer<Supplier<String>, State> into) {
        Supplier<String> name = () -> letter + " arrives";
        switch (letter) {
            case Letter.Try(var branch) -> tryArrives(state, branch, into);
            case Letter.Tell(var branch, var decision) -> into.accept(name, tell(state, branch, decision));
            case Letter.Tried(var branch, var answer) -> {
                into.accept(name, hear(state, 0, new TryConfirmCancel.Input.Tried(BRANCHES.get(branch), answer)));
                into.accept(name, hear(state, 1, new TryConfirmCancel.Input.Tried(BRANCHES.get(branch), answer)));
            }
            case Letter.Settled(var branch, var _, var settlement) -> {
                for (var seat = 0; seat < 2; seat++) {
                    into.accept(
                            name,
                            hear(state, seat, new TryConfirmCancel.Input.Settled(BRANCHES.get(branch), settlement)));
                }
            }
            case Letter.Propose(var proposal) -> into.accept(name, propose(state, proposal));
            case Letter.Close(var seat, var decision) -> into.accept(name, close(state, seat, decision));
        }
    }

    private void atCoordinator(State state, int seat, BiConsumer<Supplier<String>, State> into) {
        var here = state.seats().get(seat);
        if (here.isPresent()) {
            if (!(here.get() instanceof TryConfirmCancel.State.Finished)) {
                into.accept(() -> "coordinator " + seat + " crashes", state.seat(seat, Optional.empty()));
            }
            into.accept(() -> "time is over for " + seat, hear(state, seat, new TryConfirmCancel.Input.Expired()));
            state.chosen()
                    .ifPresent(chosen -> into.accept(
                            () -> "coordinator " + seat + " reads the register", hear(state, seat, chosen)));
        } else if (seat == 1) {
            Step<TryConfirmCancel.State, TryConfirmCancel.Effect> first = bugs.contains(PlantedBug.TAKE_OVER_TRIES_ANEW)
                    ? TryConfirmCancel.begin(Set.copyOf(BRANCHES))
                    : bugs.contains(PlantedBug.TAKE_OVER_PRESUMES_ABORT)
                            ? new TryConfirmCancel()
                                    .on(
                                            new TryConfirmCancel.State.Trying(new TreeSet<>(BRANCHES), new TreeSet<>()),
                                            new TryConfirmCancel.Input.Expired())
                            : TryConfirmCancel.takeOver(Set.copyOf(BRANCHES));
            into.accept(() -> "coordinator 1 takes over", drive(state.owner(1), 1, first));
        }
    }

    private void tryArrives(State state, int branch, BiConsumer<Supplier<String>, State> into) {
        var place = state.places().get(branch);
        var found = found(Action.TRY, place.running() ? Evidence.RUNNING : place.rows());
        if (!found.effects().contains(new TccParticipant.Effect.Work(Action.TRY))) {
            into.accept(() -> "a try meets " + place, answer(state, branch, found, Decision.ABORT));
            return;
        }
        into.accept(() -> "a try works", state.place(branch, new Place(place.rows(), true, place.used())));
        for (var input : List.of(new TccParticipant.Input.NothingToDo(), new TccParticipant.Input.Refused(RULE))) {
            into.accept(
                    () -> "a try hears " + input,
                    answer(state, branch, participant.on(found.next(), input), Decision.ABORT));
        }
    }

    private void atParticipant(State state, int branch, BiConsumer<Supplier<String>, State> into) {
        var place = state.places().get(branch);
        if (place.running()) {
            var working = new TccParticipant.State.Working(Action.TRY);
            var reserved = state.place(branch, new Place(Evidence.TRIED, false, place.used()));
            into.accept(
                    () -> "a try commits",
                    answer(
                            reserved,
                            branch,
                            participant.on(working, new TccParticipant.Input.Committed()),
                            Decision.ABORT));
            into.accept(
                    () -> "a try commits, and nobody hears it",
                    answer(reserved, branch, participant.on(working, new TccParticipant.Input.Lost()), Decision.ABORT));
            into.accept(
                    () -> "a try is rolled back by a crash",
                    answer(
                            state.place(branch, new Place(place.rows(), false, place.used())),
                            branch,
                            participant.on(working, new TccParticipant.Input.Lost()),
                            Decision.ABORT));
        }
        if (place.rows() == Evidence.TRIED && !place.running()) {
            for (var now : List.of(Instant.EPOCH, DEADLINE.plusSeconds(1))) {
                into.accept(() -> "a reservation asks at " + now, heldLongEnough(state, branch, now));
            }
        }
    }

    private State heldLongEnough(State state, int branch, Instant now) {
        var asking = participant.on(new TccParticipant.State.Idle(), new TccParticipant.Input.HeldLongEnough());
        if (asking.effects().contains(new TccParticipant.Effect.Inquire())) {
            return inquire(state, branch, now, asking.next());
        }
        return enter(state, branch, asking, Decision.ABORT);
    }

    private State inquire(State state, int branch, Instant now, TccParticipant.State asking) {
        var chosen = state.chosen().map(held -> new TwoPhaseCommit.Input.Chosen(held.decision(), held.sealed()));
        return switch (OutcomeInquiry.answer(BRANCHES.get(branch), chosen, Optional.of(DEADLINE), now)) {
            case OutcomeInquiry.Answer.Decided(var decision) -> state.mail(new Letter.Tell(branch, decision));
            case OutcomeInquiry.Answer.Undecided _ ->
                enter(state, branch, participant.on(asking, new TccParticipant.Input.Lost()), Decision.ABORT);
            case OutcomeInquiry.Answer.WriteTombstone _ ->
                bugs.contains(PlantedBug.TOMBSTONE_NOT_WRITTEN)
                        ? state.mail(new Letter.Tell(branch, Decision.ABORT))
                        : inquire(propose(state, ABORTED), branch, now, asking);
        };
    }

    // Conversations with participants

    private Step<TccParticipant.State, TccParticipant.Effect> found(Action action, Evidence evidence) {
        return participant.on(new TccParticipant.State.Entering(action), new TccParticipant.Input.Found(evidence));
    }

    private State tell(State state, int branch, Decision decision) {
        return enter(
                state,
                branch,
                participant.on(new TccParticipant.State.Idle(), new TccParticipant.Input.Told(decision)),
                decision);
    }

    /// What enters, works and commits at once; others come before or after.
    private State enter(
            State state, int branch, Step<TccParticipant.State, TccParticipant.Effect> step, Decision told) {
        if (!(step.next() instanceof TccParticipant.State.Entering(var action))) {
            return answer(state, branch, step, told);
        }
        var place = state.places().get(branch);
        var overtakes = bugs.contains(PlantedBug.CANCEL_OVERTAKES_TRY) && action == Action.CANCEL;
        var found = found(action, place.running() && !overtakes ? Evidence.RUNNING : place.rows());
        var after = state;
        for (var effect : found.effects()) {
            if (effect.equals(new TccParticipant.Effect.Fence())) {
                after = bugs.contains(PlantedBug.EMPTY_CANCEL_UNFENCED)
                        ? after
                        : after.place(branch, new Place(Evidence.FENCED, place.running(), place.used()));
                return answer(after, branch, participant.on(found.next(), new TccParticipant.Input.Committed()), told);
            }
            if (effect instanceof TccParticipant.Effect.Work) {
                var used = action == Action.CONFIRM;
                after = after.place(
                        branch,
                        new Place(
                                used ? Evidence.CONFIRMED : Evidence.CANCELLED,
                                place.running(),
                                Math.min(2, place.used() + (used ? 1 : 0))));
                return answer(after, branch, participant.on(found.next(), new TccParticipant.Input.Committed()), told);
            }
        }
        return answer(state, branch, found, told);
    }

    private static State answer(
            State state, int branch, Step<TccParticipant.State, TccParticipant.Effect> step, Decision told) {
        var after = state;
        for (var effect : step.effects()) {
            after = switch (effect) {
                case TccParticipant.Effect.Reserve _ ->
                    after.mail(new Letter.Tried(branch, new TryAnswer.Reserved(Duration.ofSeconds(9))));
                case TccParticipant.Effect.Nothing _ -> after.mail(new Letter.Tried(branch, new TryAnswer.Nothing()));
                case TccParticipant.Effect.Refuse _ ->
                    after.mail(new Letter.Tried(branch, new TryAnswer.Refused(RULE)));
                case TccParticipant.Effect.Settle(var settlement) ->
                    after.mail(new Letter.Settled(branch, told, settlement));
                case TccParticipant.Effect.Enter _,
                        TccParticipant.Effect.Work _,
                        TccParticipant.Effect.Fence _,
                        TccParticipant.Effect.Leave _,
                        TccParticipant.Effect.Inquire _,
                        TccParticipant.Effect.AskAgain _ -> after;
            };
        }
        return after;
    }

    // What coordinators ask for

    private State hear(State state, int seat, TryConfirmCancel.Input input) {
        var here = state.seats().get(seat);
        return here.isEmpty() ? state : drive(state, seat, coordinator.on(here.get(), input));
    }

    private static State drive(State state, int seat, Step<TryConfirmCancel.State, TryConfirmCancel.Effect> step) {
        var after = state.seat(seat, Optional.of(step.next()));
        for (var effect : step.effects()) {
            after = switch (effect) {
                case TryConfirmCancel.Effect.Try(var to) -> after.mail(new Letter.Try(BRANCHES.indexOf(to)));
                case TryConfirmCancel.Effect.Confirm(var to) ->
                    after.mail(new Letter.Tell(BRANCHES.indexOf(to), Decision.COMMIT));
                case TryConfirmCancel.Effect.Cancel(var to) ->
                    after.mail(new Letter.Tell(BRANCHES.indexOf(to), Decision.ABORT));
                case TryConfirmCancel.Effect.Propose(var decision, var sealed) ->
                    after.mail(new Letter.Propose(new Chosen(decision, sealed)));
                case TryConfirmCancel.Effect.Close(var decision) -> after.mail(new Letter.Close(seat, decision));
                case TryConfirmCancel.Effect.Answer(var decision) -> after.told(decision);
                case TryConfirmCancel.Effect.ExpireAfter _, TryConfirmCancel.Effect.End _ -> after;
            };
        }
        return after;
    }

    private static State propose(State state, Chosen proposal) {
        if (state.chosen().isPresent()) {
            return state;
        }
        var closed = state.closed().map(decision -> new Chosen(decision, Set.of()));
        return state.chosen(proposal.decision() == Decision.COMMIT ? proposal : closed.orElse(ABORTED));
    }

    private static State close(State state, int seat, Decision decision) {
        if (state.owner() == seat && state.chosen().isEmpty() && state.closed().isEmpty()) {
            return state.closed(decision).told(decision);
        }
        if (state.owner() == seat && state.closed().equals(Optional.of(decision))) {
            return state;
        }
        var registered = propose(state, ABORTED);
        return registered.told(
                state.closed().orElse(registered.chosen().orElse(ABORTED).decision()));
    }

    // What must hold

    /// In every state.
    void check(State state) {
        var sealed = state.chosen().map(Chosen::sealed).orElse(Set.of());
        for (var branch = 0; branch < 2; branch++) {
            var place = state.places().get(branch);
            var id = BRANCHES.get(branch);
            require(place.used() <= 1, "I6: used twice", state);
            require(place.used() == 0 || sealed.contains(id), "I1: confirmed, not sealed", state);
            require(
                    !sealed.contains(id) || place.rows() == Evidence.TRIED || place.rows() == Evidence.CONFIRMED,
                    "I1: cancelled, or not reserved, sealed by COMMIT",
                    state);
            require(
                    sealed.isEmpty()
                            || sealed.contains(id)
                            || state.mail().contains(new Letter.Tried(branch, new TryAnswer.Nothing())),
                    "I3: committed without an answer",
                    state);
            var cancelled = new Letter.Settled(branch, Decision.ABORT, new Settlement.Done());
            require(
                    !state.mail().contains(cancelled)
                            || place.rows() == Evidence.FENCED
                            || place.rows() == Evidence.CANCELLED,
                    "I7: reserved after a confirmed cancellation",
                    state);
        }
        require(
                state.mail().stream()
                        .noneMatch(letter -> letter instanceof Letter.Settled(var _, var _, Settlement.Hazard _)),
                "a hazard that nobody caused",
                state);
        require(state.told().size() < 2, "told COMMITTED and ABORTED", state);
        var decided = state.chosen().map(Chosen::decision).or(state::closed);
        state.told().forEach(told -> require(decided.equals(Optional.of(told)), "told otherwise than decided", state));
    }

    private static void require(boolean holds, String broken, State state) {
        if (!holds) {
            throw new AssertionError(broken + ": " + state);
        }
    }
}
