package io.covenant.transactions.twophase;

import io.covenant.simulation.Explorer;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.simulated.Numbered;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input.Chosen;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// One transaction in a world small enough that everything that can happen to it can be tried.
///
/// Two coordinators, the register, and two branches with a database each. Whatever was sent may arrive at
/// any later time, any number of times, or never. Deadlines pass, coordinators crash and take over,
/// instances crash, and inquiries come at any time. Coordinators and participants are the production cores;
/// only what surrounds them is written here.
final class SmallWorld implements Explorer.Moves<SmallWorld.State> {

    /// Which branches there are, and what may happen beyond the usual.
    ///
    /// @param attempts  the branches of each attempt; the second one begins when the record of the first is
    ///                  lost
    /// @param forgetful whether the register may lose the begin record
    /// @param sabotage  whether an operator may roll back prepared transactions by hand
    record Setup(List<Set<BranchId>> attempts, boolean forgetful, boolean sabotage) {

        private static final TransactionId ID = new TransactionId(new UUID(0, 7));

        /// One attempt with two branches.
        static Setup twoBranches() {
            return new Setup(List.of(Set.of(branch(1, "a"), branch(1, "b"))), false, false);
        }

        /// Two attempts with one branch each, at the same service; the second begins when the record of the
        /// first is lost.
        ///
        /// @param attemptInBranch false: both have the same branch id
        static Setup twoAttempts(boolean attemptInBranch) {
            return new Setup(
                    List.of(Set.of(branch(1, "a")), Set.of(branch(attemptInBranch ? 2 : 1, "a"))), true, false);
        }

        Setup sabotaged() {
            return new Setup(attempts, forgetful, true);
        }

        private static BranchId branch(long attempt, String name) {
            return new BranchId(ID, new Attempt(attempt), name);
        }
    }

    /// The whole world in numbers, since there will be many.
    ///
    /// @param seats  what each coordinator does
    /// @param record the begin record
    /// @param chosen what the register holds
    /// @param places what each branch's database holds
    /// @param mail   all that was ever sent, one bit for each letter
    /// @param told   what clients were told and nobody forgot, one bit for each decision
    record State(List<Integer> seats, int record, int chosen, List<Integer> places, long mail, int told) {

        private State withSeat(int seat, int now) {
            return new State(with(seats, seat, now), record, chosen, places, mail, told);
        }

        private State withRecord(int now) {
            return new State(seats, now, chosen, places, mail, told);
        }

        private State withChosen(int now) {
            return new State(seats, record, now, places, mail, told);
        }

        private State withPlace(int place, int now) {
            return new State(seats, record, chosen, with(places, place, now), mail, told);
        }

        private State withMail(long now) {
            return new State(seats, record, chosen, places, now, told);
        }

        private State withTold(int now) {
            return new State(seats, record, chosen, places, mail, now);
        }

        private static List<Integer> with(List<Integer> numbers, int at, int now) {
            var copy = new ArrayList<>(numbers);
            copy.set(at, now);
            return List.copyOf(copy);
        }
    }

    /// What a coordinator does: nothing, or it drives an attempt.
    record Seat(int attempt, Optional<TwoPhaseCommit.State> state) {
        private static final Seat EMPTY = new Seat(-1, Optional.empty());
    }

    /// The begin record.
    ///
    /// @param lost whether a crash of the register took it; then only the number of the attempt counts
    record Begun(int attempt, int owner, Optional<Decision> closed, boolean ended, boolean lost) {

        private Begun(int attempt, int owner) {
            this(attempt, owner, Optional.empty(), false, false);
        }

        boolean isOf(int someAttempt, int someOwner) {
            return !lost && attempt == someAttempt && owner == someOwner;
        }

        private Begun ownedBy(int newOwner) {
            return new Begun(attempt, newOwner, closed, ended, lost);
        }

        /// A commit without the register leaves nobody to be told.
        private Begun closedAs(Decision decision) {
            return new Begun(attempt, owner, Optional.of(decision), ended || decision == Decision.COMMIT, lost);
        }

        private Begun asEnded() {
            return new Begun(attempt, owner, closed, true, lost);
        }

        private Begun asLost() {
            return new Begun(attempt, -1, Optional.empty(), false, true);
        }
    }

