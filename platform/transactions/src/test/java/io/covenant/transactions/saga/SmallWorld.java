package io.covenant.transactions.saga;

import io.covenant.simulation.Explorer;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaExecution.Asked;
import io.covenant.transactions.saga.SagaExecution.Input;
import io.covenant.transactions.saga.SagaExecution.Phase;
import io.covenant.transactions.saga.SagaParticipant.Action;
import io.covenant.transactions.saga.SagaParticipant.Evidence;
import io.covenant.transactions.simulated.Numbered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One saga in a world small enough that everything that can happen to it can be tried.
///
/// Coordinators that take over from each other, the register, and a few steps with a database each. Whatever was sent
/// may arrive at any later time, any number of times, or never. Its answer is heard at once, by whichever coordinator,
/// or never, and then it may be sent again, which finds the same; a refusal, which leaves nothing to be found, may
/// arrive later as well. Steps refuse, fail, take too long and report late; deadlines pass, notes are lost, instances
/// crash while an action is under way, and persons resume what is stuck. A coordinator that is crashed or paused is one
/// to which nothing happens any more, or not yet. Coordinators and participants are the production cores; only what
/// surrounds them is written here.
final class SmallWorld implements Explorer.Moves<SmallWorld.State> {

    /// Who takes part, and how far it may go.
    ///
    /// @param takeOvers how many coordinators take over, one after the other
    /// @param reporting the steps that are accepted and report later
    record Setup(String name, Saga saga, int takeOvers, Set<String> reporting) {

        @Override
        public String toString() {
            return name;
        }
    }

    /// What a step's database holds.
    ///
    /// @param running  whether an action is under way that holds the keys
    /// @param accepted whether the work was ever accepted, so that it may be reported
    /// @param done     how often the work was done
    /// @param undone   how often it was made up for
    record Place(Evidence rows, boolean running, boolean accepted, int done, int undone) {
        private static final Place UNTOUCHED = new Place(Evidence.NONE, false, false, 0, 0);

        private Place working() {
            return new Place(rows, true, accepted, done, undone);
        }

        private Place rolledBack() {
            return new Place(rows, false, accepted, done, undone);
        }

        private Place shows(Evidence now) {
            return new Place(now, running, accepted, done, undone);
        }

        private Place isAccepted() {
            return new Place(Evidence.ACCEPTED, false, true, done, undone);
        }

        private Place isDone() {
            return new Place(Evidence.ACTED, false, accepted, Math.min(2, done + 1), undone);
        }

        private Place isUndone() {
            return new Place(Evidence.UNDONE, running, accepted, done, Math.min(2, undone + 1));
        }

        private boolean isOver() {
            return rows == Evidence.UNDONE || rows == Evidence.FENCED || rows == Evidence.REJECTED;
        }
    }

