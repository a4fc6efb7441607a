package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Ending;
import io.covenant.benchmarks.measure.KeepAliveClient.Answer;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// Seata under one of its modes.
final class Seata implements Contestant {

    private final SeataProcesses processes;
    private final SeataMode mode;

    /// @param processes shared with the other modes; their owner closes them
    Seata(SeataProcesses processes, SeataMode mode) {
        this.processes = processes;
        this.mode = mode;
    }

    @Override
    public String name() {
        return SeataProcesses.name(mode);
    }

    @Override
    public String description() {
        return "Seata 2.0.0 " + mode + ", " + mode.words()
                + "; its server over a database, and two services with the floor's statements, as processes of their"
                + " own";
    }

    @Override
    public Durability durability() {
        return mode.durability();
    }

    @Override
    public Ending place(Purchase purchase) throws IOException {
        Answer answer = processes.place(mode, purchase);
        if (answer.status() == 200) {
            return answer.body().equals(SeataService.COMMITTED) ? Ending.COMMITTED : Ending.REFUSED;
        }
        throw new IOException("unexpected: " + answer);
    }

    @Override
    public Database coordinator(Databases databases) {
        return databases.seata();
    }

    /// It forgets what has ended.
    @Override
    public OptionalLong decisions() {
        return OptionalLong.empty();
    }

    @Override
    public boolean rests() throws Exception {
        return processes.rest();
    }

    @Override
    public SequencedMap<String, ProcessHandle> processes() {
        return processes.handles();
    }

    @Override
    public void close() {
        // The processes are closed by their owner.
    }
}
