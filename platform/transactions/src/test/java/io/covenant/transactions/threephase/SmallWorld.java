package io.covenant.transactions.threephase;

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
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// One attempt in a world small enough that everything that can happen to it can be tried.
///
/// Two branches and the coordinators' database; the coordinator that began, and another that stands for
/// election. Whatever was sent may arrive at any later time, any number of times, or never; its reply is heard
/// at once or never, and then it may be sent again. The deadline passes at any time. A coordinator that is
/// crashed or paused is one to which nothing happens any more, or not yet. Coordinators and sites are the
/// production cores; what a branch's database does in between is two-phase commit's, and explored there.
final class SmallWorld implements Explorer.Moves<SmallWorld.State> {

    /// Who takes part, and how far it may go.
    ///
    /// @param seats   how many coordinators, the one that began included
    /// @param rounds  the highest round of an election; whoever is outrun in it stays so
    record Setup(int seats, int rounds) {}

    /// The whole world in numbers, since there will be many.
    ///
    /// @param seats  what each coordinator does
    /// @param places what each site holds; the coordinators' site is the first
    /// @param mail   all that was sent and may still be heeded, one bit for each letter
    /// @param more   the next 64 letters
    record State(List<Integer> seats, List<Integer> places, long mail, long more) {

        private State withSeat(int seat, int now) {
            return new State(with(seats, seat, now), places, mail, more);
        }

        private State withPlace(int place, int now) {
            return new State(seats, with(places, place, now), mail, more);
        }

        private State withLetter(int letter, boolean there) {
            var bit = 1L << letter;
            return letter < Long.SIZE
                    ? new State(seats, places, there ? mail | bit : mail & ~bit, more)
                    : new State(seats, places, mail, there ? more | bit : more & ~bit);
        }

        private boolean has(int letter) {
            return ((letter < Long.SIZE ? mail : more) & 1L << letter) != 0;
        }

        private static List<Integer> with(List<Integer> numbers, int at, int now) {
            var copy = new ArrayList<>(numbers);
            copy.set(at, now);
            return List.copyOf(copy);
        }
    }

    /// A coordinator: has not stood yet, or drives.
    record Seat(Optional<ThreePhaseCommit.State> state) {
        private static final Seat EMPTY = new Seat(Optional.empty());
    }

    /// A site with what its database holds.
    ///
    /// @param durable what a crash of the database would leave of the standing
    /// @param branch  prepared, committed as `WORK`, aborted as `FENCE`, or nothing yet
    /// @param agreed  whether the branch ever voted yes or that it only read
    /// @param hazard  whether it was told otherwise than it can be
    record Place(Standing standing, Standing durable, Evidence branch, boolean agreed, boolean hazard) {
        private static final Place UNTOUCHED = new Place(Standing.NEW, Standing.NEW, Evidence.NONE, false, false);

        private Place stands(Standing now, boolean forced) {
            return new Place(now, forced ? now : durable, branch, agreed, hazard);
        }

        private Place branch(Evidence now) {
            return new Place(standing, standing, now, agreed, hazard);
        }

        private Place voted(Vote now) {
            return new Place(standing, durable, branch, agreed || !(now instanceof Vote.No), hazard);
        }

        /// What two-phase commit's participant makes of it.
        private Place told(Decision mine) {
            return switch (mine) {
                case COMMIT ->
                    branch == Evidence.PREPARED || branch == Evidence.WORK
                            ? branch(Evidence.WORK)
                            : new Place(standing, durable, branch, agreed, true);
                case ABORT ->
                    branch == Evidence.WORK
                            ? new Place(standing, durable, branch, agreed, true)
                            : branch(Evidence.FENCE);
            };
        }
    }

    sealed interface Letter {
        record Prepare(int place) implements Letter {}

        record Ask(int seat, int place, ThreePhaseParticipant.Request request) implements Letter {}

        record Tell(int seat, int place, Outcome outcome) implements Letter {}
    }

    private static final TransactionId ID = new TransactionId(new UUID(0, 7));
    private static final Set<BranchId> BRANCHES = Set.of(branch("a"), branch("b"));
    private static final List<Site> SITES = List.copyOf(Electorate.of(BRANCHES).sites());
    private static final Refusal REFUSED = Refusal.of("refused", "A rule of the business.");

