package io.covenant.coordinator.acceptor;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Accepted;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.Plan;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/// The words of Paxos Commit as bytes, for the log and between coordinators.
final class PaxosBytes {

    private static final int VOTES = 1;
    private static final int VERDICT = 2;

    private static final int COMMIT = 1;
    private static final int ABORT = 2;
    private static final int NOTHING = 3;

    /// Far more than a transaction may have.
    private static final int MOST_BRANCHES = 10_000;

    private PaxosBytes() {}

    static void write(TransactionId id, DataOutput out) throws IOException {
        out.writeLong(id.value().getMostSignificantBits());
        out.writeLong(id.value().getLeastSignificantBits());
    }

    static TransactionId transactionId(DataInput in) throws IOException {
        return new TransactionId(new UUID(in.readLong(), in.readLong()));
    }

    static void write(Ballot ballot, DataOutput out) throws IOException {
        out.writeLong(ballot.round());
        out.writeUTF(ballot.node());
        out.writeLong(ballot.life());
    }

    static Ballot ballot(DataInput in) throws IOException {
        return new Ballot(in.readLong(), in.readUTF(), in.readLong());
    }

    /// Transaction and attempt are the same for all branches, and written once.
    static void write(Plan plan, DataOutput out) throws IOException {
        var first = plan.branches().first();
        write(first.transaction(), out);
        out.writeLong(first.attempt().value());
        out.writeShort(plan.services().size());
        for (var branch : plan.services().entrySet()) {
            out.writeUTF(branch.getKey().name());
            out.writeUTF(branch.getValue());
        }
    }

    static Plan plan(DataInput in) throws IOException {
        var id = transactionId(in);
        var attempt = new Attempt(in.readLong());
        var services = new TreeMap<BranchId, String>();
        for (var left = branches(in); left > 0; left--) {
            services.put(new BranchId(id, attempt, in.readUTF()), in.readUTF());
        }
        return new Plan(services);
    }

    private static int branches(DataInput in) throws IOException {
        var branches = in.readUnsignedShort();
        if (branches > MOST_BRANCHES) {
            throw new IOException("a plan with %d branches".formatted(branches));
        }
        return branches;
    }

    static void write(Outcome outcome, DataOutput out) throws IOException {
        if (outcome.plan().isEmpty()) {
            out.writeByte(NOTHING);
            return;
        }
        out.writeByte(
                switch (outcome.decision()) {
                    case COMMIT -> COMMIT;
                    case ABORT -> ABORT;
                });
        write(outcome.plan().get(), out);
    }

    static Outcome outcome(DataInput in) throws IOException {
        var code = in.readUnsignedByte();
        return switch (code) {
            case NOTHING -> Outcome.NOTHING;
            case COMMIT -> new Outcome(Decision.COMMIT, Optional.of(plan(in)));
            case ABORT -> new Outcome(Decision.ABORT, Optional.of(plan(in)));
            default -> throw unknown("an outcome", code);
        };
    }

    static void write(Accepted accepted, DataOutput out) throws IOException {
        switch (accepted) {
            case Accepted.Votes(var ballot, var plan, var prepared) -> {
                out.writeByte(VOTES);
                write(ballot, out);
                write(plan, out);
                for (var branch : plan.branches()) {
                    out.writeBoolean(prepared.contains(branch));
                }
            }
            case Accepted.Verdict(var ballot, var decided) -> {
                out.writeByte(VERDICT);
                write(ballot, out);
                write(decided, out);
            }
        }
    }

    static Accepted accepted(DataInput in) throws IOException {
        var code = in.readUnsignedByte();
        return switch (code) {
            case VOTES -> votes(in);
            case VERDICT -> new Accepted.Verdict(ballot(in), outcome(in));
            default -> throw unknown("something accepted", code);
        };
    }

    private static Accepted votes(DataInput in) throws IOException {
        var ballot = ballot(in);
        var plan = plan(in);
        var prepared = new ArrayList<BranchId>();
        for (var branch : plan.branches()) {
            if (in.readBoolean()) {
                prepared.add(branch);
            }
        }
        return new Accepted.Votes(ballot, plan, new TreeSet<>(prepared));
    }

    static void writeOptional(Optional<Accepted> accepted, DataOutput out) throws IOException {
        out.writeBoolean(accepted.isPresent());
        if (accepted.isPresent()) {
            write(accepted.get(), out);
        }
    }

    static Optional<Accepted> optionalAccepted(DataInput in) throws IOException {
        return in.readBoolean() ? Optional.of(accepted(in)) : Optional.empty();
    }

    static IOException unknown(String what, int code) {
        return new IOException("%s of kind %d, which this program does not know".formatted(what, code));
    }
}