    /// A branch's database, with the conversations about it that wait for something.
    ///
    /// @param row      the barrier row
    /// @param held     what holds the key of the row without having committed: `PREPARED`, `RUNNING`, or
    ///                 `NONE`
    /// @param checking whether some conversation is about to look at the row
    /// @param fencing  whether some conversation is about to insert a fence
    /// @param undone   whether the branch was prepared and rolled back
    record Place(Evidence row, Evidence held, boolean checking, boolean fencing, boolean undone) {
        private static final Place UNTOUCHED = new Place(Evidence.NONE, Evidence.NONE, false, false, false);

        Evidence evidence() {
            return row == Evidence.NONE ? held : row;
        }

        private Place row(Evidence now) {
            return new Place(now, held, checking, fencing, undone);
        }

        private Place held(Evidence now) {
            return new Place(row, now, checking, fencing, undone);
        }

        private Place checking(boolean now) {
            return new Place(row, held, now, fencing, undone);
        }

        private Place fencing(boolean now) {
            return new Place(row, held, checking, now, undone);
        }

        private Place rolledBack() {
            return new Place(row, Evidence.NONE, checking, fencing, true);
        }
    }

    /// Everything that is sent. The answer to an inquiry tells a decision like any other.
    sealed interface Letter {
        record Prepare(BranchId branch) implements Letter {}

        record Voted(BranchId branch, Vote vote) implements Letter {}

        record Tell(BranchId branch, Decision decision) implements Letter {}

        record Acked(BranchId branch, Decision told, Ack ack) implements Letter {}

        record Propose(Chosen proposal) implements Letter {}

        record Close(int seat, int attempt, Decision decision) implements Letter {}
    }

    private static final Chosen ABORTED = new Chosen(Decision.ABORT, Set.of());
    private static final Refusal REFUSED = Refusal.of("refused", "A rule of the business.");
    private static final Instant BEFORE = Instant.EPOCH;
    private static final Instant DEADLINE = BEFORE.plusSeconds(1);
    private static final Instant AFTER = DEADLINE.plusSeconds(1);

    private final Setup setup;
    private final Set<PlantedBug> bugs;
    private final Protocol<TwoPhaseCommit.State, TwoPhaseCommit.Input, TwoPhaseCommit.Effect> coordinator;
    private final Protocol<TwoPhaseParticipant.State, TwoPhaseParticipant.Input, TwoPhaseParticipant.Effect>
            participant;
    private final List<BranchId> branches;
    private final Numbered<Seat> seats = new Numbered<>();
    private final Numbered<Begun> records = new Numbered<>();
    private final Numbered<Optional<Chosen>> registers = new Numbered<>();
    private final Numbered<Place> places = new Numbered<>();
    private final Numbered<Letter> letters = new Numbered<>();
    private long votes;
    private long proposals;

    SmallWorld(Setup setup, Set<PlantedBug> bugs) {
        this.setup = setup;
        this.bugs = bugs;
        this.coordinator = PlantedCores.coordinator(bugs);
        this.participant = PlantedCores.participant(bugs);
        var all = new TreeSet<BranchId>();
        setup.attempts().forEach(all::addAll);
        this.branches = List.copyOf(all);
    }

    /// The first coordinator has stored the begin record of the first attempt, and sends the prepares.
    State start() {
        var untouched = places.of(Place.UNTOUCHED);
        var nobody = seats.of(Seat.EMPTY);
        var nothing = new State(
                List.of(nobody, nobody),
                records.of(new Begun(0, 0)),
                registers.of(Optional.empty()),
                branches.stream().map(branch -> untouched).toList(),
                0,
                0);
        return begin(nothing, 0, 0);
    }

    private State begin(State state, int seat, int attempt) {
        return drive(
                state.withRecord(records.of(new Begun(attempt, seat))),
                seat,
                attempt,
                TwoPhaseCommit.begin(setup.attempts().get(attempt)));
    }

    // What can happen

    @Override
    public void from(State state, BiConsumer<Supplier<String>, State> into) {
        moves(state, (name, next) -> into.accept(name, withoutLetters(next)));
    }

    /// Drops letters that nobody will ever heed: they would only tell equal worlds apart.
    private State withoutLetters(State state) {
        var heeded = state.mail();
        if (chosen(state).isPresent()) {
            heeded &= ~proposals;
        }
        if (!votes(state, 0) && !votes(state, 1)) {
            heeded &= ~votes;
        }
        return heeded == state.mail() ? state : state.withMail(heeded);
    }

