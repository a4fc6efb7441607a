package io.covenant.consensus.wal;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The records that are not known to be on disk: one batch fills while another is written.
final class Batches {

    private Batch filling;
    private @Nullable Batch inFlight;
    private @Nullable Batch idle;

    Batches(Segment last) {
        filling = new Batch(last);
    }

    Batch filling() {
        return filling;
    }

    /// The filling batch is to be written; the next records go behind the tail of this segment.
    Batch depart(Segment next) {
        var departing = filling;
        inFlight = departing;
        filling = idle == null ? new Batch(next) : idle.into(next);
        idle = null;
        return departing;
    }

    /// What departed is in its file.
    void landed() {
        idle = Objects.requireNonNull(inFlight);
        inFlight = null;
    }

    /// Who has the byte at this place, if it is not in the file yet.
    @Nullable
    Batch holding(Segment segment, int offset) {
        for (var batch : both()) {
            if (batch != null && batch.holds(segment, offset)) {
                return batch;
            }
        }
        return null;
    }

    /// How much of a segment is in its file for certain.
    int writtenOf(Segment segment) {
        var written = segment.tail;
        for (var batch : both()) {
            if (batch != null && batch.segment() == segment) {
                written = Math.min(written, batch.start());
            }
        }
        return written;
    }

    private List<@Nullable Batch> both() {
        return Arrays.asList(filling, inFlight);
    }
}
