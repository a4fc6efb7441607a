package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Seeds;
import io.covenant.simulation.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotStoreTests {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void givesBackWhatWasWritten() throws IOException {
        var state = bytes(300_000, 1);
        try (var writer = store(2).write(17, 3)) {
            writer.write(state[0]);
            writer.write(state, 1, state.length - 1);
            writer.commit().close();
        }

        try (var snapshot = store(2).newest().orElseThrow()) {
            assertThat(snapshot.index()).isEqualTo(17);
            assertThat(snapshot.term()).isEqualTo(3);
            assertThat(snapshot.content().readAllBytes()).isEqualTo(state);
        }
    }

    @Test
    void keepsTheNewest() throws IOException {
        for (var index = 1; index <= 4; index++) {
            write(store(2), index, bytes(10, index));
        }

        assertThat(FileStorage.at(directory).list())
                .containsExactly(
                        "0000000000000003-0000000000000001.snapshot", "0000000000000004-0000000000000001.snapshot");
    }

    @Test
    void leavesNothingOfOneThatWasNotFinished() throws IOException {
        try (var writer = store(2).write(17, 3)) {
            writer.write(bytes(500_000, 1));
        }

        assertThat(store(2).newest()).isEmpty();
        assertThat(FileStorage.at(directory).list()).isEmpty();
    }

    @Test
    void reportsADamagedOneAndTakesTheOneBefore() throws IOException {
        write(store(2), 1, bytes(1000, 1));
        write(store(2), 2, bytes(1000, 2));
        damage("0000000000000002-0000000000000001.snapshot");

        try (var snapshot = store(2).newest().orElseThrow()) {
            assertThat(snapshot.index()).isEqualTo(1);
        }
        assertThat(warnings).singleElement().asString().contains("0000000000000002", "is damaged");
    }

    @Test
    void doesNotPretendThatThereWasNoneWhenAllAreDamaged() throws IOException {
        write(store(1), 1, bytes(1000, 1));
        damage("0000000000000001-0000000000000001.snapshot");

        for (var attempt = 1; attempt <= 2; attempt++) {
            assertThatThrownBy(() -> store(1).newest())
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining("every snapshot");
        }
    }

    @Test
    void receivesInChunksThatMayComeTwice() throws IOException {
        var state = bytes(100_000, 5);
        var there = new SnapshotStore(FileStorage.at(directory.resolve("there")), 2, warnings::add);
        write(store(2), 9, state);
        try (var sent = store(2).newest().orElseThrow();
                var receiver = there.receive(9, 1)) {
            assertThat(receiver.accept(5_000, ByteBuffer.allocate(10))).isZero();
            for (var at = 0L; at < sent.size(); at = receiver.received()) {
                var chunk = ByteBuffer.allocate(8_000);
                sent.read(chunk, at);
                receiver.accept(at, chunk.flip());
                receiver.accept(at, chunk.rewind());
            }
            receiver.commit().close();
        }

        try (var snapshot = there.newest().orElseThrow()) {
            assertThat(snapshot.content().readAllBytes()).isEqualTo(state);
        }
    }

    @Test
    void doesNotKeepWhatArrivedIncomplete() throws IOException {
        write(store(2), 9, bytes(100, 5));
        var there = new SnapshotStore(FileStorage.at(directory.resolve("there")), 2, warnings::add);
        try (var sent = store(2).newest().orElseThrow();
                var receiver = there.receive(9, 1)) {
            var chunk = ByteBuffer.allocate(90);
            sent.read(chunk, 0);
            receiver.accept(0, chunk.flip());

            assertThatThrownBy(receiver::commit).isInstanceOf(DamagedException.class);
        }
        assertThat(there.newest()).isEmpty();
    }

    @Seeds(500)
    void hasTheNewestThatWasCommittedAfterACrash(long seed) {
        try {
            crash(World.seeded(seed).dice());
        } catch (IOException unexpected) {
            throw new java.io.UncheckedIOException(unexpected);
        }
    }

    private static void crash(Dice dice) throws IOException {
        var storage = new SimulatedStorage(dice);
        var committed = 0L;
        var begun = 0L;
        for (var life = 0; life < 4; life++) {
            storage.crashAfter(dice.below(40));
            try {
                var store = new SnapshotStore(storage, 2, warning -> {
                    throw new AssertionError(warning);
                });
                while (true) {
                    begun++;
                    try (var writer = store.write(begun, 1)) {
                        writer.write(bytes(dice.below(2000), begun));
                        writer.commit().close();
                        committed = begun;
                    }
                }
            } catch (SimulatedStorage.Crash crash) {
                storage.losePower();
            }
            var store = new SnapshotStore(storage, 2, warning -> {
                throw new AssertionError(warning);
            });
            var newest = store.newest();
            if (newest.isEmpty()) {
                assertThat(committed).isZero();
                continue;
            }
            assertThat(newest.get().index()).isBetween(committed, begun);
            var content = newest.get().content().readAllBytes();
            assertThat(content).isEqualTo(bytes(content.length, newest.get().index()));
            begun = newest.get().index();
            committed = begun;
        }
    }

    private SnapshotStore store(int kept) throws IOException {
        return new SnapshotStore(FileStorage.at(directory), kept, warnings::add);
    }

    private static void write(SnapshotStore store, long index, byte[] state) throws IOException {
        try (var writer = store.write(index, 1)) {
            writer.write(state);
            writer.commit().close();
        }
    }

    private void damage(String name) throws IOException {
        var bytes = Files.readAllBytes(directory.resolve(name));
        bytes[bytes.length / 2] ^= 1;
        Files.write(directory.resolve(name), bytes);
    }

    private static byte[] bytes(int length, long of) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) of);
        return bytes;
    }
}
