package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Limits;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.namespace.Timers;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A primary with a state, a log and a majority that answer when they are told to.
final class Desk {

    static final long TTL = 10_000;
    static final PrimarySettings SETTINGS = PrimarySettings.standard();

    private final PrimarySettings settings;
    final Namespace namespace = new Namespace(Limits.standard(), 1_000);
    final Deque<Effect.Propose> proposals = new ArrayDeque<>();
    final Deque<Effect.Confirm> rounds = new ArrayDeque<>();
    final Deque<Effect.Find> searches = new ArrayDeque<>();
    final List<Command> proposed = new ArrayList<>();
    private final Deque<Effect> chores = new ArrayDeque<>();
    private final Map<Long, Answer> answers = new HashMap<>();
    private final Map<Long, Long> numbers = new HashMap<>();

    Primary primary;
    long term;
    private long nanos = -5_000_000_000L;
    private long index;
    private long tickets;

    Desk() {
        this(SETTINGS);
    }

    Desk(PrimarySettings settings) {
        this.settings = settings;
        primary = new Primary(settings, nanos);
    }

    /// The log goes on after this index.
    void begins(long at) {
        index = at;
    }

    static Desk leading() {
        var desk = new Desk();
        desk.elect();
        return desk;
    }

    /// Another node takes over with the same state, or this one once more.
    void elect() {
        lead();
        settle();
    }

    /// Another node takes over, and nothing has been done for it yet.
    void lead() {
        primary = new Primary(settings, nanos);
        proposals.clear();
        rounds.clear();
        searches.clear();
        on(new Input.Became(true, ++term, "lock-1"));
    }

    void depose(@Nullable String leader) {
        on(new Input.Became(false, ++term, leader));
    }

    void on(Input input) {
        take(primary.on(nanos, input));
    }

    private void take(List<Effect> effects) {
        for (var effect : effects) {
            switch (effect) {
                case Effect.Propose propose -> {
                    proposals.add(propose);
                    proposed.add(propose.command());
                }
                case Effect.Confirm confirm -> rounds.add(confirm);
                case Effect.Find find -> searches.add(find);
                case Effect.Arm _, Effect.Collect _ -> chores.add(effect);
                case Effect.Tell(var ticket, var answer) -> {
                    if (answers.put(ticket, answer) != null) {
                        throw new AssertionError("ticket " + ticket + " is answered twice");
                    }
                }
            }
        }
    }

    // ---- what the surroundings do

    void chores() {
        while (!chores.isEmpty()) {
            switch (chores.remove()) {
                case Effect.Arm(var wanted) ->
                    on(new Input.Armed(
                            wanted,
                            namespace.epoch(),
                            namespace.timeMillis(),
                            namespace.timers().arm(SETTINGS.grace().toMillis()),
                            nextDue()));
                case Effect.Collect(var at, var atMost) ->
                    on(new Input.Due(namespace.timers().due(at, atMost)));
                case Effect.Propose _, Effect.Confirm _, Effect.Find _, Effect.Tell _ ->
                    throw new AssertionError("no chore");
            }
        }
    }

    private long nextDue() {
        return namespace.timers().next().map(Timers.Due::atMillis).orElse(Input.NOTHING_DUE);
    }

    /// Commits and applies the oldest proposal; what became of it is told by [#tell].
    Done commit() {
        var proposal = proposals.remove();
        var result = namespace.apply(++index, proposal.timeMillis(), proposal.command());
        on(new Input.Applied(result, nextDue()));
        return new Done(proposal.proposal(), result);
    }

    record Done(long proposal, Result result) {}

    void tell(Done done) {
        on(new Input.Proposed(done.proposal(), new Fate.Done(term, done.result())));
    }

    void refuse(Fate fate) {
        on(new Input.Proposed(proposals.remove().proposal(), fate));
    }

    void confirm() {
        on(new Input.Confirmed(rounds.remove().round(), new Standing.Leads(term)));
    }

    void find() {
        var search = searches.remove();
        on(new Input.Found(
                search.ticket(),
                namespace.session(search.session()).isPresent(),
                namespace.index(),
                new Standing.Leads(term)));
    }

    /// Everything goes well until nothing is open.
    void settle() {
        while (!chores.isEmpty() || !proposals.isEmpty() || !rounds.isEmpty() || !searches.isEmpty()) {
            chores();
            if (!proposals.isEmpty()) {
                tell(commit());
            } else if (!rounds.isEmpty()) {
                confirm();
            } else if (!searches.isEmpty()) {
                find();
            }
        }
    }

    /// Time passes, and everything goes well meanwhile.
    void pass(long millis) {
        long until = nanos + Duration.ofMillis(millis).toNanos();
        for (var next = primary.deadline(); next < until; next = primary.deadline()) {
            nanos = Math.max(nanos, next);
            on(new Input.Tick());
            settle();
        }
        nanos = until;
        on(new Input.Tick());
        settle();
    }

    /// Time passes, and nobody tells the primary.
    void standStill(long millis) {
        nanos += Duration.ofMillis(millis).toNanos();
    }

    // ---- what clients do

    long ask(Command command, long patienceMillis) {
        on(new Input.Ask(++tickets, command, patienceMillis));
        return tickets;
    }

    Answer askAndSettle(Command command) {
        var ticket = ask(command, 0);
        settle();
        return answer(ticket);
    }

    long open() {
        return ((Reply.SessionOpened) replied(askAndSettle(new Command.OpenSession("test", "", TTL)))).session();
    }

    Command.Origin origin(long session) {
        return new Command.Origin(session, numbers.merge(session, 1L, Long::sum), 0);
    }

    Command.Acquire acquire(long session, String name, long waitMillis) {
        return new Command.Acquire(
                origin(session),
                0,
                List.of(io.covenant.locks.namespace.Want.exclusive(name)),
                waitMillis,
                0,
                io.covenant.locks.namespace.Content.EMPTY);
    }

    long hold(long session, String name) {
        var granted = (Reply.Granted) replied(askAndSettle(acquire(session, name, 0)));
        return granted.grants().getFirst().token();
    }

    long keepAlive(long session) {
        return keepAlive(session, 0);
    }

    long keepAlive(long session, long ackUpTo) {
        on(new Input.Renew(++tickets, session, ackUpTo));
        return tickets;
    }

    /// In one step.
    List<Long> keepAlives(long... sessions) {
        var inputs = new ArrayList<Input>();
        var given = new ArrayList<Long>();
        for (long session : sessions) {
            given.add(++tickets);
            inputs.add(new Input.Renew(tickets, session, 0));
        }
        take(primary.on(nanos, inputs));
        return given;
    }

    boolean answered(long ticket) {
        return answers.containsKey(ticket);
    }

    Answer answer(long ticket) {
        return Objects.requireNonNull(answers.get(ticket), () -> "ticket " + ticket + " is not answered");
    }

    Reply reply(long ticket) {
        return replied(answer(ticket));
    }

    static Reply replied(Answer answer) {
        return ((Answer.Replied) answer).reply();
    }

    boolean lives(long session) {
        return namespace.session(session).isPresent();
    }

    long remaining(long session) {
        return primary.remainingMillis(nanos, session).orElse(-1);
    }
}