    /// The whole world in numbers, since there will be many.
    ///
    /// @param seats  what each coordinator does
    /// @param owner  the coordinator whose epoch is the current one
    /// @param chosen what the register holds
    /// @param places what each step's database holds
    /// @param mail   all that was ever sent, one bit for each letter
    /// @param notes  the steps that were noted, one bit for each
    /// @param told   what clients were told, one bit for each decision
    /// @param ended  how it was recorded to have ended, one bit for each decision
    /// @param lied   whether a step was said to be what it is not
    record State(
            List<Integer> seats,
            int owner,
            int chosen,
            List<Integer> places,
            int mail,
            int notes,
            int told,
            int ended,
            boolean lied) {

        private State seat(int seat, int now) {
            return new State(with(seats, seat, now), owner, chosen, places, mail, notes, told, ended, lied);
        }

        private State owner(int now) {
            return new State(seats, now, chosen, places, mail, notes, told, ended, lied);
        }

        private State chosen(int now) {
            return new State(seats, owner, now, places, mail, notes, told, ended, lied);
        }

        private State place(int place, int now) {
            return new State(seats, owner, chosen, with(places, place, now), mail, notes, told, ended, lied);
        }

        private State mail(int letter) {
            return new State(seats, owner, chosen, places, mail | 1 << letter, notes, told, ended, lied);
        }

        private State note(int step) {
            return new State(seats, owner, chosen, places, mail, notes | 1 << step, told, ended, lied);
        }

        private State told(Decision decision) {
            return new State(seats, owner, chosen, places, mail, notes, told | bit(decision), ended, lied);
        }

        private State ended(Decision decision) {
            return new State(seats, owner, chosen, places, mail, notes, told, ended | bit(decision), lied);
        }

        private State forgotten() {
            return new State(seats, owner, chosen, places, mail, 0, told, ended, lied);
        }

        private State withLie() {
            return new State(seats, owner, chosen, places, mail, notes, told, ended, true);
        }

        private static int bit(Decision decision) {
            return switch (decision) {
                case COMMIT -> 1;
                case ABORT -> 2;
            };
        }

        private static List<Integer> with(List<Integer> numbers, int at, int now) {
            var copy = new ArrayList<>(numbers);
            copy.set(at, now);
            return List.copyOf(copy);
        }
    }

    /// Everything that is sent.
    sealed interface Letter {
        record Asks(int step, Ask ask) implements Letter {}

        record Refuses(int step) implements Letter {}

        record Propose(int seat, Input.Chosen proposal) implements Letter {}
    }

    /// Why does not matter to a core; one reason for all keeps equal worlds equal.
    private static final Refusal RULE = Refusal.of("rule", "A rule.");

    /// A step that was accepted, and a pivot to be fenced, are asked no more often than this; it would be for ever.
    private static final int POLLS = 2;

    private final Setup setup;
    private final Saga saga;
    private final List<String> steps;
    private final Set<PlantedBug> bugs;
    private final Protocol<SagaExecution.State, Input, SagaExecution.Effect> coordinator;
    private final Protocol<SagaParticipant.State, SagaParticipant.Input, SagaParticipant.Effect> participant;
    private final Numbered<Optional<SagaExecution.State>> seats = new Numbered<>();
    private final Numbered<Optional<Input.Chosen>> choices = new Numbered<>();
    private final Numbered<Place> places = new Numbered<>();
    private final Numbered<Letter> letters = new Numbered<>();

    SmallWorld(Setup setup, Set<PlantedBug> bugs) {
        this.setup = setup;
        this.saga = setup.saga();
        this.steps = saga.steps().stream().map(SagaStep::name).toList();
        this.bugs = bugs;
        this.coordinator = PlantedCores.coordinator(saga, bugs);
        this.participant = PlantedCores.participant(bugs);
    }

    State start() {
        var nobody = seats.of(Optional.empty());
        var untouched = places.of(Place.UNTOUCHED);
        var nothing = new State(
                IntStream.rangeClosed(0, setup.takeOvers())
                        .mapToObj(_ -> nobody)
                        .toList(),
                0,
                choices.of(Optional.empty()),
                steps.stream().map(_ -> untouched).toList(),
                0,
                0,
                0,
                0,
                false);
        return drive(nothing, 0, new SagaExecution(saga).begin());
    }

    // What can happen

    @Override
    public void from(State state, BiConsumer<Supplier<String>, State> into) {
        for (var number = 0; number < Integer.SIZE; number++) {
            if ((state.mail() & 1 << number) != 0) {
                deliver(state, letters.at(number), into);
            }
        }
        for (var seat = 0; seat <= setup.takeOvers(); seat++) {
            atCoordinator(state, seat, into);
        }
        for (var step = 0; step < steps.size(); step++) {
            atParticipant(state, step, into);
        }
    }

