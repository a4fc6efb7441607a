package io.covenant.transactions.paxoscommit;

import io.covenant.simulation.Explorer;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.paxoscommit.PaxosCommit.Effect;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.simulated.Numbered;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// One transaction in a world small enough that everything that can happen to it can be tried.
///
/// Three acceptors, one or two branches, a leader that begins and one that takes over at any time. Whatever was
/// sent may arrive at any later time, any number of times, or never; what an acceptor answers or reports is
/// heard at once or never, and then it may be asked again. Leaders die, the deadline passes, acceptors lose the
/// votes that they only gathered, branches refuse. Leaders and acceptors are the production cores; a branch is
/// what its database holds.
final class SmallWorld implements Explorer.Moves<SmallWorld.State> {

    /// @param claimed  whether the leader that begins has to ask first, since a client chose the id
    /// @param expiring whether its deadline may pass and branches may refuse, so that it goes one ballot higher
    record Setup(int branches, boolean claimed, boolean expiring) {}

    /// The whole world in numbers, since there will be many.
    ///
    /// @param leaders   where each leader stands, or that it is not there
    /// @param acceptors what each acceptor has in memory and on disk
    /// @param branches  what each branch's database holds
    /// @param mail      all that was ever sent and may still be heeded, one bit for each letter
    /// @param answered  what clients were told, one bit for each decision
    record State(List<Integer> leaders, List<Integer> acceptors, List<Branch> branches, BigInteger mail, int answered) {

        private State withLeader(int leader, int now) {
            return new State(with(leaders, leader, now), acceptors, branches, mail, answered);
        }

        private State withAcceptor(int acceptor, int now) {
            return new State(leaders, with(acceptors, acceptor, now), branches, mail, answered);
        }

        private State withBranch(int branch, Branch now) {
            return new State(leaders, acceptors, with(branches, branch, now), mail, answered);
        }

        private State withMail(BigInteger now) {
            return new State(leaders, acceptors, branches, now, answered);
        }

        private State withAnswered(int now) {
            return new State(leaders, acceptors, branches, mail, now);
        }

        private static <T> List<T> with(List<T> some, int at, T now) {
            var copy = new ArrayList<>(some);
            copy.set(at, now);
            return List.copyOf(copy);
        }
    }

    /// What the database of a branch holds.
    enum Branch {
        UNTOUCHED,
        PREPARED,
        COMMITTED,
        FENCED
    }

    /// Memory and disk of an acceptor.
    record Place(PaxosAcceptor.State memory, PaxosAcceptor.State disk) {}

    /// Everything that is sent.
    sealed interface Letter {
        record Asked(int acceptor, int leader, Request request) implements Letter {}

        record Prepare(int branch, Ballot ballot, Plan plan) implements Letter {}

        record Refused(int branch) implements Letter {}

        record Tell(int branch, Decision decision) implements Letter {}
    }

    /// Something numbered, under other names of the acceptors.
    private record Named(int number, List<Integer> order) {}

    private static final List<List<Integer>> ORDERS = List.of(
            List.of(0, 1, 2), List.of(0, 2, 1), List.of(1, 0, 2), List.of(1, 2, 0), List.of(2, 0, 1), List.of(2, 1, 0));
    private static final int NOBODY = -1;
    private static final int LAST_ROUND = 1;
    private static final List<BranchId> IDS = List.of(Samples.A, Samples.B);

    private final Setup setup;
    private final Plan plan;
    private final Set<PlantedBug> bugs;
    private final PaxosCommit beginnings = new PaxosCommit(Samples.ACCEPTORS);
    private final Protocol<PaxosCommit.State, Input, Effect> leader;
    private final Protocol<PaxosAcceptor.State, Request, PaxosAcceptor.Effect> acceptor;
    private final Numbered<Optional<PaxosCommit.State>> leaders = new Numbered<>();
    private final Numbered<Place> places = new Numbered<>();
    private final Numbered<Letter> letters = new Numbered<>();
    private final Map<Named, Integer> leaderNames = new HashMap<>();
    private final Map<Named, Integer> letterNames = new HashMap<>();

    SmallWorld(Setup setup, Set<PlantedBug> bugs) {
        this.setup = setup;
        this.bugs = bugs;
        this.leader = PlantedCores.leader(Samples.ACCEPTORS, bugs);
        this.acceptor = PlantedCores.acceptor(bugs);
        var services = new TreeMap<BranchId, String>();
        IDS.subList(0, setup.branches()).forEach(branch -> services.put(branch, branch.name()));
        this.plan = new Plan(services);
    }