    private final Setup setup;
    private final Set<PlantedBug> bugs;
    private final List<Protocol<ThreePhaseCommit.State, Input, Effect>> coordinators;
    private final Protocol<ThreePhaseParticipant.State, ThreePhaseParticipant.Input, ThreePhaseParticipant.Effect>
            participant;
    private final Numbered<Seat> seats = new Numbered<>();
    private final Numbered<Place> places = new Numbered<>();
    private final Numbered<Letter> letters = new Numbered<>();

    SmallWorld(Setup setup, Set<PlantedBug> bugs) {
        this.setup = setup;
        this.bugs = bugs;
        this.coordinators = IntStream.range(0, setup.seats())
                .mapToObj(seat -> PlantedCores.coordinator(bugs, elector(seat)))
                .toList();
        this.participant = PlantedCores.participant(bugs);
    }

    private long elector(int seat) {
        return bugs.contains(PlantedBug.ELECTORS_ALIKE) ? 1 : seat + 1;
    }

    /// The first coordinator has heard every vote but one, which is under way. Voting itself is as in two-phase
    /// commit, and explored there.
    State start() {
        var nobody = seats.of(Seat.EMPTY);
        var untouched = places.of(Place.UNTOUCHED);
        var nothing = new State(
                IntStream.range(0, setup.seats()).mapToObj(_ -> nobody).toList(),
                SITES.stream().map(_ -> untouched).toList(),
                0,
                0);
        var prepared = nothing;
        for (var branch : BRANCHES) {
            prepared = put(
                    prepared,
                    at(new Site.Branch(branch)),
                    new Place(Standing.NEW, Standing.NEW, Evidence.PREPARED, true, false));
        }
        var voting = new ThreePhaseCommit.State.Voting(
                Electorate.of(BRANCHES), new TreeSet<>(Set.of(branch("b"))), new TreeSet<>(Set.of(branch("a"))));
        return mail(
                prepared.withSeat(0, seats.of(new Seat(Optional.of(voting)))),
                new Letter.Prepare(at(new Site.Branch(branch("b")))));
    }

    // What can happen

    @Override
    public void from(State state, BiConsumer<Supplier<String>, State> into) {
        moves(state, (name, next) -> into.accept(name, withoutLetters(next)));
    }

    private void moves(State state, BiConsumer<Supplier<String>, State> into) {
        for (var number = 0; number < 2 * Long.SIZE; number++) {
            if (state.has(number)) {
                var letter = letters.at(number);
                deliver(state, letter, (name, next) -> into.accept(() -> letter + name.get(), next));
            }
        }
        for (var seat = 0; seat < setup.seats(); seat++) {
            atCoordinator(state, seat, into);
        }
        for (var place = 0; place < SITES.size(); place++) {
            atSite(state, place, into);
        }
    }

    private void deliver(State state, Letter letter, BiConsumer<Supplier<String>, State> into) {
        switch (letter) {
            case Letter.Prepare(var place) -> prepare(state, place, into);
            case Letter.Ask(var seat, var place, var request) -> {
                var answered = asked(state, place, request);
                reply(answered.state(), seat, answered.input(), into);
            }
            case Letter.Tell(var seat, var place, var outcome) ->
                reply(
                        put(state, place, told(place(state, place), SITES.get(place), outcome)),
                        seat,
                        new Input.Acked(SITES.get(place), Ack.DONE),
                        into);
        }
    }

    private void reply(State state, int seat, Input input, BiConsumer<Supplier<String>, State> into) {
        into.accept(() -> ", the reply is lost", state);
        into.accept(() -> ", " + input, hear(state, seat, input));
    }

    private void atCoordinator(State state, int seat, BiConsumer<Supplier<String>, State> into) {
        var here = seat(state, seat);
        if (here.state().isEmpty()) {
            var core = new ThreePhaseCommit(elector(seat), PlantedBug.rule(bugs));
            into.accept(() -> "coordinator " + seat + " stands", drive(state, seat, core.terminate(BRANCHES)));
            return;
        }
        if (here.state().get() instanceof ThreePhaseCommit.State.Finished) {
            return;
        }
        into.accept(() -> "the deadline passes at " + seat, hear(state, seat, new Input.Expired()));
        if (here.state().get() instanceof ThreePhaseCommit.State.Outrun(var _, var highest)
                && highest.round() < setup.rounds()) {
            into.accept(() -> "coordinator " + seat + " stands again", hear(state, seat, new Input.Retry()));
        }
    }

