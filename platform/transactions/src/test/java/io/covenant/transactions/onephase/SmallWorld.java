package io.covenant.transactions.onephase;

import io.covenant.simulation.Explorer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.onephase.OnePhaseCommit.Effect;
import io.covenant.transactions.onephase.OnePhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// One transaction with one branch in a world small enough that everything that can happen to it can be tried.
///
/// Two coordinators, their begin record, which may be lost at any time, and the branch's database. Whatever was sent
/// may arrive at any later time, any number of times, or never. The deadline passes, coordinators crash, are taken
/// over from, and go on all the same; the client repeats its request at the other coordinator once the record is lost,
/// and asks what became of it; instances crash while they work, and lose the reply to their COMMIT. Coordinators and
/// participant are the production cores; only what surrounds them is written here.
final class SmallWorld implements Explorer.Moves<SmallWorld.State> {

    /// @param running   whether the work is under way and holds the key
    /// @param committed how often the work has committed
    record Place(Evidence row, boolean running, int committed) {}

    enum Noted {
        OPEN,
        CLOSED,
        LOST
    }

    /// @param seats  what each coordinator does
    /// @param noted  what became of the begin record
    /// @param places the databases of the two branches that there are by mistake; only the first without one
    /// @param mail   all that was ever sent
    /// @param told   what clients were told
    record State(
            List<Optional<OnePhaseCommit.State>> seats,
            Noted noted,
            List<Place> places,
            Set<Letter> mail,
            Set<Decision> told) {

        private State seat(int seat, Optional<OnePhaseCommit.State> now) {
            return new State(with(seats, seat, now), noted, places, mail, told);
        }

        private State noted(Noted now) {
            return new State(seats, now, places, mail, told);
        }

        private State place(int place, Place now) {
            return new State(seats, noted, with(places, place, now), mail, told);
        }

        private State mail(Letter letter) {
            return new State(seats, noted, places, with(mail, letter), told);
        }

        private State told(Decision decision) {
            return new State(seats, noted, places, mail, with(told, decision));
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

    /// Everything that is sent, about a branch.
    sealed interface Letter {
        int branch();

        record Commit(int branch) implements Letter {}

        record Answered(int branch, Vote vote) implements Letter {}

        record Settle(int branch) implements Letter {}

        record Settled(int branch, Decision found) implements Letter {}
    }

    private static final TransactionId ID = new TransactionId(new UUID(0x8000, 7));
    private static final List<BranchId> BRANCHES =
            List.of(new BranchId(ID, OnePhaseAttempts.only(), "a"), new BranchId(ID, new Attempt(2), "a"));
    private static final Refusal RULE = Refusal.of("rule", "A rule.");

    private final Set<PlantedBug> bugs;
    private final OnePhaseCommit coordinator = new OnePhaseCommit();
    private final OnePhaseParticipant participant = new OnePhaseParticipant();

    SmallWorld(Set<PlantedBug> bugs) {
        this.bugs = bugs;
    }

    State start() {
        var untouched = new Place(Evidence.NONE, false, 0);
        var nothing = new State(
                List.of(Optional.empty(), Optional.empty()),
                Noted.OPEN,
                List.of(untouched, untouched),
                Set.of(),
                Set.of());
        return drive(nothing, 0, OnePhaseCommit.begin(BRANCHES.getFirst()));
    }

    /// What must hold at any time.
    void check(State state) {
        int committed = state.places().stream().mapToInt(Place::committed).sum();
        require(committed <= 1, "the work committed twice");
        require(state.told().size() <= 1, "clients were told both");
        require(!state.told().contains(Decision.COMMIT) || committed == 1, "told COMMIT, and nothing committed");
        require(!state.told().contains(Decision.ABORT) || committed == 0, "told ABORT, and the work is committed");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    // What can happen

    @Override
    public void from(State state, BiConsumer<Supplier<String>, State> into) {
        state.mail().forEach(letter -> deliver(state, letter, into));
        for (int seat = 0; seat < 2; seat++) {
            atCoordinator(state, seat, into);
        }
        for (int branch = 0; branch < 2; branch++) {
            if (state.places().get(branch).running()) {
                work(state, branch, into);
            }
        }
        if (state.noted() != Noted.LOST) {
            into.accept(() -> "the record is lost", state.noted(Noted.LOST));
        } else if (has(PlantedBug.UNKNOWN_IS_ABORTED)) {
            into.accept(() -> "somebody asks", state.told(Decision.ABORT));
        }
    }

    private void deliver(State state, Letter letter, BiConsumer<Supplier<String>, State> into) {
        Supplier<String> name = () -> letter + " arrives";
        switch (letter) {
            case Letter.Commit(var branch) -> into.accept(name, commit(state, branch));
            case Letter.Settle(var branch) -> into.accept(name, settle(state, branch));
            case Letter.Answered(var branch, var vote) -> {
                for (int seat = 0; seat < 2; seat++) {
                    into.accept(name, hear(state, seat, new Input.Answered(BRANCHES.get(branch), vote)));
                }
            }
            case Letter.Settled(var branch, var found) -> {
                for (int seat = 0; seat < 2; seat++) {
                    into.accept(name, hear(state, seat, new Input.Settled(BRANCHES.get(branch), found)));
                }
            }
        }
    }

    private void atCoordinator(State state, int seat, BiConsumer<Supplier<String>, State> into) {
        if (state.seats().get(seat).isPresent()) {
            into.accept(() -> "coordinator " + seat + " crashes", state.seat(seat, Optional.empty()));
            into.accept(
                    () -> "time is over for " + seat,
                    has(PlantedBug.EXPIRY_PRESUMES_ABORT)
                            ? presumeAbort(state, seat)
                            : hear(state, seat, new Input.Expired()));
        } else if (seat == 1 && state.noted() == Noted.OPEN) {
            into.accept(() -> "coordinator 1 takes over", takeOver(state));
        } else if (seat == 1 && state.noted() == Noted.LOST) {
            int branch = has(PlantedBug.ATTEMPTS_DIFFER) ? 1 : 0;
            into.accept(
                    () -> "the client sends it once more",
                    drive(state.noted(Noted.OPEN), 1, OnePhaseCommit.begin(BRANCHES.get(branch))));
        }
    }

    private State takeOver(State state) {
        if (has(PlantedBug.TAKE_OVER_PRESUMES_ABORT)) {
            return presumeAbort(state, 1);
        }
        return drive(
                state,
                1,
                has(PlantedBug.TAKE_OVER_ASKS_ANEW)
                        ? OnePhaseCommit.begin(BRANCHES.getLast())
                        : OnePhaseCommit.takeOver(BRANCHES.getFirst()));
    }

    private State presumeAbort(State state, int seat) {
        return state.seats().get(seat).orElse(null) instanceof OnePhaseCommit.State.Finished
                ? state
                : drive(
                        state,
                        seat,
                        Step.to(
                                new OnePhaseCommit.State.Finished(Decision.ABORT, false),
                                new Effect.Close(Decision.ABORT)));
    }

    private State hear(State state, int seat, Input input) {
        var here = state.seats().get(seat);
        if (here.isEmpty()) {
            return state;
        }
        if (has(PlantedBug.REFUSAL_IS_FINAL)
                && here.get() instanceof OnePhaseCommit.State.Asking
                && input instanceof Input.Answered(var _, Vote.No _)) {
            return presumeAbort(state, seat);
        }
        return drive(state, seat, coordinator.on(here.get(), input));
    }

    private State drive(State state, int seat, Step<OnePhaseCommit.State, Effect> step) {
        var next = state.seat(seat, Optional.of(step.next()));
        for (var effect : step.effects()) {
            next = switch (effect) {
                case Effect.Commit(var to) -> next.mail(new Letter.Commit(BRANCHES.indexOf(to)));
                case Effect.Settle(var to) -> next.mail(new Letter.Settle(BRANCHES.indexOf(to)));
                case Effect.Close(var decision) ->
                    next.noted() == Noted.LOST
                            ? next.told(decision)
                            : next.noted(Noted.CLOSED).told(decision);
                case Effect.End _ -> next;
            };
        }
        return next;
    }

    // The branch's database and the instances of its service

    private State commit(State state, int branch) {
        var place = state.places().get(branch);
        var evidence = place.running() ? Evidence.RUNNING : place.row();
        if (evidence == Evidence.NONE || (evidence == Evidence.FENCE && has(PlantedBug.FENCE_IGNORED))) {
            return state.place(branch, new Place(place.row(), true, place.committed()));
        }
        return reply(state, branch, working(new TwoPhaseParticipant.Input.Found(evidence)));
    }

    /// The work that is under way comes to one of its ends.
    private void work(State state, int branch, BiConsumer<Supplier<String>, State> into) {
        var place = state.places().get(branch);
        var rolledBack = state.place(branch, new Place(place.row(), false, place.committed()));
        var committed = state.place(branch, new Place(Evidence.WORK, false, place.committed() + 1));
        into.accept(() -> "its instance crashes", rolledBack);
        into.accept(
                () -> "it refuses", reply(rolledBack, branch, working(new TwoPhaseParticipant.Input.Refused(RULE))));
        into.accept(() -> "it commits", reply(committed, branch, ended(new TwoPhaseParticipant.Input.PrepareDone())));
        var lost = has(PlantedBug.LOST_COMMIT_IS_YES)
                ? ended(new TwoPhaseParticipant.Input.PrepareDone())
                : ended(new TwoPhaseParticipant.Input.Lost());
        into.accept(() -> "it commits, and does not hear so", reply(committed, branch, lost));
        into.accept(() -> "its COMMIT does not arrive, and it does not hear so", reply(rolledBack, branch, lost));
    }

    private Step<OnePhaseParticipant.State, TwoPhaseParticipant.Effect> working(TwoPhaseParticipant.Input input) {
        var arrived = participant.on(OnePhaseParticipant.idle(), new TwoPhaseParticipant.Input.PrepareAsked());
        return participant.on(arrived.next(), input);
    }

    private Step<OnePhaseParticipant.State, TwoPhaseParticipant.Effect> ended(TwoPhaseParticipant.Input input) {
        return participant.on(working(new TwoPhaseParticipant.Input.Worked()).next(), input);
    }

    private State settle(State state, int branch) {
        var place = state.places().get(branch);
        if (place.running() && has(PlantedBug.FENCE_WAITS_FOR_NOBODY)) {
            return state.mail(new Letter.Settled(branch, Decision.ABORT));
        }
        var arrived = OnePhaseParticipant.settle().next();
        if (place.running()) {
            return settled(state, branch, participant.on(arrived, found(Evidence.RUNNING)));
        }
        if (place.row() == Evidence.NONE) {
            var fenced = state.place(branch, new Place(Evidence.FENCE, false, place.committed()));
            return settled(fenced, branch, participant.on(arrived, new TwoPhaseParticipant.Input.Fenced()));
        }
        var shown = has(PlantedBug.WORK_IS_FENCED) ? Evidence.FENCE : place.row();
        return settled(state, branch, participant.on(arrived, found(shown)));
    }

    private static TwoPhaseParticipant.Input found(Evidence evidence) {
        return new TwoPhaseParticipant.Input.Found(evidence);
    }

    private static State reply(
            State state, int branch, Step<OnePhaseParticipant.State, TwoPhaseParticipant.Effect> step) {
        return step.effects().getFirst() instanceof TwoPhaseParticipant.Effect.Cast(var vote)
                ? state.mail(new Letter.Answered(branch, vote))
                : state;
    }

    private static State settled(
            State state, int branch, Step<OnePhaseParticipant.State, TwoPhaseParticipant.Effect> step) {
        return switch (step.effects().getFirst()) {
            case TwoPhaseParticipant.Effect.Confirm _ -> state.mail(new Letter.Settled(branch, Decision.ABORT));
            case TwoPhaseParticipant.Effect.Cast _ -> state.mail(new Letter.Settled(branch, Decision.COMMIT));
            case TwoPhaseParticipant.Effect.AskAgain _ -> state;
            case TwoPhaseParticipant.Effect other -> throw new IllegalStateException("no answer: " + other);
        };
    }

    private boolean has(PlantedBug bug) {
        return bugs.contains(bug);
    }
}
