package io.covenant.transactions.wire;

import io.covenant.transactions.tcc.Settlement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of each branch that was told to confirm or to cancel, in the order of the request, which is a
/// [FinishRequest].
public record SettleReply(List<Settled> results) {

    public SettleReply {
        results = List.copyOf(results);
    }

    /// @param finding present exactly with [FinishReply.Result#HAZARD]
    /// @param detail  for people, with [FinishReply.Result#HAZARD] and [FinishReply.Result#RETRY]
    public record Settled(
            String gid,
            FinishReply.Result result,
            Settlement.@Nullable Finding finding,
            @Nullable String detail) {

        public static Settled done(String gid) {
            return new Settled(gid, FinishReply.Result.DONE, null, null);
        }

        public static Settled hazard(String gid, Settlement.Finding finding, String detail) {
            return new Settled(gid, FinishReply.Result.HAZARD, finding, detail);
        }

        public static Settled retry(String gid, String detail) {
            return new Settled(gid, FinishReply.Result.RETRY, null, detail);
        }
    }
}