    /// The first leader has sent what it sends first.
    State start() {
        var blank = places.of(new Place(new PaxosAcceptor.State.Blank(), new PaxosAcceptor.State.Blank()));
        var nobody = leaders.of(Optional.empty());
        var nothing = new State(
                List.of(nobody, nobody),
                List.of(blank, blank, blank),
                IDS.subList(0, setup.branches()).stream()
                        .map(branch -> Branch.UNTOUCHED)
                        .toList(),
                BigInteger.ZERO,
                0);
        return lead(
                nothing,
                0,
                setup.claimed() && !bugs.contains(PlantedBug.BEGUN_UNCLAIMED)
                        ? beginnings.begin(ballot(0, 1), plan)
                        : beginnings.beginNamed(ballot(0, 0), plan));
    }

    private Ballot ballot(int leader, long round) {
        return Samples.ballot(round, leader == 0 || bugs.contains(PlantedBug.BALLOT_SHARED) ? "p" : "q");
    }

    // What can happen

    @Override
    public void from(State state, BiConsumer<Supplier<String>, State> into) {
        BiConsumer<Supplier<String>, State> heeded =
                (name, next) -> into.accept(name, renamed(withoutIdleLetters(next)));
        for (var letter = 0; letter < state.mail().bitLength(); letter++) {
            if (state.mail().testBit(letter)) {
                deliver(state, letters.at(letter), heeded);
            }
        }
        atLeader(state, 0, heeded);
        atLeader(state, 1, heeded);
        for (var at = 0; at < state.acceptors().size(); at++) {
            var here = at;
            var place = places.at(state.acceptors().get(at));
            heeded.accept(
                    () -> "acceptor " + here + " restarts",
                    state.withAcceptor(at, places.of(new Place(place.disk(), place.disk()))));
        }
    }

    /// Drops letters to leaders that will never heed them: they would only tell equal worlds apart.
    private State withoutIdleLetters(State state) {
        var mail = state.mail();
        for (var letter = mail.getLowestSetBit(); letter >= 0 && letter < mail.bitLength(); letter++) {
            if (mail.testBit(letter) && !isHeeded(state, letters.at(letter))) {
                mail = mail.clearBit(letter);
            }
        }
        return mail.equals(state.mail()) ? state : state.withMail(mail);
    }

    private boolean isHeeded(State state, Letter letter) {
        return switch (letter) {
            case Letter.Asked(var at, var from, var request) -> {
                var place = places.at(state.acceptors().get(at));
                var asked = ask(state, at, from, request);
                yield !place.memory().equals(place.disk())
                        || !asked.state().equals(state)
                        || asked.heard()
                                .map(input -> isHeard(state, asked.leader(), input))
                                .orElse(false);
            }
            case Letter.Refused(var branch) -> isHeard(state, 0, new Input.Refused(IDS.get(branch)));
            case Letter.Prepare prepare ->
                switch (state.branches().get(prepare.branch())) {
                    case UNTOUCHED -> true;
                    case FENCED -> setup.expiring() && isHeard(state, 0, new Input.Refused(IDS.get(prepare.branch())));
                    case PREPARED, COMMITTED -> votes(prepare).stream().anyMatch(vote -> isHeeded(state, vote));
                };
            case Letter.Tell(var branch, var decision) ->
                state.branches().get(branch) != (decision == Decision.COMMIT ? Branch.COMMITTED : Branch.FENCED);
        };
    }

    private boolean isHeard(State state, int who, Input input) {
        return leaderAt(state, who)
                .map(standing -> !leader.on(standing, input).equals(Step.<PaxosCommit.State, Effect>stay(standing)))
                .orElse(false);
    }

    // Acceptors are alike: of the worlds that differ only in their names, one is enough

    private State renamed(State state) {
        return ORDERS.stream()
                .filter(order -> isSorted(permuted(state.acceptors(), order)))
                .map(order -> new State(
                        state.leaders().stream()
                                .map(leader ->
                                        leaderNames.computeIfAbsent(new Named(leader, order), this::renamedLeader))
                                .toList(),
                        permuted(state.acceptors(), order),
                        state.branches(),
                        renamedMail(state.mail(), order),
                        state.answered()))
                .min(SmallWorld::compare)
                .orElseThrow();
    }

    private static boolean isSorted(List<Integer> numbers) {
        return numbers.get(0) <= numbers.get(1) && numbers.get(1) <= numbers.get(2);
    }

    private static int compare(State one, State other) {
        for (var leader = 0; leader < one.leaders().size(); leader++) {
            var order = one.leaders().get(leader).compareTo(other.leaders().get(leader));
            if (order != 0) {
                return order;
            }
        }
        return one.mail().compareTo(other.mail());
    }

    /// What stood at `order.get(n)` stands at `n` then.
    private static <T> List<T> permuted(List<T> some, List<Integer> order) {
        return order.stream().map(some::get).toList();
    }

