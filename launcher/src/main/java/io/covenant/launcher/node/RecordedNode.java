package io.covenant.launcher.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;

/// A node that is one command, known by a record that the launcher writes when it starts it.
public final class RecordedNode implements Node {

    private final String name;
    private final SequencedMap<String, Integer> ports;
    private final Path record;
    private final NodeLog log;
    private final HealthCheck health;
    private final Supplier<LaunchPlan> plan;
    private final InstantSource clock;

    /// A node whose record and log lie in these directories; the plan is asked for only when it is needed.
    public RecordedNode(
            String name,
            int port,
            Path records,
            Path logs,
            HealthCheck health,
            Supplier<LaunchPlan> plan,
            InstantSource clock) {
        this(name, new LinkedHashMap<>(Map.of(name, port)), records, logs, health, plan, clock);
    }

    /// A node that listens on several ports, the first of which answers for its health.
    public RecordedNode(
            String name,
            SequencedMap<String, Integer> ports,
            Path records,
            Path logs,
            HealthCheck health,
            Supplier<LaunchPlan> plan,
            InstantSource clock) {
        this.name = name;
        this.ports = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(ports));
        this.record = records.resolve(name);
        this.log = new NodeLog(logs.resolve(name + ".log"));
        this.health = health;
        this.plan = plan;
        this.clock = clock;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return ports.firstEntry().getValue();
    }

    @Override
    public Map<String, Integer> ports() {
        return ports;
    }

    @Override
    public NodeLog log() {
        return log;
    }

    @Override
    public NodeState state() {
        return record().map(known -> switch (known.process().liveness()) {
                    case GONE -> NodeState.DEAD;
                    case PAUSED -> NodeState.PAUSED;
                    case RUNNING -> health.passes() ? NodeState.HEALTHY : NodeState.NOT_READY;
                })
                .orElse(NodeState.STOPPED);
    }

    @Override
    public Optional<ProcessIdentity> process() {
        return record().map(NodeRecord::process).filter(ProcessIdentity::isAlive);
    }

    @Override
    public Optional<Instant> startedAt() {
        return record().map(NodeRecord::startedAt);
    }

    @Override
    public boolean isOutdated() {
        return record().filter(known -> known.process().isAlive())
                .filter(known -> !known.fingerprint().equals(plan.get().fingerprint()))
                .isPresent();
    }

    @Override
    public void start(Map<String, String> environment) {
        if (process().isPresent()) {
            throw new IllegalStateException(name + " is running already");
        }
        LaunchPlan launch = plan.get();
        var whole = new HashMap<>(launch.environment());
        whole.putAll(environment);
        try {
            log.turn();
            Process started = Detached.start(launch.command(), whole, launch.directory(), log.file());
            var identity = ProcessIdentity.of(started.pid())
                    .orElseGet(() -> new ProcessIdentity(started.pid(), "ended at once"));
            new NodeRecord(identity, launch.fingerprint(), clock.instant()).write(record);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " could not be started: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean stop(Duration patience) {
        Optional<ProcessIdentity> running = process();
        running.ifPresent(process -> Signals.stop(process, patience));
        try {
            Files.deleteIfExists(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return running.isPresent();
    }

    private Optional<NodeRecord> record() {
        try {
            return NodeRecord.read(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
