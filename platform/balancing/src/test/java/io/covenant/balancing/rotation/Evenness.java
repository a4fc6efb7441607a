package io.covenant.balancing.rotation;

import io.covenant.balancing.chance.Weights;
import java.util.concurrent.atomic.AtomicLong;

/// How far a rotation ever is from what is due.
final class Evenness {

    private Evenness() {}

    /// The greatest `|sent - due|` of anybody after any of so many turns.
    static double worst(Rotation rotation, long[] weights, long turns) {
        double total = Weights.total(weights);
        var sent = new long[weights.length];
        var taken = new AtomicLong();
        double worst = 0;
        for (long turn = 1; turn <= turns; turn++) {
            sent[rotation.next(taken)]++;
            for (int i = 0; i < weights.length; i++) {
                worst = Math.max(worst, Math.abs(sent[i] - turn * (weights[i] / total)));
            }
        }
        return worst;
    }
}
