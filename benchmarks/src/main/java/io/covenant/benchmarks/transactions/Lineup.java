package io.covenant.benchmarks.transactions;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.launcher.node.Mark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The contestants by name, and what several of them share, which starts when the first of them needs it.
final class Lineup implements AutoCloseable {

    private static final CommitProtocol TWO_PHASE = CommitProtocol.TWO_PHASE;

    /// The same numbers of nodes in two platforms over one database would take each other's transactions.
    private static final int FIRST = 1;

    private static final int FIRST_WITH_TOKENS = 11;

    private final Databases databases;
    private final Surroundings surroundings;
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private @Nullable Embedded embedded;
    private @Nullable Services services;
    private @Nullable SeataProcesses seata;
    private boolean seataIsMissing;

    Lineup(Databases databases, Surroundings surroundings) {
        this.databases = databases;
        this.surroundings = surroundings;
    }

    /// @param project     the checkout whose services take part
    /// @param state       where processes keep what they need
    /// @param connections in every pool
    /// @param jvmFlags    for the services, behind their own
    /// @param inTurn      whether the services prepare one after the other
    record Surroundings(Path project, Path state, Mark mark, int connections, List<String> jvmFlags, boolean inTurn) {}

    /// Those who run in one tier beside each other.
    enum Tier {
        /// No contestant has a process of its own.
        IN_PROCESS,
        /// Services and coordinators are processes; the floor is the same.
        PROCESSES;

        List<String> contestants() {
            var names = switch (this) {
                case IN_PROCESS ->
                    Stream.of(
                            Stream.of(HandWritten.NAME),
                            inProcess().map(InProcess::name),
                            Stream.of(Narayana.NAME, Atomikos.NAME));
                case PROCESSES ->
                    Stream.of(
                            Stream.of(HandWritten.NAME),
                            Arrays.stream(CommitProtocol.values()).map(OverHttp::name),
                            Stream.of(OverHttp.nameWithTokens(TWO_PHASE)),
                            Arrays.stream(SeataMode.values()).map(SeataProcesses::name));
            };
            return names.flatMap(each -> each).toList();
        }
    }

    private static Stream<CommitProtocol> inProcess() {
        return Arrays.stream(CommitProtocol.values()).filter(protocol -> protocol != CommitProtocol.PAXOS_COMMIT);
    }

    /// @throws IllegalArgumentException if there is none of this name
    static void requireKnown(String name) {
        if (Stream.of(Tier.values()).noneMatch(tier -> tier.contestants().contains(name))) {
            throw new IllegalArgumentException("There is no contestant '%s', but %s."
                    .formatted(
                            name,
                            Stream.of(Tier.values())
                                    .flatMap(tier -> tier.contestants().stream())
                                    .distinct()
                                    .toList()));
        }
    }

    /// Starts one, with all that it needs.
    ///
    /// @throws NotToBeHadException when that cannot be fetched
    Contestant start(String name) throws Exception {
        Contestant contestant = switch (name) {
            case HandWritten.NAME -> new HandWritten(databases, surroundings.connections());
            case Narayana.NAME -> xa(log -> Narayana.start(databases, surroundings.connections(), log), name);
            case Atomikos.NAME -> xa(log -> Atomikos.start(databases, surroundings.connections(), log), name);
            default -> other(name);
        };
        closing.push(contestant::close);
        return contestant;
    }

    private Contestant other(String name) throws Exception {
        Optional<CommitProtocol> called = named(inProcess(), InProcess::name, name);
        if (called.isPresent()) {
            return new InProcess(embedded(), called.get());
        }
        Optional<SeataMode> mode = named(Arrays.stream(SeataMode.values()), SeataProcesses::name, name);
        if (mode.isPresent()) {
            return new Seata(seata(), mode.get());
        }
        Optional<CommitProtocol> asked = named(Arrays.stream(CommitProtocol.values()), OverHttp::name, name);
        return asked.isPresent()
                ? new OverHttp(databases, services(), asked.get(), false, surroundings.inTurn())
                : new OverHttp(databases, services(FIRST_WITH_TOKENS, 1, true), TWO_PHASE, true, surroundings.inTurn());
    }

    private static <T> Optional<T> named(Stream<T> all, Function<T, String> naming, String name) {
        return all.filter(each -> naming.apply(each).equals(name)).findFirst();
    }

    @FunctionalInterface
    private interface Making {
        Xa.Product at(Path log) throws Exception;
    }

    private Contestant xa(Making product, String name) throws Exception {
        Path log = surroundings.state().resolve("servers").resolve(name);
        Files.createDirectories(log);
        return new Xa(product.at(log), log);
    }

    private Embedded embedded() {
        Embedded known = embedded;
        if (known == null) {
            known = new Embedded(databases, surroundings.connections());
            closing.push(known::close);
            embedded = known;
        }
        return known;
    }

    /// Three coordinators, of which Paxos Commit makes use alone: the client asks the first.
    private Services services() throws Exception {
        Services known = services;
        if (known == null) {
            known = services(FIRST, 3, false);
            services = known;
        }
        return known;
    }

    private Services services(int firstNumber, int coordinators, boolean tokens) throws Exception {
        Services started = Services.start(
                databases,
                new Services.Plan(
                        surroundings.project(),
                        surroundings.state(),
                        surroundings.mark(),
                        surroundings.connections(),
                        surroundings.jvmFlags(),
                        firstNumber,
                        coordinators,
                        tokens));
        closing.push(started::close);
        return started;
    }

    private SeataProcesses seata() throws Exception {
        SeataProcesses known = seata;
        if (known == null) {
            if (seataIsMissing) {
                throw new NotToBeHadException("see above");
            }
            seataIsMissing = true;
            known = SeataProcesses.start(
                    databases,
                    SeataLibrary.fetched(surroundings.project()),
                    surroundings.state().resolve("seata"),
                    surroundings.mark(),
                    surroundings.connections());
            closing.push(known::close);
            seata = known;
        }
        return known;
    }

    /// Ends all of them, the last to start first.
    @Override
    public void close() {
        closing.forEach(Runnable::run);
    }
}
