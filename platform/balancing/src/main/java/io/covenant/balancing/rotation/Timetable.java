package io.covenant.balancing.rotation;

import io.covenant.balancing.chance.Weights;
import java.util.concurrent.atomic.AtomicLong;

/// A cycle worked out beforehand: one addition and one look-up per turn.
final class Timetable extends Rotation {

    private final char[] table;

    private Timetable(char[] table) {
        this.table = table;
    }

    static Timetable workedOut(long[] weights) {
        var table = new char[(int) Weights.total(weights)];
        if (Weights.allEqual(weights)) {
            for (int i = 0; i < table.length; i++) {
                table[i] = (char) (i % weights.length);
            }
        } else {
            var turns = new Turns(weights, table.length);
            for (int i = 0; i < table.length; i++) {
                table[i] = (char) turns.next();
            }
        }
        return new Timetable(table);
    }

    @Override
    public int next(AtomicLong turns) {
        return table[(int) Long.remainderUnsigned(turns.getAndIncrement(), table.length)];
    }

    @Override
    public long cycle() {
        return table.length;
    }
}
