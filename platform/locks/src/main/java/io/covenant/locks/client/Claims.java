package io.covenant.locks.client;

import io.covenant.locks.session.Operation;
import io.covenant.locks.wire.Grant;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.Want;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the strands of a session wait for or hold, as this process knows it: a strand that wants the same will have
/// to wait for them. Nothing is granted or refused by it.
final class Claims {

    private record Claim(long strand, boolean alone) {}

    private final Map<String, List<Claim>> byName = new HashMap<>();

    synchronized void begin(Operation.Acquire acquire) {
        for (Want want : acquire.wants()) {
            add(want.name(), claim(acquire.strand(), want.mode()));
        }
    }

    synchronized void end(Operation.Acquire acquire) {
        for (Want want : acquire.wants()) {
            remove(want.name(), claim(acquire.strand(), want.mode()));
        }
    }

    synchronized void hold(long strand, List<Grant> grants) {
        for (Grant grant : grants) {
            add(grant.name(), claim(strand, grant.mode()));
        }
    }

    synchronized void giveBack(long strand, List<Grant> grants) {
        for (Grant grant : grants) {
            remove(grant.name(), claim(strand, grant.mode()));
        }
    }

    /// Whether another strand is in the way of this.
    synchronized boolean oppose(Operation.Acquire acquire) {
        for (Want want : acquire.wants()) {
            boolean alone = isAlone(want.mode());
            for (Claim claim : byName.getOrDefault(want.name(), List.of())) {
                if (claim.strand() != acquire.strand() && (alone || claim.alone())) {
                    return true;
                }
            }
        }
        return false;
    }

    private void add(String name, Claim claim) {
        byName.computeIfAbsent(name, _ -> new ArrayList<>(2)).add(claim);
    }

    private void remove(String name, Claim claim) {
        byName.computeIfPresent(name, (_, claims) -> {
            claims.remove(claim);
            return claims.isEmpty() ? null : claims;
        });
    }

    private static Claim claim(long strand, LockMode mode) {
        return new Claim(strand, isAlone(mode));
    }

    private static boolean isAlone(LockMode mode) {
        return switch (mode) {
            case EXCLUSIVE, LEADER -> true;
            case SHARED, PERMITS -> false;
        };
    }
}
