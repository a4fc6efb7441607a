package io.covenant.transactions.wire;

import io.covenant.transactions.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells a coordinator that a step which was only accepted is over.
///
/// @param gid     names the step, see [io.covenant.transactions.BranchId#gid()]
/// @param refusal why it could not be done; absent when it is done
public record StepReport(String gid, PrepareReply.@Nullable Reason refusal) {

    public static StepReport of(String gid, Optional<Refusal> refusal) {
        return new StepReport(gid, refusal.map(PrepareReply.Reason::of).orElse(null));
    }

    /// Why it could not be done, if so.
    public Optional<Refusal> toRefusal() {
        return refusal == null ? Optional.empty() : Optional.of(PrepareReply.Reason.toRefusal(refusal));
    }
}
