package io.covenant.launcher.invariants;

import io.covenant.launcher.client.Gateway;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.paxoscommit.PaxosAttempts;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;

/// @param participants the databases of services that take part in transactions, by the name of the service
record BranchesObeyTheRegister(DataSource coordinator, Map<String, DataSource> participants) implements Check {

    /// Old decisions and old evidence are forgotten, each in its own time.
    private static final int MINUTES = 60;

    /// Nothing works longer on a branch.
    private static final int LONGEST_BRANCH_MINUTES = 2;

    @Override
    public String sentence() {
        return "a branch is committed exactly when the register sealed it with COMMIT";
    }

    @Override
    public Sight look() throws SQLException {
        Map<String, String> sealed = sealed();
        var violations = new ArrayList<String>();
        long branches = 0;
        for (var participant : new TreeMap<>(participants).entrySet()) {
            Map<String, Boolean> worked = worked(participant.getValue());
            branches += worked.size();
            worked.forEach((gid, recent) -> {
                if (recent && !participant.getKey().equals(sealed.get(gid))) {
                    violations.add("%s is committed in %s, and the register does not say so"
                            .formatted(gid, participant.getKey()));
                }
            });
            Set<String> there = worked.keySet();
            sealed.forEach((gid, service) -> {
                if (service.equals(participant.getKey()) && !there.contains(gid)) {
                    violations.add("%s is to be committed in %s and is not there".formatted(gid, service));
                }
            });
        }
        violations.sort(null);
        return Sight.of(
                "%,d sealed, %,d committed within the last hour".formatted(sealed.size(), branches), violations);
    }

    /// The branches to commit, each with its service.
    private Map<String, String> sealed() throws SQLException {
        var sealed = new HashMap<String, String>();
        Rows.each(coordinator, """
            select transaction_id, d.attempt, d.sealed::text as sealed
              from decision d left join transaction t on t.id = transaction_id
             where d.decision = 'COMMIT' and d.decided_at > now() - interval '%d minutes' and t.saga is null
            """.formatted(MINUTES), row -> {
            String transaction = row.getString("transaction_id");
            String attempt = Long.toUnsignedString(row.getLong("attempt"), Character.MAX_RADIX);
            Gateway.JSON
                    .readTree(row.getString("sealed"))
                    .forEachEntry((branch, service) ->
                            sealed.put("cov1:%s:%s:%s".formatted(transaction, attempt, branch), service.asString()));
        });
        return sealed;
    }

    /// The branches whose work is visible, or confirmed, and whether each is recent enough for its decision to be
    /// remembered. Steps of sagas obey no register.
    private static Map<String, Boolean> worked(DataSource participant) throws SQLException {
        var worked = new HashMap<String, Boolean>();
        Rows.each(participant, """
            select gid, at > now() - interval '%d minutes' as recent
              from (select gid, at from branch_barrier where kind = 'WORK'
                    union all select gid, at from branch_local where op = 'END' and kind = 'CONFIRM') worked
             where at > now() - interval '%d minutes'
            """.formatted(MINUTES - 1, MINUTES + LONGEST_BRANCH_MINUTES), row -> {
            String gid = String.valueOf(row.getString("gid"));
            if (!isDecidedByAcceptors(gid)) {
                worked.put(gid, row.getBoolean("recent"));
            }
        });
        return worked;
    }

    /// Under Paxos Commit the coordinators' database has no part in the decision.
    private static boolean isDecidedByAcceptors(String gid) {
        return BranchId.parse(gid)
                .filter(branch -> PaxosAttempts.isOne(branch.attempt()))
                .isPresent();
    }
}
