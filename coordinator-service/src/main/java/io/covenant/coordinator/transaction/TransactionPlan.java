package io.covenant.coordinator.transaction;

import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.Saga;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A transaction that somebody wants to be run.
///
/// @param id        the initiator's name for it
/// @param name      what it is, for people
/// @param deadline  when undecided after this long it aborts
/// @param inTurn    whether each branch is asked to prepare only when those before it have voted, not all at once
/// @param branches  at least one, all names different
/// @param requestId the request that asked for it, so that the participants' logs can be found
/// @param saga      present exactly under `SAGA`: the branches as its steps
public record TransactionPlan(
        TransactionId id,
        String name,
        CommitProtocol protocol,
        Duration deadline,
        boolean inTurn,
        List<Branch> branches,
        @Nullable String requestId,
        Optional<Saga> saga) {

    /// A transaction under any protocol but a saga.
    public TransactionPlan(
            TransactionId id,
            String name,
            CommitProtocol protocol,
            Duration deadline,
            boolean inTurn,
            List<Branch> branches,
            @Nullable String requestId) {
        this(id, name, protocol, deadline, inTurn, branches, requestId, Optional.empty());
    }

    public TransactionPlan {
        branches = List.copyOf(branches);
        if (branches.isEmpty()) {
            throw new IllegalArgumentException("a transaction has at least one branch");
        }
        if (branches.stream().map(Branch::name).distinct().count() < branches.size()) {
            throw new IllegalArgumentException("two branches of one name");
        }
        if (saga.isPresent() != (protocol == CommitProtocol.SAGA)) {
            throw new IllegalArgumentException("a saga says what its steps are, and nothing else does");
        }
    }

    /// What one service is to do.
    public record Branch(String name, String service, String operation, Payload payload) {}

    /// Tells whether two plans are the same: SHA-256 over all of it but the id, as 43 characters.
    public String digest() {
        var sha = sha256();
        update(sha, name);
        update(sha, protocol.name());
        update(sha, Long.toString(deadline.toMillis()));
        update(sha, Boolean.toString(inTurn));
        for (var branch : branches) {
            update(sha, branch.name());
            update(sha, branch.service());
            update(sha, branch.operation());
            updateLength(sha, branch.payload().length());
            branch.payload().update(sha);
        }
        saga.ifPresent(steps -> update(sha, steps));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest());
    }

    private static void update(MessageDigest sha, Saga saga) {
        update(sha, saga.recovery().name());
        for (var step : saga.steps()) {
            update(sha, step.compensation().orElse(""));
            update(sha, String.join(",", step.after()));
            update(sha, Boolean.toString(step.pivot()));
            update(sha, step.retries().toString());
        }
    }

    /// The length goes first, so that no two lists of texts look alike.
    private static void update(MessageDigest sha, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        updateLength(sha, bytes.length);
        sha.update(bytes);
    }

    private static void updateLength(MessageDigest sha, int length) {
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