    private void deliver(State state, Letter letter, BiConsumer<Supplier<String>, State> into) {
        switch (letter) {
            case Letter.Asks(var step, var ask) -> asked(state, step, ask, into);
            case Letter.Refuses(var step) ->
                heardBySomebody(
                        () -> letter + " arrives", state, new Input.Refused(steps.get(step), Ask.ACT, RULE), into);
            case Letter.Propose(var seat, var proposal) -> {
                into.accept(() -> letter + " arrives", propose(state, seat, proposal));
                chosen(state)
                        .filter(_ -> seat(state, seat)
                                .filter(SagaExecution.State.Deciding.class::isInstance)
                                .isPresent())
                        .ifPresent(chosen -> into.accept(
                                () -> "coordinator " + seat + " hears of the register", hear(state, seat, chosen)));
            }
        }
    }

    private void heardBySomebody(
            Supplier<String> what, State state, Input input, BiConsumer<Supplier<String>, State> into) {
        for (var seat = 0; seat <= setup.takeOvers(); seat++) {
            var to = seat;
            into.accept(() -> what.get() + ", " + input + " at " + to, hear(state, seat, input));
        }
    }

    private void atCoordinator(State state, int seat, BiConsumer<Supplier<String>, State> into) {
        var here = seat(state, seat);
        if (here.isEmpty()) {
            if (seat == state.owner() + 1) {
                takeOver(state, seat, into);
            }
            return;
        }
        var inputs = new ArrayList<Input>();
        inputs.add(new Input.Expired());
        inputs.add(new Input.Resume());
        asked(here.get()).forEach((step, asked) -> {
            var ask = ask(here.get());
            inputs.add(new Input.Failed(step, ask, RULE));
            inputs.add(new Input.Overdue(step));
            var forEver = asked.phase() == Phase.ACCEPTED || ask == Ask.FENCE;
            if (!forEver || asked.tries() < POLLS) {
                inputs.add(new Input.RetryDue(step));
            }
        });
        inputs.forEach(input -> into.accept(() -> "coordinator " + seat + ": " + input, hear(state, seat, input)));
    }

    private Map<String, Asked> asked(SagaExecution.State state) {
        return switch (state) {
            case SagaExecution.State.Running(var _, var asked, var _, var _) -> asked;
            case SagaExecution.State.Compensating(var _, var asked) -> asked;
            case SagaExecution.State.Fencing(var _, var pivot) ->
                Map.of(saga.pivot().orElseThrow().name(), pivot);
            case SagaExecution.State.Stuck(var at) -> asked(at);
            case SagaExecution.State.Deciding _, SagaExecution.State.Done _, SagaExecution.State.Undone _ -> Map.of();
        };
    }

    private static Ask ask(SagaExecution.State state) {
        return switch (state) {
            case SagaExecution.State.Compensating _ -> Ask.UNDO;
            case SagaExecution.State.Fencing _ -> Ask.FENCE;
            case SagaExecution.State.Stuck(var at) -> ask(at);
            case SagaExecution.State.Running _,
                    SagaExecution.State.Deciding _,
                    SagaExecution.State.Done _,
                    SagaExecution.State.Undone _ -> Ask.ACT;
        };
    }

    /// Of what was noted, any part may be lost.
    private void takeOver(State state, int seat, BiConsumer<Supplier<String>, State> into) {
        for (var kept = 0; kept < 1 << steps.size(); kept++) {
            if ((kept & ~state.notes()) != 0) {
                continue;
            }
            var bits = kept;
            var notes = IntStream.range(0, steps.size())
                    .filter(step -> (bits & 1 << step) != 0)
                    .mapToObj(steps::get)
                    .collect(Collectors.toSet());
            into.accept(
                    () -> "coordinator %d takes over with notes of %s".formatted(seat, notes),
                    drive(ownedBy(state, seat), seat, takenOver(notes, chosen(state))));
        }
    }

    /// What the last one notes nobody will read.
    private State ownedBy(State state, int seat) {
        return seat == setup.takeOvers() ? state.owner(seat).forgotten() : state.owner(seat);
    }

