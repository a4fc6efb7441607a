package io.covenant.coordinator.transaction;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// How long a [WriteLane] lets a batch gather after its first record has come.
@FunctionalInterface
interface Gathering {

    /// @param sinceLastWrite since the last batch began to be written
    Duration pause(Duration sinceLastWrite);

    /// Lets every batch gather for so long: nobody waits.
    static Gathering always(Duration pause) {
        return _ -> pause;
    }

    /// Keeps a distance between writes while there is much to write. The first one after a pause is written at once,
    /// and a disk that takes longer than the distance is kept busy.
    static Gathering paced(Duration distance, BooleanSupplier busy) {
        return sinceLastWrite -> sinceLastWrite.compareTo(distance) < 0 && busy.getAsBoolean()
                ? distance.minus(sinceLastWrite)
                : Duration.ZERO;
    }
}
