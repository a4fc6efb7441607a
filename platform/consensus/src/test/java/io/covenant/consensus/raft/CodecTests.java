package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CodecTests {

    private static final MessageCodec CODEC = new MessageCodec(10_000);
    private static final NodeId A = NodeId.founder("a");
    private static final NodeId B = new NodeId("lock-2", -0x5fe3_0000_0000_0001L);
    private static final Members MEMBERS = new Members(new TreeSet<>(List.of(A)), new TreeSet<>(List.of(B)));
    private static final Members PLACED =
            new Members(new TreeSet<>(List.of(A)), new TreeSet<>(List.of(B)), new TreeMap<>(Map.of(B, "[::1]:8412")));
    private static final Snapshot SNAPSHOT = new Snapshot(1L << 40, 300, MEMBERS);
    private static final List<Entry> ENTRIES = List.of(
            new Entry(8, 3, 1_767_225_601_514L, new Payload.NoOp()),
            new Entry(9, 3, 1_767_225_601_515L, new Payload.Command(new byte[] {1, 2, 3})),
            new Entry(10, Long.MAX_VALUE, 0, new Payload.Reconfigure(MEMBERS)),
            new Entry(11, Long.MAX_VALUE, 0, new Payload.Reconfigure(PLACED)));
    private static final List<Message> MESSAGES = List.of(
            new Message.RequestVote(5, 128, 4, true, false),
            new Message.Vote(5, false, true),
            new Message.Append(5, 7, 3, ENTRIES, 6, 99),
            new Message.Append(5, 7, 3, List.of(), 6, 99),
            new Message.Appended(5, 10, 99),
            new Message.Mismatch(5, 10, 4, 8, 99),
            new Message.ChunkWanted(5, 1000, 4, 65_536, 1),
            new Message.TimeoutNow(Long.MAX_VALUE),
            new Message.Outdated(0));

    @Test
    void samplesEveryMessage() {
        var kinds = new HashSet<Class<?>>();
        MESSAGES.forEach(message -> kinds.add(message.getClass()));
        kinds.add(Message.Chunk.class);

        assertThat(kinds).containsExactlyInAnyOrder(Message.class.getPermittedSubclasses());
    }

    @Test
    void bringsBackWhatItWrote() {
        for (var message : MESSAGES) {
            var envelope = new Envelope(-3, A, B, message);

            assertThat(CODEC.decode(CODEC.encode(envelope))).isEqualTo(envelope);
        }
        var chunk = new Message.Chunk(5, SNAPSHOT, 65_536, new byte[] {1, 2}, true, 4);
        assertThat(CODEC.decode(CODEC.encode(new Envelope(-3, A, B, chunk))).message())
                .usingRecursiveComparison()
                .isEqualTo(chunk);
    }

    @Test
    void bringsBackWhatIsStored() {
        ENTRIES.forEach(entry ->
                assertThat(StorageCodec.entry(StorageCodec.encode(entry))).isEqualTo(entry));
        for (var state : List.of(new HardState(7, null), new HardState(8, B))) {
            assertThat(StorageCodec.state(StorageCodec.encode(state))).isEqualTo(state);
        }
        assertThat(StorageCodec.snapshot(StorageCodec.encode(SNAPSHOT))).isEqualTo(SNAPSHOT);
    }

    @Test
    void refusesWhatIsCutOff() {
        for (var message : MESSAGES) {
            var bytes = CODEC.encode(new Envelope(7, A, B, message));
            for (var length = 0; length < bytes.length; length++) {
                var cut = Arrays.copyOf(bytes, length);
                assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> CODEC.decode(cut));
            }
        }
    }

    @Test
    void refusesWhatIsTooLong() {
        var bytes = CODEC.encode(new Envelope(7, A, B, MESSAGES.getFirst()));

        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> CODEC.decode(Arrays.copyOf(bytes, bytes.length + 1)));
        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> new MessageCodec(10).decode(bytes));
    }

    @Test
    void refusesAnotherVersion() {
        var bytes = CODEC.encode(new Envelope(7, A, B, MESSAGES.getFirst()));
        bytes[0]++;

        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> CODEC.decode(bytes));
    }

    /// Counts and lengths that claim gigabytes are refused before anything of that size is made.
    @Test
    void survivesWhateverStrangersSend() {
        var dice = new Random(4711);
        var survived = 0;
        for (var time = 0; time < 100_000; time++) {
            var bytes = CODEC.encode(new Envelope(7, A, B, MESSAGES.get(dice.nextInt(MESSAGES.size()))));
            for (var damage = dice.nextInt(4); damage >= 0; damage--) {
                bytes[dice.nextInt(bytes.length)] = (byte) (dice.nextBoolean() ? 0xff : dice.nextInt());
            }
            try {
                CODEC.decode(bytes);
                survived++;
            } catch (MalformedException refused) {
                assertThat(refused).hasMessageNotContaining("OutOfMemory");
            }
        }
        assertThat(survived).isBetween(1, 99_999);
    }

    @Test
    void survivesNoise() {
        var dice = new Random(4712);
        for (var time = 0; time < 20_000; time++) {
            var bytes = new byte[dice.nextInt(200)];
            dice.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = 1;
            }
            assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> CODEC.decode(bytes));
        }
    }
}
