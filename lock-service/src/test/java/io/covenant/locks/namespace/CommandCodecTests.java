package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.locks.namespace.Command.Origin;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandCodecTests {

    private static final Origin ORIGIN = new Origin(Token.of(3, 4_711), 42, 40);

    static Stream<Command> commands() {
        return Stream.of(
                new Command.OpenSession("orders-1", "orders", 10_000),
                new Command.CloseSession(7),
                new Command.ExpireSession(7, 3),
                new Command.LeaseCheckpoint(List.of(new Command.Lease(7, 3, 9_000, 1), new Command.Lease(8, 0, 0, 0))),
                new Command.Acquire(
                        ORIGIN,
                        -1,
                        List.of(Want.exclusive("a"), Want.shared("/b"), Want.permits("c", 1, 2), Want.leadership("d")),
                        Command.FOREVER,
                        5_000,
                        Content.of("value")),
                new Command.Release(ORIGIN, 9, List.of("a", "b"), Token.of(3, 4_710)),
                new Command.Cancel(ORIGIN, 41),
                new Command.PutFile(ORIGIN, "/f", Content.of("content"), Command.ANY, true),
                new Command.PutFile(ORIGIN, "/f", Content.EMPTY, 17, false),
                new Command.MakeDirectory(ORIGIN, "/d"),
                new Command.DeleteFile(ORIGIN, "/f", Command.ABSENT),
                new Command.SetAcl(ORIGIN, "/f", new Acl(List.of("b", "a"), List.of(), List.of("*")), Command.ANY),
                new Command.AckReplies(7, 40),
                new Command.WaitTimeout(7, 41),
                new Command.LockDelayEnd("a"),
                new Command.ForceRelease("a", 0, "root", "because of \u00fc and \ud83d\udd12"),
                new Command.RaiseEpoch(4),
                new Command.Barrier(),
                new Command.Note(OperatorAct.TRANSFER, "lock-2", "root", "maintenance"));
    }

    @Test
    void hasASampleOfEveryCommand() {
        var kinds = commands().map(Object::getClass).distinct().count();
        long requests = Command.Request.class.getPermittedSubclasses().length;

        assertThat(kinds).isEqualTo(Command.class.getPermittedSubclasses().length - 1 + requests);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void readsWhatItWrote(Command command) throws MalformedException {
        assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void refusesEveryPartAndEveryAddition(Command command) {
        var bytes = CommandCodec.encode(command);
        for (int length = 0; length < bytes.length; length++) {
            var part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> CommandCodec.decode(part)).isInstanceOf(MalformedException.class);
        }
        assertThatThrownBy(() -> CommandCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void tellsCommandsOfLocksByTheirBytes(Command command) {
        var bytes = CommandCodec.encode(command);
        boolean ofLocks = command instanceof Command.Acquire
                || command instanceof Command.Release
                || command instanceof Command.Cancel;

        assertThat(CommandCodec.isOfLocks(bytes, 0)).isEqualTo(ofLocks);
        assertThat(CommandCodec.isOfLocks(bytes, bytes.length)).isFalse();
    }

    @Test
    void refusesAnotherVersion() {
        assertThatThrownBy(() -> CommandCodec.decode(new byte[] {2, 17})).hasMessageContaining("version 2");
    }

    /// Whatever the bytes: a command that is written as just these bytes, or a refusal.
    @Test
    void readsOnlyWhatItWouldWrite() {
        var dice = new SplittableRandom(1);
        var samples = commands().map(CommandCodec::encode).toList();
        for (int i = 0; i < 100_000; i++) {
            var bytes = samples.get(i % samples.size()).clone();
            for (int changes = dice.nextInt(1, 4); changes > 0; changes--) {
                bytes[dice.nextInt(1, bytes.length)] = (byte) dice.nextInt(256);
            }
            requireFaithful(bytes);
        }
        for (int i = 0; i < 50_000; i++) {
            var bytes = new byte[dice.nextInt(1, 40)];
            dice.nextBytes(bytes);
            bytes[0] = 1;
            requireFaithful(bytes);
        }
    }

    private static void requireFaithful(byte[] bytes) {
        try {
            var command = CommandCodec.decode(bytes);
            // Principals are sorted, so a list may come out in another order than it went in.
            if (!(command instanceof Command.SetAcl)) {
                assertThat(CommandCodec.encode(command)).isEqualTo(bytes);
            }
        } catch (MalformedException refused) {
            assertThat(refused).hasMessageNotContaining("null");
        }
    }

    @Test
    void writesNothingThatItWouldNotRead() {
        var long_ = "x".repeat(CommandCodec.MOST_NAME + 1);
        var content = Content.of(new byte[CommandCodec.MOST_CONTENT + 1]);
        var names = Collections.nCopies(CommandCodec.MOST_NAMES + 1, "a");
        var leases = Collections.nCopies(CommandCodec.MOST_LEASES + 1, new Command.Lease(1, 1, 1, 1));
        for (var command : List.of(
                new Command.LockDelayEnd(long_),
                new Command.LockDelayEnd("\u20ac".repeat(400)),
                new Command.PutFile(ORIGIN, "/f", content, 0, false),
                new Command.Release(ORIGIN, 0, names, 1),
                new Command.SetAcl(ORIGIN, "/f", new Acl(manyPrincipals(), List.of(), List.of()), 0),
                new Command.LeaseCheckpoint(leases))) {
            assertThatThrownBy(() -> CommandCodec.encode(command)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static List<String> manyPrincipals() {
        return java.util.stream.IntStream.range(0, 300).mapToObj(i -> "p" + i).toList();
    }
}