    private void atSite(State state, int at, BiConsumer<Supplier<String>, State> into) {
        var place = place(state, at);
        if (!place.durable().equals(place.standing())) {
            into.accept(() -> SITES.get(at) + " crashes", put(state, at, place.stands(place.durable(), true)));
        }
        if (place.branch() == Evidence.PREPARED && bugs.contains(PlantedBug.TEXTBOOK_TIME_OUTS)) {
            TimeOutRule.UNSAFE_TEXTBOOK
                    .alone(place.standing())
                    .ifPresent(outcome -> into.accept(
                            () -> SITES.get(at) + " times out", put(state, at, told(place, SITES.get(at), outcome))));
        }
    }

    // Sites

    private void prepare(State state, int at, BiConsumer<Supplier<String>, State> into) {
        var place = place(state, at);
        switch (place.branch()) {
            case PREPARED, WORK -> vote(state, at, place, new Vote.Yes(), into);
            case FENCE -> vote(state, at, place, new Vote.No(REFUSED), into);
            case NONE, RUNNING -> throw new IllegalStateException("prepared from the start: " + place);
        }
    }

    private void vote(State state, int at, Place place, Vote vote, BiConsumer<Supplier<String>, State> into) {
        var who = ((Site.Branch) SITES.get(at)).id();
        reply(put(state, at, place.voted(vote)), 0, new Input.Voted(who, vote), into);
    }

    private record Answered(State state, Input input) {}

    private Answered asked(State state, int at, ThreePhaseParticipant.Request request) {
        var before = place(state, at);
        var step = participant.on(
                new ThreePhaseParticipant.State.Opening(request),
                new ThreePhaseParticipant.Input.Found(before.standing()));
        var after = state;
        if (step.effects().getFirst() instanceof ThreePhaseParticipant.Effect.Force(var standing)) {
            after = put(state, at, before.stands(standing, isForced(request)));
            step = participant.on(step.next(), new ThreePhaseParticipant.Input.Forced());
        }
        var site = SITES.get(at);
        return switch (step.effects().getFirst()) {
            case ThreePhaseParticipant.Effect.Elected(var election, var standing) ->
                new Answered(after, new Input.Elected(site, election, standing));
            case ThreePhaseParticipant.Effect.Accepted(var election) ->
                new Answered(after, new Input.Accepted(site, election));
            case ThreePhaseParticipant.Effect.Refused(var election, var standing) ->
                new Answered(after, new Input.Refused(site, election, standing));
            case ThreePhaseParticipant.Effect.Enroll _,
                    ThreePhaseParticipant.Effect.Open _,
                    ThreePhaseParticipant.Effect.Force _,
                    ThreePhaseParticipant.Effect.Note _,
                    ThreePhaseParticipant.Effect.Do _,
                    ThreePhaseParticipant.Effect.Cast _,
                    ThreePhaseParticipant.Effect.Confirm _,
                    ThreePhaseParticipant.Effect.Inquire _,
                    ThreePhaseParticipant.Effect.AskAgain _ -> throw new IllegalStateException("no answer: " + step);
        };
    }

    private boolean isForced(ThreePhaseParticipant.Request request) {
        return !bugs.contains(
                request instanceof ThreePhaseParticipant.Request.Elect
                        ? PlantedBug.ELECTION_NOT_FORCED
                        : PlantedBug.ATTEMPT_NOT_FORCED);
    }

    private static Place told(Place place, Site site, Outcome outcome) {
        var learned = place.stands(place.standing().learned(outcome), true);
        return switch (site) {
            case Site.Branch(var branch) -> learned.told(outcome.decisionFor(branch));
            case Site.Coordinators _ -> learned;
        };
    }

    // Coordinators

    private State hear(State state, int seat, Input input) {
        var here = seat(state, seat);
        return here.state().isEmpty()
                ? state
                : drive(state, seat, coordinators.get(seat).on(here.state().get(), input));
    }

    private State drive(State state, int seat, Step<ThreePhaseCommit.State, Effect> step) {
        var after = state.withSeat(seat, seats.of(new Seat(Optional.of(step.next()))));
        for (var effect : step.effects()) {
            after = switch (effect) {
                case Effect.Prepare(var to, var _) -> mail(after, new Letter.Prepare(at(new Site.Branch(to))));
                case Effect.Elect(var to, var election) ->
                    mail(after, new Letter.Ask(seat, at(to), new ThreePhaseParticipant.Request.Elect(election)));
                case Effect.Attempt(var to, var election, var outcome) ->
                    mail(
                            after,
                            new Letter.Ask(seat, at(to), new ThreePhaseParticipant.Request.Attempt(election, outcome)));
                case Effect.Tell(var to, var outcome) -> mail(after, new Letter.Tell(seat, at(to), outcome));
                case Effect.Answer _, Effect.Close _, Effect.End _ -> after;
            };
        }
        return after;
    }