    private BigInteger renamedMail(BigInteger mail, List<Integer> order) {
        var renamed = BigInteger.ZERO;
        for (var letter = mail.getLowestSetBit(); letter >= 0 && letter < mail.bitLength(); letter++) {
            if (mail.testBit(letter)) {
                renamed = renamed.setBit(letterNames.computeIfAbsent(new Named(letter, order), this::renamedLetter));
            }
        }
        return renamed;
    }

    private int renamedLetter(Named named) {
        return letters.of(
                switch (letters.at(named.number())) {
                    case Letter.Asked(var at, var from, var request) ->
                        new Letter.Asked(named.order().indexOf(at), from, request);
                    case Letter.Prepare prepare -> prepare;
                    case Letter.Refused refused -> refused;
                    case Letter.Tell tell -> tell;
                });
    }

    private int renamedLeader(Named named) {
        return leaders.of(leaders.at(named.number()).map(standing -> switch (standing) {
            case PaxosCommit.State.Claiming(var ballot, var wanted, var promised, var forgotten) ->
                new PaxosCommit.State.Claiming(ballot, wanted, renamed(promised, named.order()), forgotten);
            case PaxosCommit.State.Voting(var ballot, var branches, var took) ->
                new PaxosCommit.State.Voting(ballot, branches, renamed(took, named.order()));
            case PaxosCommit.State.Proposing(var ballot, var outcome, var took, var forgotten) -> {
                var names = new TreeSet<String>();
                took.forEach(acceptor -> names.add(renamed(acceptor, named.order())));
                yield new PaxosCommit.State.Proposing(ballot, outcome, names, forgotten);
            }
            case PaxosCommit.State.Outbid outbid -> outbid;
            case PaxosCommit.State.Telling telling -> telling;
            case PaxosCommit.State.Finished finished -> finished;
            case PaxosCommit.State.Gone gone -> gone;
        }));
    }

    private static <T> SortedMap<String, T> renamed(SortedMap<String, T> byAcceptor, List<Integer> order) {
        var names = new TreeMap<String, T>();
        byAcceptor.forEach((acceptor, what) -> names.put(renamed(acceptor, order), what));
        return names;
    }

    private static String renamed(String acceptor, List<Integer> order) {
        return Samples.ACCEPTORS.get(order.indexOf(Samples.ACCEPTORS.indexOf(acceptor)));
    }

    // Leaders

    private void atLeader(State state, int who, BiConsumer<Supplier<String>, State> into) {
        var standing = leaderAt(state, who);
        if (standing.isEmpty()) {
            if (who == 1) {
                into.accept(() -> "leader 1 takes over", lead(state, 1, beginnings.takeOver(ballot(1, 1))));
            }
            return;
        }
        into.accept(() -> "leader " + who + " dies", state.withLeader(who, leaders.of(DEAD)));
        if (setup.expiring()) {
            hear(state, who, new Input.Expired(), into);
        }
        if (standing.get() instanceof PaxosCommit.State.Outbid(var next, var _) && next.round() <= LAST_ROUND) {
            hear(state, who, new Input.Retry(), into);
        }
    }

    /// A leader that is no more.
    private static final Optional<PaxosCommit.State> DEAD = Optional.of(new PaxosCommit.State.Gone());

    private void deliver(State state, Letter letter, BiConsumer<Supplier<String>, State> into) {
        switch (letter) {
            case Letter.Asked(var at, var from, var request) -> {
                var asked = ask(state, at, from, request);
                into.accept(() -> "acceptor " + at + " is asked " + request + ", and nobody hears", asked.state());
                asked.heard().ifPresent(input -> hear(asked.state(), asked.leader(), input, into));
            }
            case Letter.Refused(var branch) -> hear(state, 0, new Input.Refused(IDS.get(branch)), into);
            case Letter.Prepare prepare -> prepare(state, prepare, into);
            case Letter.Tell(var branch, var decision) -> tell(state, branch, decision, into);
        }
    }

    private void hear(State state, int who, Input input, BiConsumer<Supplier<String>, State> into) {
        leaderAt(state, who)
                .ifPresent(standing -> into.accept(
                        () -> "leader " + who + " hears " + input, lead(state, who, leader.on(standing, input))));
    }

    private void prepare(State state, Letter.Prepare prepare, BiConsumer<Supplier<String>, State> into) {
        var branch = prepare.branch();
        switch (state.branches().get(branch)) {
            case UNTOUCHED -> {
                into.accept(
                        () -> "branch " + branch + " prepares",
                        cast(state.withBranch(branch, Branch.PREPARED), prepare));
                refuse(state, branch, into);
            }
            case PREPARED, COMMITTED -> into.accept(() -> "branch " + branch + " votes again", cast(state, prepare));
            case FENCED -> refuse(state, branch, into);
        }
    }