    private boolean votes(State state, int seat) {
        return seat(state, seat).state().orElse(null) instanceof TwoPhaseCommit.State.Voting;
    }

    private void moves(State state, BiConsumer<Supplier<String>, State> into) {
        for (var letter = 0; letter < Long.SIZE; letter++) {
            if ((state.mail() & 1L << letter) != 0) {
                deliver(state, letters.at(letter), into);
            }
        }
        atCoordinator(state, 0, into);
        atCoordinator(state, 1, into);
        atRegister(state, into);
        for (var place = 0; place < branches.size(); place++) {
            atParticipant(state, place, into);
        }
    }

    private void deliver(State state, Letter letter, BiConsumer<Supplier<String>, State> into) {
        switch (letter) {
            case Letter.Prepare(var branch) -> prepare(state, branch, into);
            case Letter.Tell(var branch, var decision) -> tell(state, branch, decision, into);
            case Letter.Voted(var branch, var vote) -> {
                hear(state, 0, new TwoPhaseCommit.Input.Voted(branch, vote), into);
                hear(state, 1, new TwoPhaseCommit.Input.Voted(branch, vote), into);
            }
            case Letter.Acked(var branch, var told, var ack) -> {
                ack(state, 0, branch, told, ack, into);
                ack(state, 1, branch, told, ack, into);
            }
            case Letter.Propose(var proposal) ->
                into.accept(() -> "register takes " + proposal, propose(state, proposal));
            case Letter.Close close -> into.accept(() -> "register takes " + close, close(state, close));
        }
    }

    /// An acknowledgement goes to whoever told.
    private void ack(
            State state, int seat, BranchId branch, Decision told, Ack ack, BiConsumer<Supplier<String>, State> into) {
        if (seat(state, seat).state().orElse(null) instanceof TwoPhaseCommit.State.Telling(var _, var unacked, var _)
                && unacked.get(branch) == told) {
            hear(state, seat, new TwoPhaseCommit.Input.Acked(branch, ack), into);
        }
    }

    private void hear(State state, int seat, TwoPhaseCommit.Input input, BiConsumer<Supplier<String>, State> into) {
        into.accept(() -> "coordinator " + seat + " hears " + input, hear(state, seat, input));
    }

    private void atCoordinator(State state, int seat, BiConsumer<Supplier<String>, State> into) {
        var here = seat(state, seat);
        if (here.state().isEmpty()) {
            if (seat == 1) {
                takeOver(state, seat, into);
            }
        } else if (!(here.state().get() instanceof TwoPhaseCommit.State.Finished)) {
            into.accept(() -> "coordinator " + seat + " crashes", state.withSeat(seat, seats.of(Seat.EMPTY)));
            hear(state, seat, new TwoPhaseCommit.Input.Expired(), into);
            chosen(state).ifPresent(chosen -> hear(state, seat, chosen, into));
        }
    }

    private void takeOver(State state, int seat, BiConsumer<Supplier<String>, State> into) {
        var record = records.at(state.record());
        if (record.lost() || record.ended()) {
            return;
        }
        var branchesOfAttempt = setup.attempts().get(record.attempt());
        var owned = state.withRecord(records.of(record.ownedBy(seat)));
        Step<TwoPhaseCommit.State, TwoPhaseCommit.Effect> step;
        if (bugs.contains(PlantedBug.TAKE_OVER_VOTES_ANEW)) {
            step = TwoPhaseCommit.begin(branchesOfAttempt);
        } else if (bugs.contains(PlantedBug.TAKE_OVER_PRESUMES_ABORT)) {
            step = new TwoPhaseCommit()
                    .on(
                            new TwoPhaseCommit.State.Voting(new TreeSet<>(branchesOfAttempt), new TreeSet<>()),
                            new TwoPhaseCommit.Input.Expired());
        } else if (bugs.contains(PlantedBug.TAKE_OVER_COMMITS)
                && branchesOfAttempt.stream()
                        .allMatch(
                                branch -> place(state, branches.indexOf(branch)).held() == Evidence.PREPARED)) {
            var all = new TreeSet<>(branchesOfAttempt);
            step = Step.to(
                    new TwoPhaseCommit.State.Deciding(Decision.COMMIT, all),
                    new TwoPhaseCommit.Effect.Propose(Decision.COMMIT, all));
        } else {
            step = TwoPhaseCommit.takeOver(branchesOfAttempt);
        }
        into.accept(() -> "coordinator " + seat + " takes over", drive(owned, seat, record.attempt(), step));
    }

