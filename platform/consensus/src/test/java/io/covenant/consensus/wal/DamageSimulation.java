package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Seeds;
import io.covenant.simulation.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// One bit of a log that was closed in order rots.
class DamageSimulation {

    private static final Identity ME = new Identity("group", "node");
    private static final LogOptions OPTIONS = new LogOptions(4096, true, 1024, 4096);

    /// Either it does not matter, or it is in the last batch, which is cut, or the log does not open.
    @Seeds(4_000)
    void isNeverTakenForGood(long seed) {
        try {
            rot(seed);
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
    }

    private static void rot(long seed) throws IOException {
        var dice = World.seeded(seed).dice();
        var storage = new SimulatedStorage(dice);
        var states = new ArrayList<LogModel>();
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS, dice::next)) {
            for (var batch = 2 + dice.below(12); batch > 0; batch--) {
                states.clear();
                states.add(LogModel.of(log));
                for (var record = 1 + dice.below(4); record > 0; record--) {
                    if (dice.chance(0.2)) {
                        log.putState(ByteBuffer.allocate(8).putLong(dice.next()).array());
                    } else {
                        log.append(log.lastIndex() + 1, 1, ByteBuffer.allocate(8 + dice.below(500)));
                    }
                    states.add(LogModel.of(log));
                }
                log.force();
            }
        }
        List<String> files = storage.list();
        var file = dice.pick(files);
        storage.flip(file, dice.below(storage.bytes(file).length), 1 << dice.below(8));
        try (var log = WriteAheadLog.open(storage, ME, OPTIONS)) {
            assertThat(states).contains(LogModel.of(log));
        } catch (DamagedException | DirectoryRefusedException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }
}
