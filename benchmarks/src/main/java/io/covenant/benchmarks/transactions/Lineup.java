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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The contestants by name, and what several of them share, which starts when the first of them needs it.
final class Lineup implements AutoCloseable {

    private static final CommitProtocol TWO_PHASE = CommitProtocol.TWO_PHASE;

    /// The same numbers of nodes in two platforms over one database would take each other's transactions.
    private static final int FIRST = 1;

    private static final int FIRST_WITH_TOKENS = 11;

    private final Servers servers;
    private final Surroundings surroundings;
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private @Nullable Embedded embedded;
    private @Nullable Services services;

    Lineup(Servers servers, Surroundings surroundings) {
        this.servers = servers;
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
                            Stream.of(OverHttp.nameWithTokens(TWO_PHASE)));
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
    Contestant start(String name) throws Exception {
        Contestant contestant = switch (name) {
            case HandWritten.NAME -> new HandWritten(servers, surroundings.connections());
            case Narayana.NAME -> xa(log -> new Narayana(servers, surroundings.connections(), log), name);
            case Atomikos.NAME -> xa(log -> new Atomikos(servers, surroundings.connections(), log), name);
            default -> ours(name);
        };
        closing.push(contestant::close);
        return contestant;
    }

    private Contestant ours(String name) throws Exception {
        Optional<CommitProtocol> called = inProcess()
                .filter(protocol -> InProcess.name(protocol).equals(name))
                .findFirst();
        if (called.isPresent()) {
            return new InProcess(embedded(), called.get());
        }
        if (name.equals(OverHttp.nameWithTokens(TWO_PHASE))) {
            return new OverHttp(servers, services(FIRST_WITH_TOKENS, 1, true), TWO_PHASE, true, surroundings.inTurn());
        }
        CommitProtocol asked = Arrays.stream(CommitProtocol.values())
                .filter(protocol -> OverHttp.name(protocol).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name));
        return new OverHttp(servers, services(), asked, false, surroundings.inTurn());
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
            known = new Embedded(servers, surroundings.connections());
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
                servers,
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

    /// Ends all of them, the last to start first.
    @Override
    public void close() {
        closing.forEach(Runnable::run);
    }
}