    private Step<SagaExecution.State, SagaExecution.Effect> takenOver(
            Set<String> notes, Optional<Input.Chosen> chosen) {
        if (bugs.contains(PlantedBug.TAKE_OVER_PRESUMES_ABORT)) {
            return new SagaExecution(saga)
                    .takeOver(Set.of(), Optional.of(new Input.Chosen(Decision.ABORT, saga.upToThePivot())));
        }
        var step = new SagaExecution(saga).takeOver(notes, chosen);
        if (bugs.contains(PlantedBug.TAKE_OVER_TRUSTS_NOTES)
                && step.next() instanceof SagaExecution.State.Running(var done, var asked, var _, var forward)) {
            var touched = new TreeSet<>(done);
            touched.addAll(asked.keySet());
            return new Step<>(new SagaExecution.State.Running(done, asked, touched, forward), step.effects());
        }
        return step;
    }

    private void atParticipant(State state, int step, BiConsumer<Supplier<String>, State> into) {
        var place = place(state, step);
        var name = steps.get(step);
        if (place.running()) {
            var working = new SagaParticipant.State.Working(Action.ACT, Optional.empty());
            var reports = setup.reporting().contains(name);
            var heard = reports ? new SagaParticipant.Input.CommittedToReport() : new SagaParticipant.Input.Committed();
            var lost = participant.on(working, new SagaParticipant.Input.Lost());
            var after = put(state, step, reports ? place.isAccepted() : place.isDone());
            answer(() -> name + " commits", after, step, Ask.ACT, participant.on(working, heard), into);
            answer(() -> name + " commits, and nobody can tell", after, step, Ask.ACT, lost, into);
            answer(
                    () -> name + " is rolled back by a crash",
                    put(state, step, place.rolledBack()),
                    step,
                    Ask.ACT,
                    lost,
                    into);
        }
        if (place.accepted()) {
            for (var news : List.<Optional<Refusal>>of(Optional.empty(), Optional.of(RULE))) {
                enter(name + " reports " + news, state, step, Ask.ACT, new SagaParticipant.Input.Reported(news), into);
            }
        }
    }

    // Conversations with participants

    private void asked(State state, int step, Ask ask, BiConsumer<Supplier<String>, State> into) {
        var name = steps.get(step);
        switch (ask) {
            case ACT -> acted(state, step, into);
            case UNDO -> enter(name + " is compensated", state, step, ask, new SagaParticipant.Input.UndoAsked(), into);
            case FENCE -> enter(name + " is fenced", state, step, ask, new SagaParticipant.Input.FenceAsked(), into);
        }
    }

    /// An action is under way for a while, and others come between.
    private void acted(State state, int step, BiConsumer<Supplier<String>, State> into) {
        var place = place(state, step);
        var name = steps.get(step);
        var found = participant.on(
                new SagaParticipant.State.Entering(Action.ACT, Optional.empty()),
                new SagaParticipant.Input.Found(place.running() ? Evidence.RUNNING : place.rows()));
        if (!(found.next() instanceof SagaParticipant.State.Working)) {
            answer(() -> "an action of " + name + " meets " + place, state, step, Ask.ACT, found, into);
            return;
        }
        var working =
                bugs.contains(PlantedBug.BARRIER_OUTSIDE) ? place.working().shows(Evidence.ACTED) : place.working();
        into.accept(() -> "an action of " + name + " works", put(state, step, working));
        answer(
                () -> "an action of " + name + " is refused",
                state,
                step,
                Ask.ACT,
                participant.on(found.next(), new SagaParticipant.Input.Refused(RULE)),
                into);
    }

