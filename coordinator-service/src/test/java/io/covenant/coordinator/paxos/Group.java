package io.covenant.coordinator.paxos;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.acceptor.DurableAcceptor;
import io.covenant.coordinator.transaction.Participants.Preparation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.TransactionListener;
import io.covenant.coordinator.transaction.TransactionSettings;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import io.covenant.transactions.wire.PaxosPart;
import io.covenant.transactions.wire.PlannedBranch;
import io.covenant.transactions.wire.TransactionResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Three coordinators in one process, each with its directory, and services that bring their votes to all of them.
final class Group implements AutoCloseable {

    static final Map<String, URI> MEMBERS = Map.of(
            "coordinator-1", URI.create("http://127.0.0.1:1"),
            "coordinator-2", URI.create("http://127.0.0.1:2"),
            "coordinator-3", URI.create("http://127.0.0.1:3"));

    final ModelParticipants services = new ModelParticipants("orders", "inventory");

    private final Path directory;
    private final Map<String, Node> nodes = new ConcurrentHashMap<>();
    private volatile boolean votesAreLost;

    Group(Path directory) throws IOException {
        this.directory = directory;
        services.onPrepare(this::prepare);
        for (var name : MEMBERS.keySet()) {
            start(name);
        }
        for (var node : nodes.values()) {
            node.admission.start();
        }
    }

    /// One coordinator.
    record Node(
            PaxosParts parts, Leaders leaders, PaxosTransactions transactions, Admission admission, Janitor janitor) {}

    Node start(String name) throws IOException {
        return start(name, directory.resolve(name));
    }

    Node start(String name, Path data) throws IOException {
        return start(name, data, PaxosSettings.of(MEMBERS, data));
    }

    /// Whose leaders never try anything a second time by themselves.
    Node startPatient(String name) throws IOException {
        var data = directory.resolve(name);
        var usual = PaxosSettings.of(MEMBERS, data);
        var never = Duration.ofHours(1);
        return start(
                name,
                data,
                new PaxosSettings(
                        usual.members(),
                        data,
                        usual.keep(),
                        usual.remembered(),
                        usual.unfinished(),
                        never,
                        never,
                        usual.patience()));
    }

    private Node start(String name, Path data, PaxosSettings settings) throws IOException {
        var timers = new ScheduledThreadPoolExecutor(1);
        var acceptor = DurableAcceptor.open(
                data,
                name,
                settings.acceptors(),
                DurableAcceptor.Options.standard(),
                new Random()::nextLong,
                System::nanoTime,
                _ -> {},
                _ -> {});
        Executor workers = task -> Thread.ofVirtual().start(task);
        var parts = new PaxosParts(
                name,
                settings,
                TransactionSettings.defaults(),
                acceptor,
                new Wires(name),
                services,
                TransactionListener.NONE,
                CrashPoints.none(),
                Set::of,
                workers,
                timers,
                InstantSource.system(),
                System::nanoTime,
                new Random());
        var leaders = new Leaders(parts);
        var admission = new Admission(parts);
        var node = new Node(
                parts,
                leaders,
                new PaxosTransactions(parts, leaders, admission),
                admission,
                new Janitor(parts, leaders));
        nodes.put(name, node);
        return node;
    }

    Node node(String name) {
        var node = nodes.get(name);
        if (node == null) {
            throw new IllegalStateException(name + " does not run");
        }
        return node;
    }

    /// As kill -9 does, but for the process; what it has on disk stays.
    void kill(String name) {
        var node = nodes.remove(name);
        if (node != null) {
            end(node);
        }
    }

    private static void end(Node node) {
        node.parts.timers().shutdownNow();
        node.janitor.stop();
        try {
            node.parts.acceptor().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Has votes not arrive anywhere.
    void loseVotes(boolean lost) {
        votesAreLost = lost;
    }

    PrepareAnswer prepare(Preparation preparation) {
        var answer = services.askHonestly(preparation.asking(), preparation.branch());
        if (answer instanceof PrepareAnswer.Voted(Vote.Yes _, var _)) {
            cast(preparation);
        }
        return answer;
    }

    /// What the starter does with the part of the request that is for it.
    private void cast(Preparation preparation) {
        var more = "{" + preparation.more().substring(0, preparation.more().length() - 1) + "}";
        var paxos = JsonMapper.shared()
                .treeToValue(JsonMapper.shared().readTree(more).path("paxos"), PaxosPart.class);
        if (votesAreLost) {
            return;
        }
        for (var node : nodes.values()) {
            to(
                    node,
                    () -> node.leaders.askHere(
                            preparation.branch().transaction(),
                            new Request.Cast(paxos.ballot(), PlannedBranch.plan(paxos.plan()), preparation.branch()),
                            _ -> {}));
        }
    }

    private static void to(@Nullable Node node, Runnable message) {
        if (node != null) {
            try {
                message.run();
            } catch (IllegalStateException notAdmittedOrGone) {
                return;
            }
        }
    }

    /// What each coordinator that runs has recorded.
    List<TransactionResource> views() {
        return nodes.values().stream()
                .flatMap(node -> node.leaders.views().stream())
                .toList();
    }

    @Override
    public void close() {
        new HashSet<>(nodes.keySet()).forEach(this::kill);
    }

    /// From one coordinator to the others that run.
    private final class Wires implements Peers {

        private final String from;

        Wires(String from) {
            this.from = from;
        }

        private boolean isUp() {
            return nodes.containsKey(from);
        }

        @Override
        public void ask(String acceptor, TransactionId id, Request request, Consumer<Reply> onReply) {
            Thread.ofVirtual().start(() -> {
                var node = nodes.get(acceptor);
                if (node != null && isUp()) {
                    to(
                            node,
                            () -> node.leaders.askHere(id, request, reply -> {
                                if (isUp()) {
                                    reply.ifPresent(onReply);
                                }
                            }));
                }
            });
        }

        @Override
        public void report(String leader, TransactionId id, Reply.Took took) {
            var node = nodes.get(leader);
            if (node != null && isUp()) {
                node.leaders.heard(from, id, took);
            }
        }

        @Override
        public Set<TransactionId> led(Collection<TransactionId> ids) {
            var led = new HashSet<TransactionId>();
            new TreeMap<>(nodes).forEach((name, node) -> {
                if (!name.equals(from)) {
                    led.addAll(node.leaders.among(ids));
                }
            });
            return led;
        }

        @Override
        public List<TransactionResource> shown(TransactionId id) {
            return others().flatMap(node -> node.leaders.view(id).stream()).toList();
        }

        @Override
        public List<TransactionResource> recent() {
            return others().flatMap(node -> node.leaders.views().stream()).toList();
        }

        private Stream<Node> others() {
            return new TreeMap<>(nodes)
                    .entrySet().stream()
                            .filter(entry -> !entry.getKey().equals(from))
                            .map(Map.Entry::getValue);
        }

        @Override
        public Introduction introduce(String member, long disk) {
            var node = nodes.get(member);
            if (node == null) {
                return Introduction.UNANSWERED;
            }
            try {
                return node.parts.acceptor().meets(from, disk) ? Introduction.BELIEVED : Introduction.DISBELIEVED;
            } catch (IOException e) {
                return Introduction.UNANSWERED;
            }
        }
    }

    static Duration soon() {
        return Duration.ofSeconds(30);
    }
}