    private State mail(State state, Letter letter) {
        var number = letters.of(letter);
        if (number >= 2 * Long.SIZE) {
            throw new IllegalStateException("more letters than bits: " + letter);
        }
        return state.withLetter(number, true);
    }

    /// Drops letters that nobody will ever heed: they would only tell equal worlds apart.
    private State withoutLetters(State state) {
        var heeded = state;
        for (var number = 0; number < 2 * Long.SIZE; number++) {
            if (state.has(number) && !isHeeded(state, letters.at(number))) {
                heeded = heeded.withLetter(number, false);
            }
        }
        return heeded;
    }

    private boolean isHeeded(State state, Letter letter) {
        return switch (letter) {
            case Letter.Tell(var seat, var place, var outcome) -> {
                var there = place(state, place);
                yield !told(there, SITES.get(place), outcome).equals(there)
                        || heeds(state, seat, new Input.Acked(SITES.get(place), Ack.DONE));
            }
            case Letter.Prepare(var place) ->
                heeds(state, 0, new Input.Voted(((Site.Branch) SITES.get(place)).id(), new Vote.Yes()));
            case Letter.Ask(var seat, var place, var request) -> {
                var forgetful = !place(state, place)
                        .durable()
                        .equals(place(state, place).standing());
                var answered = asked(state, place, request);
                yield forgetful || !answered.state().equals(state) || heeds(state, seat, answered.input());
            }
        };
    }

    private boolean heeds(State state, int seat, Input input) {
        var here = seat(state, seat).state();
        if (here.isEmpty()) {
            return false;
        }
        var step = coordinators.get(seat).on(here.get(), input);
        return !step.next().equals(here.get()) || !step.effects().isEmpty();
    }

    private State put(State state, int at, Place place) {
        return state.withPlace(at, places.of(place));
    }

    private Seat seat(State state, int seat) {
        return seats.at(state.seats().get(seat));
    }

    private Place place(State state, int place) {
        return places.at(state.places().get(place));
    }

    private static int at(Site site) {
        return SITES.indexOf(site);
    }

    private static BranchId branch(String name) {
        return new BranchId(ID, new Attempt(1), name);
    }

    // What must hold

    /// In every state.
    void check(State state) {
        var outcomes = new HashSet<Outcome>();
        for (var seat = 0; seat < setup.seats(); seat++) {
            seat(state, seat).state().ifPresent(here -> {
                if (here instanceof ThreePhaseCommit.State.Telling(var outcome, var _, var _)) {
                    outcomes.add(outcome);
                }
            });
        }
        SITES.forEach(site -> place(state, at(site)).standing().decided().ifPresent(outcomes::add));
        require(outcomes.size() <= 1, "I1, I2: decided twice", outcomes, state);
        var decided = outcomes.stream().findAny();
        for (var branch : BRANCHES) {
            var place = place(state, at(new Site.Branch(branch)));
            var mine = decided.map(outcome -> outcome.decisionFor(branch));
            require(!place.hazard(), "a HAZARD that nobody caused", branch, state);
            require(
                    place.branch() != Evidence.WORK || mine.equals(Optional.of(Decision.COMMIT)),
                    "I1: committed, not sealed",
                    branch,
                    state);
            require(
                    place.branch() != Evidence.FENCE || mine.equals(Optional.of(Decision.ABORT)),
                    "I1: aborted, not decided",
                    branch,
                    state);
            require(
                    !decided.map(Outcome::decision).equals(Optional.of(Decision.COMMIT)) || place.agreed(),
                    "I3: committed without a vote",
                    branch,
                    state);
        }
    }

    private void require(boolean holds, String broken, Object about, State state) {
        if (!holds) {
            throw new AssertionError(broken + ": " + about + "\n" + describe(state));
        }
    }

    private String describe(State state) {
        return "coordinators %s%nsites %s"
                .formatted(
                        state.seats().stream().map(seats::at).toList(),
                        state.places().stream().map(places::at).toList());
    }
}