    private void atRegister(State state, BiConsumer<Supplier<String>, State> into) {
        var record = records.at(state.record());
        if (setup.forgetful() && chosen(state).isEmpty() && !record.lost() && record.attempt() == 0) {
            into.accept(
                    () -> "register loses the begin record",
                    state.withRecord(records.of(record.asLost())).withTold(0));
        }
        if (record.lost()
                && record.attempt() == 0
                && chosen(state).isEmpty()
                && setup.attempts().size() > 1
                && seat(state, 1).equals(Seat.EMPTY)) {
            into.accept(() -> "coordinator 1 begins anew", begin(state, 1, 1));
        }
        if (bugs.contains(PlantedBug.DECISION_NOT_FORCED)) {
            into.accept(() -> "register loses the decision", state.withChosen(registers.of(Optional.empty())));
        }
    }

    private State propose(State state, Chosen proposal) {
        if (chosen(state).isPresent()) {
            return state;
        }
        var record = records.at(state.record());
        var recorded = !record.lost() && setup.attempts().get(record.attempt()).containsAll(proposal.sealed());
        var commits = !proposal.sealed().isEmpty() && (recorded || bugs.contains(PlantedBug.COMMIT_WITHOUT_RECORD));
        var closed = record.closed().map(decision -> new Chosen(decision, Set.of()));
        return state.withChosen(registers.of(Optional.of(commits ? proposal : closed.orElse(ABORTED))));
    }

    private State close(State state, Letter.Close close) {
        var record = records.at(state.record());
        if (record.isOf(close.attempt(), close.seat())) {
            if (record.closed().equals(Optional.of(close.decision()))) {
                return state;
            }
            if (record.closed().isEmpty() && chosen(state).isEmpty()) {
                return told(state.withRecord(records.of(record.closedAs(close.decision()))), close.decision());
            }
        }
        var registered = propose(state, ABORTED);
        return told(
                registered,
                record.closed().orElse(chosen(registered).orElse(ABORTED).decision()));
    }

    private void atParticipant(State state, int at, BiConsumer<Supplier<String>, State> into) {
        var branch = branches.get(at);
        var place = place(state, at);
        if (place.held() == Evidence.RUNNING) {
            var preparing = new TwoPhaseParticipant.State.Preparing();
            var prepared = state.withPlace(at, places.of(place.held(Evidence.PREPARED)));
            var rolledBack = state.withPlace(at, places.of(place.held(Evidence.NONE)));
            into.accept(
                    () -> branch + " prepares",
                    converse(prepared, at, preparing, new TwoPhaseParticipant.Input.PrepareDone()));
            into.accept(
                    () -> branch + " prepares, and the reply is lost",
                    converse(prepared, at, preparing, new TwoPhaseParticipant.Input.Lost()));
            into.accept(
                    () -> branch + " cannot prepare",
                    converse(rolledBack, at, preparing, new TwoPhaseParticipant.Input.Refused(REFUSED)));
            into.accept(
                    () -> branch + " is rolled back by a crash",
                    converse(rolledBack, at, preparing, new TwoPhaseParticipant.Input.Lost()));
        }
        if (place.checking()) {
            into.accept(
                    () -> branch + " is looked at",
                    converse(
                            state.withPlace(at, places.of(place.checking(false))),
                            at,
                            new TwoPhaseParticipant.State.Checking(),
                            new TwoPhaseParticipant.Input.Found(place.evidence())));
        }
        if (place.fencing()) {
            fence(state, at, into);
        }
        if (place.held() == Evidence.PREPARED) {
            inquire(state, branch, into);
            if (setup.sabotage()) {
                into.accept(
                        () -> branch + " is rolled back by hand",
                        state.withPlace(at, places.of(place.held(Evidence.NONE))));
            }
        }
    }