    /// What enters, works and commits at once, or rolls back; others come before or after.
    private void enter(
            String what,
            State state,
            int step,
            Ask ask,
            SagaParticipant.Input arrival,
            BiConsumer<Supplier<String>, State> into) {
        var place = place(state, step);
        var entering = participant.on(new SagaParticipant.State.Idle(), arrival).next();
        var overtakes = bugs.contains(PlantedBug.COMPENSATION_OVERTAKES_ACTION) && ask == Ask.UNDO;
        var shown = place.running() && !overtakes ? Evidence.RUNNING : place.rows();
        var found = participant.on(entering, new SagaParticipant.Input.Found(shown));
        if (!(found.next() instanceof SagaParticipant.State.Working(var action, var report))) {
            answer(() -> what + ", the rows show " + shown, state, step, ask, found, into);
            return;
        }
        var fences = found.effects().contains(new SagaParticipant.Effect.Fence());
        var after = put(state, step, committed(place, action, report, fences));
        var committed = participant.on(found.next(), new SagaParticipant.Input.Committed());
        answer(() -> what + ", committed", after, step, ask, committed, into);
        var lost = participant.on(found.next(), new SagaParticipant.Input.Lost());
        answer(() -> what + ", committed, and nobody can tell", after, step, ask, lost, into);
        if (!fences) {
            var refused = participant.on(found.next(), new SagaParticipant.Input.Refused(RULE));
            answer(() -> what + ", rolled back", state, step, ask, refused, into);
        }
    }

    private Place committed(Place place, Action action, Optional<Refusal> report, boolean fences) {
        if (fences) {
            return bugs.contains(PlantedBug.EMPTY_COMPENSATION_UNFENCED) ? place : place.shows(Evidence.FENCED);
        }
        return switch (action) {
            case REPORT -> report.isPresent() ? place.shows(Evidence.REJECTED) : place.isDone();
            case UNDO -> place.isUndone();
            case ACT, FENCE -> throw new IllegalStateException("not at once: " + action);
        };
    }

    private void answer(
            Supplier<String> what,
            State state,
            int step,
            Ask ask,
            Step<SagaParticipant.State, SagaParticipant.Effect> conversation,
            BiConsumer<Supplier<String>, State> into) {
        into.accept(what, state);
        for (var effect : conversation.effects()) {
            switch (effect) {
                case SagaParticipant.Effect.Reply(var answer) -> {
                    if (answer instanceof SagaAnswer.Refused && ask == Ask.ACT) {
                        into.accept(what, mail(state, new Letter.Refuses(step)));
                    } else {
                        var said = isTrue(answer, place(state, step)) ? state : state.withLie();
                        heardBySomebody(what, said, heard(step, ask, answer), into);
                    }
                }
                case SagaParticipant.Effect.Enter _,
                        SagaParticipant.Effect.Work _,
                        SagaParticipant.Effect.Fence _,
                        SagaParticipant.Effect.Leave _,
                        SagaParticipant.Effect.AskAgain _ -> {}
            }
        }
    }

    private static boolean isTrue(SagaAnswer answer, Place place) {
        return switch (answer) {
            case SagaAnswer.Succeeded _ -> place.done() > 0;
            case SagaAnswer.Undone _, SagaAnswer.Fenced _ -> place.isOver() && !place.running();
            case SagaAnswer.Accepted _, SagaAnswer.Refused _, SagaAnswer.Failed _ -> true;
        };
    }

    private Input heard(int step, Ask ask, SagaAnswer answer) {
        var name = steps.get(step);
        return switch (answer) {
            case SagaAnswer.Succeeded _ -> new Input.Succeeded(name);
            case SagaAnswer.Accepted _ -> new Input.Accepted(name);
            case SagaAnswer.Refused _ -> new Input.Refused(name, ask, RULE);
            case SagaAnswer.Failed _ -> new Input.Failed(name, ask, RULE);
            case SagaAnswer.Undone _ -> new Input.Undone(name);
            case SagaAnswer.Fenced _ -> new Input.Fenced(name);
        };
    }

    // What coordinators ask for

    private State hear(State state, int seat, Input input) {
        return seat(state, seat)
                .map(here -> drive(state, seat, coordinator.on(here, input)))
                .orElse(state);
    }

