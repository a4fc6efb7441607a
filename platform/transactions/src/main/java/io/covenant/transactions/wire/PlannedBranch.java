package io.covenant.transactions.wire;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.paxoscommit.Plan;
import java.util.List;
import java.util.TreeMap;

/// One branch of an attempt under Paxos Commit, as it travels with every vote.
public record PlannedBranch(String gid, String service) {

    public static List<PlannedBranch> of(Plan plan) {
        return plan.services().entrySet().stream()
                .map(branch -> new PlannedBranch(branch.getKey().gid(), branch.getValue()))
                .toList();
    }

    /// @throws IllegalArgumentException when these are not the branches of one attempt
    public static Plan plan(List<PlannedBranch> branches) {
        var services = new TreeMap<BranchId, String>();
        for (var branch : branches) {
            services.put(
                    BranchId.parse(branch.gid())
                            .orElseThrow(() -> new IllegalArgumentException("not a gid: " + branch.gid())),
                    branch.service());
        }
        return new Plan(services);
    }
}