    private void fence(State state, int at, BiConsumer<Supplier<String>, State> into) {
        var fencing = new TwoPhaseParticipant.State.Fencing();
        var place = place(state, at).fencing(false);
        if (place.evidence() != Evidence.NONE) {
            into.accept(
                    () -> branches.get(at) + " cannot be fenced",
                    converse(
                            state.withPlace(at, places.of(place)),
                            at,
                            fencing,
                            new TwoPhaseParticipant.Input.Found(place.evidence())));
        } else {
            var fenced = state.withPlace(at, places.of(place.row(Evidence.FENCE)));
            into.accept(
                    () -> branches.get(at) + " is fenced",
                    converse(fenced, at, fencing, new TwoPhaseParticipant.Input.Fenced()));
            into.accept(
                    () -> branches.get(at) + " is fenced, and the reply is lost",
                    converse(fenced, at, fencing, new TwoPhaseParticipant.Input.Lost()));
        }
    }

    private void inquire(State state, BranchId branch, BiConsumer<Supplier<String>, State> into) {
        if (bugs.contains(PlantedBug.SWEEP_PRESUMES_ABORT)) {
            into.accept(() -> branch + " presumes abort", mail(state, new Letter.Tell(branch, Decision.ABORT)));
        }
        var record = records.at(state.record());
        var recorded = !record.lost() && setup.attempts().get(record.attempt()).contains(branch);
        var deadline = Optional.of(DEADLINE).filter(instant -> recorded);
        for (var now : List.of(BEFORE, AFTER)) {
            into.accept(() -> "inquiry of " + branch + " at " + now, inquire(state, branch, deadline, now));
        }
    }

    private State inquire(State state, BranchId branch, Optional<Instant> deadline, Instant now) {
        var chosen = chosen(state);
        if (bugs.contains(PlantedBug.UNSEALED_COMMITS) && chosen.isPresent()) {
            return mail(state, new Letter.Tell(branch, chosen.get().decision()));
        }
        return switch (OutcomeInquiry.answer(branch, chosen, deadline, now)) {
            case OutcomeInquiry.Answer.Decided(var decision) -> mail(state, new Letter.Tell(branch, decision));
            case OutcomeInquiry.Answer.Undecided _ -> state;
            case OutcomeInquiry.Answer.WriteTombstone _ ->
                bugs.contains(PlantedBug.TOMBSTONE_NOT_WRITTEN)
                        ? mail(state, new Letter.Tell(branch, Decision.ABORT))
                        : inquire(propose(state, ABORTED), branch, deadline, now);
        };
    }

    // Conversations with participants: what arrives takes effect in the database at once, as it might have come later

    private void prepare(State state, BranchId branch, BiConsumer<Supplier<String>, State> into) {
        var at = branches.indexOf(branch);
        var place = place(state, at);
        var fenced = place.row() == Evidence.FENCE && !bugs.contains(PlantedBug.LATE_PREPARE_ACCEPTED);
        var working = participant
                .on(new TwoPhaseParticipant.State.Idle(), new TwoPhaseParticipant.Input.PrepareAsked())
                .next();
        if (place.row() == Evidence.WORK || fenced || place.held() != Evidence.NONE) {
            var found = new TwoPhaseParticipant.Input.Found(place.evidence());
            into.accept(() -> "prepare finds " + branch + " " + place.evidence(), converse(state, at, working, found));
            return;
        }
        var running = state.withPlace(at, places.of(place.held(Evidence.RUNNING)));
        into.accept(() -> branch + " works", converse(running, at, working, new TwoPhaseParticipant.Input.Worked()));
        into.accept(
                () -> branch + " only reads",
                converse(state, at, working, new TwoPhaseParticipant.Input.WorkedReadOnly()));
        into.accept(
                () -> branch + " refuses",
                converse(state, at, working, new TwoPhaseParticipant.Input.Refused(REFUSED)));
    }

    private void tell(State state, BranchId branch, Decision decision, BiConsumer<Supplier<String>, State> into) {
        var at = branches.indexOf(branch);
        var finishing = participant
                .on(new TwoPhaseParticipant.State.Idle(), new TwoPhaseParticipant.Input.Told(decision))
                .next();
        var told = decision + " told to " + branch;
        if (place(state, at).held() != Evidence.PREPARED) {
            into.accept(() -> told, converse(state, at, finishing, new TwoPhaseParticipant.Input.NothingPrepared()));
            return;
        }
        var finished = finish(state, at, decision);
        into.accept(() -> told, converse(finished, at, finishing, new TwoPhaseParticipant.Input.PreparedFinished()));
        into.accept(
                () -> told + ", and the reply is lost",
                converse(finished, at, finishing, new TwoPhaseParticipant.Input.Lost()));
    }