    private State drive(State state, int seat, Step<SagaExecution.State, SagaExecution.Effect> step) {
        var after = state.seat(seat, seats.of(Optional.of(step.next())));
        for (var effect : step.effects()) {
            after = switch (effect) {
                case SagaExecution.Effect.Act(var name) -> mail(after, new Letter.Asks(at(name), Ask.ACT));
                case SagaExecution.Effect.Undo(var name) -> mail(after, new Letter.Asks(at(name), Ask.UNDO));
                case SagaExecution.Effect.Fence(var name) -> mail(after, new Letter.Asks(at(name), Ask.FENCE));
                case SagaExecution.Effect.Note(var name) ->
                    after.owner() == setup.takeOvers() ? after : after.note(at(name));
                case SagaExecution.Effect.Propose(var decision, var named) ->
                    mail(after, new Letter.Propose(seat, new Input.Chosen(decision, named)));
                case SagaExecution.Effect.Answer(var decision) -> after.told(decision);
                case SagaExecution.Effect.End(var decision) -> after.ended(decision);
                case SagaExecution.Effect.RetryAfter _, SagaExecution.Effect.Watch _, SagaExecution.Effect.Raise _ ->
                    after;
            };
        }
        return after;
    }

    private State propose(State state, int seat, Input.Chosen proposal) {
        var mine = state.owner() == seat || bugs.contains(PlantedBug.EPOCH_IGNORED);
        return chosen(state).isPresent() || !mine ? state : state.chosen(choices.of(Optional.of(proposal)));
    }

    private State mail(State state, Letter letter) {
        var number = letters.of(letter);
        if (number >= Integer.SIZE) {
            throw new IllegalStateException("more letters than bits: " + letter);
        }
        return state.mail(number);
    }

    private Optional<SagaExecution.State> seat(State state, int seat) {
        return seats.at(state.seats().get(seat));
    }

    private Optional<Input.Chosen> chosen(State state) {
        return choices.at(state.chosen());
    }

    private Place place(State state, int step) {
        return places.at(state.places().get(step));
    }

    private State put(State state, int step, Place place) {
        return state.place(step, places.of(place));
    }

    private int at(String step) {
        return steps.indexOf(step);
    }

    // What must hold

    /// In every state.
    void check(State state) {
        for (var step = 0; step < steps.size(); step++) {
            checkStep(state, steps.get(step), place(state, step));
        }
        for (var seat = 0; seat <= setup.takeOvers(); seat++) {
            seat(state, seat).ifPresent(here -> checkSeat(state, here));
        }
        require(!state.lied(), "said done or compensated, and is not", "", state);
        chosen(state).ifPresent(chosen -> checkDecision(state, chosen));
        checkEnd(state);
    }

    private void checkStep(State state, String name, Place place) {
        var step = saga.step(name);
        var named = chosen(state).map(Input.Chosen::steps).orElse(Set.of());
        var decided = chosen(state).map(Input.Chosen::decision);
        require(place.done() <= 1 && place.undone() <= 1, "I6: done or undone twice", name, state);
        require(
                place.undone() == 0 || (place.rows() == Evidence.UNDONE && !place.running()),
                "I7: done after its compensation",
                name,
                state);
        if (place.running() || place.accepted() || place.done() > 0) {
            step.after()
                    .forEach(before ->
                            require(place(state, at(before)).done() == 1, "done before what comes first", name, state));
            require(
                    saga.upToThePivot().contains(name)
                            || saga.recovery() == Saga.Recovery.FORWARD
                            || decided.equals(Optional.of(Decision.COMMIT)),
                    "done past the pivot, and not decided",
                    name,
                    state);
        }
        if (place.rows() == Evidence.UNDONE || place.rows() == Evidence.FENCED) {
            require(named.contains(name) || step.pivot(), "compensated, and not decided so", name, state);
            saga.steps().stream()
                    .filter(later -> later.after().contains(name) && named.contains(later.name()))
                    .forEach(later -> require(
                            place(state, at(later.name())).isOver(),
                            "compensated before what came later",
                            name,
                            state));
        }
    }

