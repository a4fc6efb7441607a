package io.covenant.balancing.rotation;

/// nginx's rule: all gain their weight, the first of the richest is next and pays the sum of weights.
final class Turns {

    private final long[] weights;
    private final long[] current;
    private final long total;

    Turns(long[] weights, long total) {
        this.weights = weights.clone();
        this.current = new long[weights.length];
        this.total = total;
    }

    int next() {
        int richest = -1;
        for (int i = 0; i < weights.length; i++) {
            current[i] += weights[i];
            if (weights[i] > 0 && (richest < 0 || current[i] > current[richest])) {
                richest = i;
            }
        }
        current[richest] -= total;
        return richest;
    }
}