    private State finish(State state, int at, Decision decision) {
        var place = place(state, at);
        return state.withPlace(
                at,
                places.of(
                        switch (decision) {
                            case COMMIT -> place.held(Evidence.NONE).row(Evidence.WORK);
                            case ABORT -> place.rolledBack();
                        }));
    }

    /// Feeds the core, and does what it asks for until it has replied or waits for the database.
    private State converse(State state, int at, TwoPhaseParticipant.State talk, TwoPhaseParticipant.Input input) {
        var branch = branches.get(at);
        var step = participant.on(talk, input);
        var after = state;
        for (var effect : step.effects()) {
            after = switch (effect) {
                case TwoPhaseParticipant.Effect.Cast(var vote) -> mail(after, new Letter.Voted(branch, vote));
                case TwoPhaseParticipant.Effect.Confirm(var ack) ->
                    mail(after, new Letter.Acked(branch, decisionOf(talk), ack));
                case TwoPhaseParticipant.Effect.Look _ ->
                    after.withPlace(at, places.of(place(after, at).checking(true)));
                case TwoPhaseParticipant.Effect.Fence _ ->
                    after.withPlace(at, places.of(place(after, at).fencing(true)));
                case TwoPhaseParticipant.Effect.Finish(var decision) ->
                    converse(
                            finish(after, at, decision),
                            at,
                            step.next(),
                            new TwoPhaseParticipant.Input.PreparedFinished());
                case TwoPhaseParticipant.Effect.Work _,
                        TwoPhaseParticipant.Effect.Prepare _,
                        TwoPhaseParticipant.Effect.AskAgain _ -> after;
            };
        }
        return after;
    }

    private static Decision decisionOf(TwoPhaseParticipant.State talk) {
        return switch (talk) {
            case TwoPhaseParticipant.State.Finishing(var decision) -> decision;
            case TwoPhaseParticipant.State.Checking _ -> Decision.COMMIT;
            case TwoPhaseParticipant.State.Fencing _ -> Decision.ABORT;
            case TwoPhaseParticipant.State.Idle _,
                    TwoPhaseParticipant.State.Working _,
                    TwoPhaseParticipant.State.Preparing _,
                    TwoPhaseParticipant.State.Replied _ ->
                throw new IllegalStateException("confirmed without a decision: " + talk);
        };
    }

    // What coordinators ask for

    private State hear(State state, int seat, TwoPhaseCommit.Input input) {
        var here = seat(state, seat);
        if (here.state().isEmpty()) {
            return state;
        }
        var step = coordinator.on(here.state().get(), input);
        if (here.state().get() instanceof TwoPhaseCommit.State.Voting) {
            for (var effect : step.effects()) {
                if (effect instanceof TwoPhaseCommit.Effect.Propose(var decision, var sealed)
                        && decision == Decision.COMMIT) {
                    checkVotes(state, here.attempt(), sealed);
                } else if (effect.equals(new TwoPhaseCommit.Effect.Close(Decision.COMMIT))) {
                    checkVotes(state, here.attempt(), Set.of());
                }
            }
        }
        return drive(state, seat, here.attempt(), step);
    }

    private State drive(State state, int seat, int attempt, Step<TwoPhaseCommit.State, TwoPhaseCommit.Effect> step) {
        var after = state.withSeat(seat, seats.of(new Seat(attempt, Optional.of(step.next()))));
        for (var effect : step.effects()) {
            after = switch (effect) {
                case TwoPhaseCommit.Effect.Prepare(var to) -> mail(after, new Letter.Prepare(to));
                case TwoPhaseCommit.Effect.Propose(var decision, var sealed) ->
                    mail(after, new Letter.Propose(new Chosen(decision, sealed)));
                case TwoPhaseCommit.Effect.Tell(var to, var decision) -> mail(after, new Letter.Tell(to, decision));
                case TwoPhaseCommit.Effect.Answer(var decision) -> told(after, decision);
                case TwoPhaseCommit.Effect.Close(var decision) ->
                    decision == Decision.ABORT && bugs.contains(PlantedBug.ABORT_ANSWERED_UNRECORDED)
                            ? told(after, decision)
                            : mail(after, new Letter.Close(seat, attempt, decision));
                case TwoPhaseCommit.Effect.End _ -> end(after, seat, attempt);
            };
        }
        return after;
    }