    private void checkSeat(State state, SagaExecution.State here) {
        var decided = chosen(state).map(Input.Chosen::decision);
        switch (here) {
            case SagaExecution.State.Running(var _, var asked, var _, var forward) -> {
                require(
                        !forward
                                || saga.recovery() == Saga.Recovery.FORWARD
                                || decided.equals(Optional.of(Decision.COMMIT)),
                        "I2: goes forward, and it is not decided",
                        here,
                        state);
                requireLimits(asked, state);
            }
            case SagaExecution.State.Compensating(var _, var asked) -> {
                require(
                        decided.equals(Optional.of(Decision.ABORT)),
                        "I2: goes back, and it is not decided",
                        here,
                        state);
                requireLimits(asked, state);
            }
            case SagaExecution.State.Stuck(var at) -> checkSeat(state, at);
            case SagaExecution.State.Fencing _,
                    SagaExecution.State.Deciding _,
                    SagaExecution.State.Done _,
                    SagaExecution.State.Undone _ -> {}
        }
    }

    private void requireLimits(SortedMap<String, Asked> asked, State state) {
        asked.forEach((step, what) -> require(
                what.phase() == Phase.ACCEPTED
                        || setup.reporting().contains(step)
                        || what.tries() <= saga.step(step).retries().attempts(),
                "tried more often than granted",
                step,
                state));
    }

    private void checkDecision(State state, Input.Chosen chosen) {
        switch (chosen.decision()) {
            case COMMIT ->
                saga.upToThePivot()
                        .forEach(step -> require(
                                place(state, at(step)).rows() == Evidence.ACTED,
                                "I1, I3: decided forward, and not done",
                                step,
                                state));
            case ABORT ->
                saga.pivot()
                        .map(SagaStep::name)
                        .ifPresent(pivot -> require(
                                place(state, at(pivot)).done() == 0
                                        && !place(state, at(pivot)).running(),
                                "decided backward, and the pivot is done",
                                pivot,
                                state));
        }
    }

    private void checkEnd(State state) {
        require(Integer.bitCount(state.told()) <= 1, "I2: told COMMITTED and ABORTED", state.told(), state);
        require(Integer.bitCount(state.ended()) <= 1, "I2: ended twice", state.ended(), state);
        var decided = chosen(state).map(Input.Chosen::decision);
        for (var decision : Decision.values()) {
            var bit = State.bit(decision);
            require(
                    (state.told() & bit) == 0
                            || decided.equals(Optional.of(decision))
                            || (decision == Decision.COMMIT && saga.recovery() == Saga.Recovery.FORWARD),
                    "I4: told, and not decided",
                    decision,
                    state);
            if ((state.ended() & bit) != 0) {
                for (var step = 0; step < steps.size(); step++) {
                    var place = place(state, step);
                    var whole = decision == Decision.COMMIT
                            ? place.rows() == Evidence.ACTED
                            : !place.running() && place.done() <= place.undone() && !isBegun(place);
                    require(whole, "I1: ended " + decision + ", and not whole", steps.get(step), state);
                }
            }
        }
    }

    private static boolean isBegun(Place place) {
        return place.rows() == Evidence.ACCEPTED || place.rows() == Evidence.ACTED;
    }

    private void require(boolean holds, String broken, Object about, State state) {
        if (!holds) {
            throw new AssertionError(broken + ": " + about + "\n" + describe(state));
        }
    }

    private String describe(State state) {
        var places = new TreeMap<String, Place>();
        steps.forEach(step -> places.put(step, place(state, at(step))));
        return "coordinators %s, owned by %d%nthe register %s%nsteps %s"
                .formatted(state.seats().stream().map(seats::at).toList(), state.owner(), chosen(state), places);
    }
}
