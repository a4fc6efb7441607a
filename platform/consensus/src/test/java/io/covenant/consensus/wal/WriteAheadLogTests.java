package io.covenant.consensus.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The log in a real directory.
class WriteAheadLogTests {

    private static final Identity ME = new Identity("locks", "lock-1");
    private static final LogOptions OPTIONS = LogOptions.standard().withSegmentBytes(8 * 1024);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @SuppressWarnings("NullAway.Init") // before each
    private FileStorage storage;

    @BeforeEach
    void useTheDirectory() throws IOException {
        storage = FileStorage.at(directory.resolve("log"));
    }

    @Test
    void holdsEntriesAndStateWhenItIsOpenedAgain() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            append(log, 1, 1, "one");
            append(log, 2, 1, "two");
            log.putState(bytes("term 1, vote lock-1"));
            log.force();
        }

        try (var log = open()) {
            assertThat(texts(log)).containsExactly("one", "two");
            assertThat(log.state()).isEqualTo(bytes("term 1, vote lock-1"));
            assertThat(log.lastIndex()).isEqualTo(2);
            assertThat(log.term(2)).isEqualTo(1);
        }
    }

    @Test
    void readsWhatIsNotForcedYet() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            append(log, 1, 1, "one");
            log.force();
            append(log, 2, 1, "two");

            assertThat(texts(log)).containsExactly("one", "two");
        }
    }

    @Test
    void takesBackItsEnd() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            for (var index = 1; index <= 5; index++) {
                append(log, index, 1, "old " + index);
            }
            log.truncateFrom(3);
            append(log, 3, 2, "new 3");
            log.force();
        }

        try (var log = open()) {
            assertThat(texts(log)).containsExactly("old 1", "old 2", "new 3");
            assertThat(log.term(3)).isEqualTo(2);
            assertThat(log.term(2)).isEqualTo(1);
        }
    }

    @Test
    void deletesWholeSegmentsOnceASnapshotHoldsThem() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            log.putState(bytes("kept"));
            fill(log, 1, 600);
            var before = log.segments();

            log.compactTo(590, 1);
            log.force();

            assertThat(before).isGreaterThan(5);
            assertThat(log.segments()).isLessThan(3);
            assertThat(log.firstIndex()).isEqualTo(591);
        }

        try (var log = open()) {
            assertThat(log.firstIndex()).isEqualTo(591);
            assertThat(log.lastIndex()).isEqualTo(600);
            assertThat(log.term(590)).isEqualTo(1);
            assertThat(log.state()).isEqualTo(bytes("kept"));
            assertThatThrownBy(() -> log.read(590, 600, 1000)).hasMessageContaining("snapshot up to 590");
        }
    }

    @Test
    void beginsAnewBehindASnapshotThatWasSent() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            fill(log, 1, 10);
            log.restartAt(100, 7);
            append(log, 101, 7, "next");
            log.force();
        }

        try (var log = open()) {
            assertThat(texts(log)).containsExactly("next");
            assertThat(log.term(100)).isEqualTo(7);
        }
    }

    @Test
    void readsAsMuchAsWasAskedFor() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            fill(log, 1, 300);

            assertThat(log.read(100, 110, Integer.MAX_VALUE))
                    .extracting(Entry::index)
                    .containsExactly(100L, 101L, 102L, 103L, 104L, 105L, 106L, 107L, 108L, 109L);
            assertThat(log.read(100, 110, 150)).hasSize(2);
            assertThat(log.read(100, 110, 0)).hasSize(1);
            assertThat(log.read(301, 310, 1000)).isEmpty();
        }
    }

    @Test
    void refusesAnEntryThatLeavesAGap() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            assertThatThrownBy(() -> append(log, 2, 1, "two")).hasMessage("entry 2 where 1 is due");
        }
    }

    @Test
    void refusesARecordThatIsTooLarge() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            assertThatThrownBy(() -> log.append(1, 1, ByteBuffer.allocate(OPTIONS.recordBytes() + 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesAnEmptyDirectoryWhereAMemberIsExpected() {
        assertThatThrownBy(this::open)
                .isInstanceOf(DirectoryRefusedException.class)
                .hasMessageContaining("has forgotten its votes");
    }

    @Test
    void refusesTheDirectoryOfAnotherNodeOrGroup() throws IOException {
        WriteAheadLog.create(storage, ME, OPTIONS).close();

        assertThatThrownBy(() -> WriteAheadLog.open(storage, new Identity("locks", "lock-2"), OPTIONS))
                .isInstanceOf(DirectoryRefusedException.class)
                .hasMessageContaining("belongs to node lock-1 of group locks, not to node lock-2");
        assertThatThrownBy(() -> WriteAheadLog.open(storage, new Identity("locks.2", "lock-1"), OPTIONS))
                .isInstanceOf(DirectoryRefusedException.class);
        assertThatThrownBy(() -> WriteAheadLog.create(storage, ME, OPTIONS))
                .isInstanceOf(DirectoryRefusedException.class)
                .hasMessageContaining("belongs to node lock-1 of group locks already");
    }

    @Test
    void refusesASecondUser() throws IOException {
        try (var _ = WriteAheadLog.create(storage, ME, OPTIONS)) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(DirectoryRefusedException.class)
                    .hasMessageContaining("in use");
        }
        open().close();
    }

    @Test
    void refusesADirectoryWhoseSegmentsAreGone() throws IOException {
        WriteAheadLog.create(storage, ME, OPTIONS).close();
        Files.delete(segment(1));

        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("its segments are missing");
    }

    @Test
    void refusesAHoleBetweenSegments() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            fill(log, 1, 300);
        }
        var second = Files.readAllBytes(segment(2));
        Files.delete(segment(2));
        assertThatThrownBy(this::open).hasMessageContaining("0000000000000003.wal is missing");

        Files.write(segment(2), second);
        Files.delete(segment(1));
        assertThatThrownBy(this::open).hasMessageContaining("entries from 1 to");
    }

    @Test
    void cutsATornEnd() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            append(log, 1, 1, "one");
            log.force();
            append(log, 2, 1, "two");
            append(log, 3, 1, "three");
            log.force();
        }
        damage(segment(1), find(segment(1), "two"));

        try (var log = open()) {
            assertThat(texts(log)).containsExactly("one");
            assertThat(log.cutBytes()).isPositive();
            append(log, 2, 2, "two again");
            log.force();
        }
        try (var log = open()) {
            assertThat(texts(log)).containsExactly("one", "two again");
            assertThat(log.cutBytes()).isZero();
        }
    }

    @Test
    void doesNotOpenWhenItsMiddleIsDamaged() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            append(log, 1, 1, "one");
            log.force();
            append(log, 2, 1, "two");
            log.force();
        }
        var at = find(segment(1), "one") - Records.HEADER;
        damage(segment(1), at + Records.HEADER);

        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("the record at byte %d of %s is damaged", at, segment(1))
                .hasMessageContaining("do not start this node on it");
    }

    @Test
    void doesNotOpenWhenAnOlderSegmentIsDamaged() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            fill(log, 1, 300);
        }
        damage(segment(1), 6000);

        assertThatThrownBy(this::open).isInstanceOf(DamagedException.class).hasMessageContaining("later segments");
    }

    @Test
    void takesNoRecordFromAPayloadForItsOwn() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            append(log, 1, 1, "one");
            append(log, 2, 1, "two");
            log.force();
            log.append(3, 1, ByteBuffer.wrap(Files.readAllBytes(segment(1)), 0, 2000));
            log.force();
        }
        damage(segment(1), find(segment(1), "two"));

        assertThatThrownBy(this::open).isInstanceOf(DamagedException.class);
    }

    @Test
    void forcesByItselfWhenTooMuchWaits() throws IOException {
        try (var log = WriteAheadLog.create(storage, ME, new LogOptions(1 << 20, true, 4096, 8192))) {
            for (var index = 1; index <= 100; index++) {
                log.append(index, 1, ByteBuffer.allocate(1000));
                assertThat(log.pendingBytes()).isLessThanOrEqualTo(8192);
            }
            assertThat(log.durable()).isGreaterThan(80);
        }
    }

    @Test
    void survivesAReaderThatIsInterrupted() throws Exception {
        try (var log = WriteAheadLog.create(storage, ME, OPTIONS)) {
            fill(log, 1, 300);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> log.read(1, 300, 1_000_000)).isInstanceOf(IOException.class);
            assertThat(Thread.interrupted()).isTrue();

            assertThat(log.read(1, 301, 1_000_000)).hasSize(300);
            append(log, 301, 1, "more");
            log.force();
        }
    }

    private WriteAheadLog open() throws IOException {
        return WriteAheadLog.open(storage, ME, OPTIONS);
    }

    private Path segment(int sequence) {
        return directory.resolve("log").resolve("%016x.wal".formatted(sequence));
    }

    private static void fill(WriteAheadLog log, int from, int to) throws IOException {
        for (var index = from; index <= to; index++) {
            append(log, index, 1, "entry %06d %s".formatted(index, "x".repeat(60)));
            if (index % 10 == 0) {
                log.force();
            }
        }
        log.force();
    }

    private static void append(WriteAheadLog log, long index, long term, String text) throws IOException {
        log.append(index, term, ByteBuffer.wrap(bytes(text)));
    }

    private static List<String> texts(WriteAheadLog log) throws IOException {
        return log.read(log.firstIndex(), Long.MAX_VALUE, Integer.MAX_VALUE).stream()
                .map(entry -> new String(entry.payload(), StandardCharsets.UTF_8))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int find(Path file, String text) throws IOException {
        var at = Files.readString(file, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(at).isPositive();
        return at;
    }

    private static void damage(Path file, int at) throws IOException {
        try (var channel = Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var one = ByteBuffer.allocate(1);
            channel.position(at).read(one);
            one.put(0, (byte) (one.get(0) ^ 0x40)).rewind();
            channel.position(at).write(one);
        }
    }
}