    private State end(State state, int seat, int attempt) {
        var record = records.at(state.record());
        return record.isOf(attempt, seat) ? state.withRecord(records.of(record.asEnded())) : state;
    }

    private State mail(State state, Letter letter) {
        var number = letters.of(letter);
        if (number >= Long.SIZE) {
            throw new IllegalStateException("more letters than bits: " + letter);
        }
        switch (letter) {
            case Letter.Voted _ -> votes |= 1L << number;
            case Letter.Propose _ -> proposals |= 1L << number;
            case Letter.Prepare _, Letter.Tell _, Letter.Acked _, Letter.Close _ -> {}
        }
        return state.withMail(state.mail() | 1L << number);
    }

    private static State told(State state, Decision decision) {
        return state.withTold(state.told() | bit(decision));
    }

    private static int bit(Decision decision) {
        return switch (decision) {
            case COMMIT -> 1;
            case ABORT -> 2;
        };
    }

    private Seat seat(State state, int seat) {
        return seats.at(state.seats().get(seat));
    }

    private Place place(State state, int place) {
        return places.at(state.places().get(place));
    }

    private Optional<Chosen> chosen(State state) {
        return registers.at(state.chosen());
    }

    private boolean sent(State state, Letter letter) {
        return (state.mail() & 1L << letters.of(letter)) != 0;
    }

    // What must hold

    /// In every state.
    void check(State state) {
        var chosen = chosen(state);
        var sealed = chosen.map(Chosen::sealed).orElse(Set.of());
        for (var at = 0; at < branches.size(); at++) {
            var branch = branches.get(at);
            var place = place(state, at);
            var committed = place.row() == Evidence.WORK;
            require(!committed || sealed.contains(branch), "I1: committed, not sealed", branch, state);
            require(
                    !sealed.contains(branch) || !(place.undone() || place.row() == Evidence.FENCE),
                    "I1: aborted, sealed by COMMIT",
                    branch,
                    state);
            require(
                    !sent(state, new Letter.Acked(branch, Decision.ABORT, Ack.DONE))
                            || !(committed || place.held() == Evidence.PREPARED),
                    "I7: prepared or committed after a confirmed abort",
                    branch,
                    state);
            require(
                    !sent(state, new Letter.Acked(branch, Decision.COMMIT, Ack.DONE)) || committed,
                    "confirmed, not committed",
                    branch,
                    state);
            for (var decision : Decision.values()) {
                require(
                        setup.sabotage() || !sent(state, new Letter.Acked(branch, decision, Ack.HAZARD)),
                        "a HAZARD that nobody caused",
                        branch,
                        state);
            }
        }
        var decided = chosen.map(Chosen::decision);
        var toldCommitted = (state.told() & bit(Decision.COMMIT)) != 0;
        var toldAborted = (state.told() & bit(Decision.ABORT)) != 0;
        require(
                !toldCommitted
                        || decided.or(() -> records.at(state.record()).closed()).equals(Optional.of(Decision.COMMIT)),
                "I4: told COMMITTED, not decided",
                decided,
                state);
        require(
                !toldAborted || !decided.equals(Optional.of(Decision.COMMIT)),
                "told ABORTED, decided COMMIT",
                decided,
                state);
        require(!toldAborted || !toldCommitted, "told COMMITTED and ABORTED", decided, state);
    }

    /// When a coordinator that counted votes says COMMIT: each branch voted yes and is sealed, or only
    /// read.
    private void checkVotes(State state, int attempt, Set<BranchId> sealed) {
        for (var branch : setup.attempts().get(attempt)) {
            var vote = sealed.contains(branch) ? new Vote.Yes() : new Vote.ReadOnly();
            require(sent(state, new Letter.Voted(branch, vote)), "I3: committed without a vote", branch, state);
        }
    }

    private void require(boolean holds, String broken, Object about, State state) {
        if (!holds) {
            throw new AssertionError(broken + ": " + about + "\n" + describe(state));
        }
    }

    private String describe(State state) {
        return "coordinators %s%nrecord %s%nregister %s%nbranches %s"
                .formatted(
                        state.seats().stream().map(seats::at).toList(),
                        records.at(state.record()),
                        chosen(state),
                        state.places().stream().map(places::at).toList());
    }
}
