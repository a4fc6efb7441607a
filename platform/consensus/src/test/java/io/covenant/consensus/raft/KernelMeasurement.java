package io.covenant.consensus.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How many commands a second three kernels agree on in one thread, with disks and a network that take no
/// time. Run by hand:
///
/// `java -cp target/classes:target/test-classes io.covenant.consensus.raft.KernelMeasurement`
final class KernelMeasurement {

    private static final int COMMANDS = 300_000;
    private static final int ROUNDS = 6;

    private final Map<NodeId, Raft> rafts = new TreeMap<>();
    private final Deque<Envelope> network = new ArrayDeque<>();
    private final NodeId leader = NodeId.founder("a");
    private final @Nullable MessageCodec codec;
    private long nanos;
    private long committed;

    private KernelMeasurement(boolean coded) {
        codec = coded ? MessageCodec.of(Settings.standard()) : null;
        var members = Members.of(leader, NodeId.founder("b"), NodeId.founder("c"));
        for (var node : members.voters()) {
            var durable = Durable.founding(1, members);
            rafts.put(node, new Raft(node, Settings.standard(), durable, bound -> 0, moment()));
        }
        nanos += Settings.standard().electionTimeout().toNanos();
        step(leader, List.of(new Input.Tick()));
        settle();
    }

    public static void main(String[] arguments) {
        System.out.printf("| commands at once | messages | commands/s |%n|---|---|---|%n");
        for (var coded : List.of(false, true)) {
            for (var batch : List.of(1, 8, 64)) {
                var best = 0.0;
                for (var round = 0; round < ROUNDS; round++) {
                    best = Math.max(best, new KernelMeasurement(coded).run(batch));
                }
                System.out.printf("| %d | %s | %,.0f |%n", batch, coded ? "as bytes" : "as they are", best);
            }
        }
    }

    private double run(int batch) {
        var command = new byte[64];
        var before = committed;
        var began = System.nanoTime();
        for (var done = 0; done < COMMANDS; done += batch) {
            nanos += 10_000;
            var inputs = new ArrayList<Input>(batch);
            for (var i = 0; i < batch; i++) {
                inputs.add(new Input.Propose(done + i, command));
            }
            if (done % 1_000 < batch) {
                inputs.add(new Input.Tick());
            }
            step(leader, inputs);
            settle();
        }
        return (committed - before) * 1e9 / (System.nanoTime() - began);
    }

    private void settle() {
        while (!network.isEmpty()) {
            var envelope = network.remove();
            step(envelope.to(), List.of(new Input.Receive(envelope)));
        }
    }

    private void step(NodeId node, List<Input> inputs) {
        var raft = Objects.requireNonNull(rafts.get(node));
        var written = 0L;
        for (var effect : raft.on(moment(), inputs)) {
            switch (effect) {
                case Effect.SaveState(var write, var _) -> written = write;
                case Effect.Append(var write, var _) -> written = write;
                case Effect.Send(var envelope) ->
                    network.add(codec == null ? envelope : codec.decode(codec.encode(envelope)));
                case Effect.Commit(var entries) -> committed += node.equals(leader) ? entries.size() : 0;
                case Effect.Reset _,
                        Effect.Compact _,
                        Effect.Restore _,
                        Effect.Reply _,
                        Effect.Became _,
                        Effect.Fetch _,
                        Effect.ReadSnapshot _,
                        Effect.StoreChunk _ -> {}
            }
        }
        if (written > 0) {
            step(node, List.of(new Input.Persisted(written)));
        }
    }

    private Moment moment() {
        return new Moment(nanos, nanos / 1_000_000);
    }
}
