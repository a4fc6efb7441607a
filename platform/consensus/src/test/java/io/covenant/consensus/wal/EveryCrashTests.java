package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One short life of a log that begins segments, takes back, compacts and begins anew, cut off at each of its
/// operations on the disk, several times.
class EveryCrashTests {

    private static final Identity ME = new Identity("group", "node");
    private static final LogOptions OPTIONS = new LogOptions(4096, true, 1024, 4096);

    @Test
    void holdsWhatWasForcedWhereverItIsCutOff() throws IOException {
        var whole = new Life(0);
        whole.live();
        var operations = whole.storage.operations();
        assertThat(operations).isGreaterThan(70);

        for (var at = 0L; at <= operations; at++) {
            for (var seed = 1; seed <= 20; seed++) {
                var life = new Life(seed);
                life.storage.crashAfter(at);
                try {
                    life.live();
                } catch (SimulatedStorage.Crash crash) {
                    assertThat(at).isLessThan(operations);
                }
                life.check("cut off at operation %d of seed %d".formatted(at, seed));
            }
        }
    }

    private static final class Life {

        private final SimulatedStorage storage;
        private final List<LogModel> possible = new ArrayList<>(List.of(LogModel.empty()));

        private Life(long seed) {
            storage = new SimulatedStorage(World.seeded(seed).dice());
        }

        private void live() throws IOException {
            try (var log = WriteAheadLog.create(storage, ME, OPTIONS, () -> 4711)) {
                for (var round = 1; round <= 12; round++) {
                    for (var i = 0; i < 5; i++) {
                        append(log, round, 150 + 10 * i);
                    }
                    log.putState(new byte[] {(byte) round});
                    possible.add(possible.getLast().withState(new byte[] {(byte) round}));
                    force(log);
                    if (round % 3 == 0) {
                        log.truncateFrom(log.lastIndex() - 1);
                        possible.add(possible.getLast()
                                .truncateFrom(possible.getLast().last() - 1));
                    }
                    if (round % 4 == 0) {
                        log.compactTo(log.lastIndex() - 3, round);
                        possible.add(
                                possible.getLast().compactTo(possible.getLast().last() - 3, round));
                        log.prepareNextSegment();
                    }
                }
                log.restartAt(500, 12);
                possible.add(possible.getLast().truncateFrom(possible.getLast().base() + 1));
                possible.add(possible.getLast().compactTo(500, 12));
                append(log, 13, 100);
                force(log);
            }
        }

        private void append(WriteAheadLog log, long term, int length) throws IOException {
            var index = log.lastIndex() + 1;
            log.append(index, term, ByteBuffer.allocate(length));
            possible.add(possible.getLast().append(index, term, new byte[length]));
        }

        private void force(WriteAheadLog log) throws IOException {
            log.force();
            possible.subList(0, possible.size() - 1).clear();
        }

        private void check(String when) throws IOException {
            storage.losePower();
            if (!WriteAheadLog.exists(storage)) {
                assertThat(possible).as(when).containsExactly(LogModel.empty());
                WriteAheadLog.create(storage, ME, OPTIONS).close();
                return;
            }
            try (var log = WriteAheadLog.open(storage, ME, OPTIONS)) {
                assertThat(possible).as(when).contains(LogModel.of(log));
                log.append(log.lastIndex() + 1, 99, ByteBuffer.allocate(10));
                log.force();
            }
        }
    }
}
