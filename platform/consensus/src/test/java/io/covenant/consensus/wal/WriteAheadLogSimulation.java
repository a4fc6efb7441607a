package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.Campaign;
import io.covenant.simulation.Seeds;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// The log's own code on a disk that loses, tears and refuses.
class WriteAheadLogSimulation {

    private static final Map<LogLife.Event, LongAdder> TALLY = LogLife.tally();

    @Seeds(2_000)
    void holdsWhatWasForcedAndInventsNothing(long seed) {
        LogLife.play(seed, TALLY, UnaryOperator.identity());
    }

    @Test
    void findsAForceThatIsForgotten() {
        assertThat(found(storage -> new Careless(storage, false, true, 0))).isTrue();
    }

    @Test
    void findsADirectoryThatIsNotForced() {
        assertThat(found(storage -> new Careless(storage, true, false, 0))).isTrue();
    }

    @Test
    void findsAnEndThatIsReadButNotForcedWhenItOpens() {
        assertThat(found(storage -> new Careless(storage, true, true, 1))).isTrue();
    }

    private static boolean found(UnaryOperator<Storage> planted) {
        return Campaign.of(3_000)
                .firstFailure(seed -> LogLife.play(seed, LogLife.tally(), planted))
                .isPresent();
    }

    /// A campaign that never saw a torn end, say, would prove less than it seems to.
    @AfterAll
    static void haveSeenAllThatCanGoWrong() {
        System.out.println("write-ahead log, simulated: " + TALLY);
        if (Integer.getInteger("simulation.seeds", Seeds.STANDARD) >= Seeds.STANDARD
                && Long.getLong("simulation.seed") == null) {
            assertThat(TALLY)
                    .allSatisfy((event, count) ->
                            assertThat(count.sum()).as(event.name()).isPositive());
        }
    }

    /// A directory whose forces are left out: those of files, that of names, or the first of every file that
    /// was opened.
    private record Careless(Storage storage, boolean files, boolean names, int leftOutWhenOpened) implements Storage {

        @Override
        public java.util.List<String> list() throws IOException {
            return storage.list();
        }

        @Override
        public StorageFile create(String name) throws IOException {
            return new CarelessFile(storage.create(name), files, new AtomicInteger());
        }

        @Override
        public StorageFile open(String name) throws IOException {
            return new CarelessFile(storage.open(name), files, new AtomicInteger(leftOutWhenOpened));
        }

        @Override
        public void rename(String from, String to) throws IOException {
            storage.rename(from, to);
        }

        @Override
        public void delete(String name) throws IOException {
            storage.delete(name);
        }

        @Override
        public void force() throws IOException {
            if (names) {
                storage.force();
            }
        }

        @Override
        public java.io.Closeable lock() throws IOException {
            return storage.lock();
        }

        @Override
        public String describe(String name) {
            return storage.describe(name);
        }
    }

    private record CarelessFile(StorageFile file, boolean forces, AtomicInteger leftOut) implements StorageFile {

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(java.nio.ByteBuffer source, long position) throws IOException {
            file.write(source, position);
        }

        @Override
        public int read(java.nio.ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void force(boolean grown) throws IOException {
            if (forces && leftOut.getAndDecrement() <= 0) {
                file.force(grown);
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
