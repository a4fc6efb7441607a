package io.covenant.balancing;

import io.covenant.balancing.chance.Chance;
import java.util.Arrays;

/// Keys of which the n-th is drawn in proportion to `1 / n^exponent`: a few customers send most
/// requests.
final class Zipf {

    private final double[] upTo;

    Zipf(int keys, double exponent) {
        upTo = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) {
            sum += StrictMath.pow(i + 1, -exponent);
            upTo[i] = sum;
        }
    }

    int draw(Chance chance) {
        int found = Arrays.binarySearch(upTo, chance.unit() * upTo[upTo.length - 1]);
        return found < 0 ? -found - 1 : found;
    }
}