    private void refuse(State state, int branch, BiConsumer<Supplier<String>, State> into) {
        if (setup.expiring()) {
            into.accept(() -> "branch " + branch + " refuses", mail(state, new Letter.Refused(branch)));
        }
    }

    private State cast(State state, Letter.Prepare prepare) {
        var after = state;
        for (var vote : votes(prepare)) {
            after = mail(after, vote);
        }
        return after;
    }

    private static List<Letter> votes(Letter.Prepare prepare) {
        var vote = new Request.Cast(prepare.ballot(), prepare.plan(), IDS.get(prepare.branch()));
        return IntStream.range(0, Samples.ACCEPTORS.size())
                .<Letter>mapToObj(at -> new Letter.Asked(at, NOBODY, vote))
                .toList();
    }

    private void tell(State state, int branch, Decision decision, BiConsumer<Supplier<String>, State> into) {
        var before = state.branches().get(branch);
        require(
                !(decision == Decision.COMMIT && (before == Branch.UNTOUCHED || before == Branch.FENCED))
                        && !(decision == Decision.ABORT && before == Branch.COMMITTED),
                "I1: a branch is told what it cannot do",
                decision,
                state);
        var after = decision == Decision.COMMIT ? Branch.COMMITTED : Branch.FENCED;
        into.accept(() -> decision + " told to branch " + branch, state.withBranch(branch, after));
    }

    // What leaders and acceptors ask for

    private State lead(State state, int who, Step<PaxosCommit.State, Effect> step) {
        var after = state.withLeader(who, leaders.of(Optional.of(step.next())));
        for (var effect : step.effects()) {
            after = switch (effect) {
                case Effect.Ask(var _, Request.Close _) -> after;
                case Effect.Ask(var to, var request) ->
                    mail(after, new Letter.Asked(Samples.ACCEPTORS.indexOf(to), who, request));
                case Effect.Prepare(var to, var ballot, var branches) ->
                    mail(after, new Letter.Prepare(IDS.indexOf(to), ballot, branches));
                case Effect.Tell(var to, var _, var decision) ->
                    mail(after, new Letter.Tell(IDS.indexOf(to), decision));
                case Effect.Answer(var outcome) -> after.withAnswered(after.answered() | bit(outcome.decision()));
                case Effect.GiveUp _ -> after;
            };
        }
        return after;
    }

    /// What an acceptor did when it was asked, and who hears what of it.
    private record Asked(State state, int leader, Optional<Input> heard) {}

    private Asked ask(State state, int at, int from, Request request) {
        var place = places.at(state.acceptors().get(at));
        var step = acceptor.on(place.memory(), request);
        var disk = place.disk();
        var leader = from;
        Optional<Input> heard = Optional.empty();
        for (var effect : step.effects()) {
            switch (effect) {
                case PaxosAcceptor.Effect.Keep(var kept, var _) -> disk = kept;
                case PaxosAcceptor.Effect.Answer(var reply) -> {
                    if (from != NOBODY) {
                        heard = Optional.of(new Input.Heard(Samples.ACCEPTORS.get(at), reply));
                    }
                }
                case PaxosAcceptor.Effect.Report(var took) -> {
                    leader = 0;
                    heard = Optional.of(new Input.Heard(Samples.ACCEPTORS.get(at), took));
                }
            }
        }
        return new Asked(state.withAcceptor(at, places.of(new Place(step.next(), disk))), leader, heard);
    }

    private State mail(State state, Letter letter) {
        return state.withMail(state.mail().setBit(letters.of(letter)));
    }

    private Optional<PaxosCommit.State> leaderAt(State state, int who) {
        return leaders.at(state.leaders().get(who));
    }

    private static int bit(Decision decision) {
        return switch (decision) {
            case COMMIT -> 1;
            case ABORT -> 2;
        };
    }

    // What must hold

    /// In every state.
    void check(State state) {
        require(state.answered() != 3, "I2: two outcomes are learned", state.answered(), state);
        var committed = state.branches().contains(Branch.COMMITTED);
        var undone =
                state.branches().stream().anyMatch(branch -> branch == Branch.FENCED || branch == Branch.UNTOUCHED);
        require(!(committed && undone), "I1: one branch committed, the other is not prepared", "", state);
        require(
                (state.answered() & bit(Decision.COMMIT)) == 0 || !undone,
                "I3: COMMIT is learned, and a branch is not prepared",
                "",
                state);
    }

    private void require(boolean holds, String broken, Object about, State state) {
        if (!holds) {
            throw new AssertionError("%s: %s%n%s".formatted(broken, about, describe(state)));
        }
    }

    private Map<String, Object> describe(State state) {
        return new TreeMap<>(Map.of(
                "leaders", state.leaders().stream().map(leaders::at).toList(),
                "acceptors", state.acceptors().stream().map(places::at).toList(),
                "branches", state.branches()));
    }
}
