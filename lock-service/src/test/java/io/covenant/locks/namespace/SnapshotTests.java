package io.covenant.locks.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SnapshotTests {

    private final Log log = new Log();

    private void fill() {
        log.reply(new Command.RaiseEpoch(2));
        long ann = log.open("ann");
        long bob = log.open("bob");
        log.lockWithDelay(ann, "lost", 5_000);
        log.reply(new Command.ForceRelease("lost", 0, "root", "why"));
        log.share(ann, "read");
        log.acquire(ann, 0, Want.permits("pool", 1, 2));
        log.acquire(bob, 2_000, Want.exclusive("read"), Want.permits("pool", 2, 2));
        log.reply(new Command.Acquire(log.next(ann), 1, List.of(Want.leadership("office")), 0, 0, Content.of("ann")));
        log.mkdir(ann, "/d");
        log.reply(new Command.PutFile(log.next(bob), "/d/f", Content.of("f"), Command.ANY, true));
    }

    @Test
    void restoresAllThatIsThere() {
        fill();

        var restored = Log.restored(log.snapshot());

        assertThat(restored.fork().digest()).isEqualTo(log.namespace.fork().digest());
        assertThat(restored.usage()).isEqualTo(log.namespace.usage());
        assertThat(restored.index()).isEqualTo(log.namespace.index());
        assertThat(restored.timeMillis()).isEqualTo(log.namespace.timeMillis());
        assertThat(restored.limits()).isEqualTo(log.namespace.limits());
        assertThat(restored.timers().due(Long.MAX_VALUE, 9))
                .hasSize(2)
                .isEqualTo(log.namespace.timers().due(Long.MAX_VALUE, 9));
        assertThat(restored.children("/d")).containsExactly("/d/f");
    }

    @Test
    void chainsTheAuditOfASnapshotFromBeforeThereWereChains() {
        var bytes = new ByteArrayOutputStream();
        var old = new Encoder(bytes);
        old.number(0x43764E53);
        old.octet(1);
        LimitsCodec.encode(old, Limits.standard());
        List.of(20L, 1_000L, 1L).forEach(old::number);
        List.of("sessions", "waiters", "locks", "files").forEach(_ -> old.number(0));
        old.list(List.of("a", "b"), name -> {
            old.number(10);
            old.number(900);
            old.text(name);
            old.text("root");
            old.text("why");
            old.list(List.of(7L), old::number);
        });
        old.finish();

        var restored = Log.restored(bytes.toByteArray());
        restored.apply(21, 1_100, new Command.Note(OperatorAct.DRAIN, "lock-1", "root", ""));

        var audit = restored.audit();
        assertThat(audit).extracting(AuditEntry::number).containsExactly(1L, 2L, 3L);
        assertThat(audit).extracting(AuditEntry::name).containsExactly("a", "b", "lock-1");
        assertThat(audit)
                .extracting(AuditEntry::previous)
                .containsExactly(
                        AuditEntry.BEGINNING, audit.get(0).hash(), audit.get(1).hash());
    }

    @Test
    void writesEqualBytesForEqualStatesThatCameAboutDifferently() {
        var one = new Namespace(Limits.standard(), 10);
        var other = new Namespace(Limits.standard(), 10);
        var names = new ArrayList<String>();
        for (int i = 0; i < 500; i++) {
            names.add("name" + i);
        }
        for (var namespace : List.of(one, other)) {
            namespace.apply(1, 0, new Command.OpenSession("", "", 5_000));
        }
        // The other one also held, and gave back, what is in the way of equal tables.
        for (int i = 0; i < 500; i++) {
            acquire(other, 2 + i, 1 + i, "other" + names.get(499 - i));
        }
        other.apply(600, 0, new Command.CloseSession(1));
        one.apply(600, 0, new Command.CloseSession(1));

        assertThat(one.fork().digest()).isEqualTo(other.fork().digest());
    }

    private static void acquire(Namespace namespace, long index, long seq, String name) {
        namespace.apply(
                index,
                0,
                new Command.Acquire(
                        new Command.Origin(1, seq, seq - 1), 0, List.of(Want.exclusive(name)), 0, 0, Content.EMPTY));
    }

    @Test
    void writesWhatWasThereWhenItWasForked() {
        fill();
        var before = log.namespace.fork();
        var digest = before.digest();
        long cid = log.open("cid");
        for (int i = 0; i < 100; i++) {
            log.lock(cid, "later" + i);
        }
        log.expire(cid);

        assertThat(before.digest()).isEqualTo(digest);
        assertThat(log.namespace.fork().digest()).isNotEqualTo(digest);
    }

    @Test
    void refusesASnapshotThatIsCutOrChanged() {
        fill();
        var bytes = log.snapshot();
        var dice = new SplittableRandom(1);
        for (int length = 0; length < bytes.length; length++) {
            requireRefused(Arrays.copyOf(bytes, length));
        }
        requireRefused(Arrays.copyOf(bytes, bytes.length + 1));
        for (int i = 0; i < 5_000; i++) {
            var changed = bytes.clone();
            int at = dice.nextInt(bytes.length);
            changed[at] ^= (byte) (1 << dice.nextInt(8));
            requireRefused(changed);
        }
    }

    private static void requireRefused(byte[] bytes) {
        assertThatThrownBy(() -> Namespace.restore(new ByteArrayInputStream(bytes), 10))
                .isInstanceOf(MalformedException.class);
    }

    @Test
    void saysWhenTheDiskIsFull() {
        fill();
        var full = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("no space left");
            }
        };

        assertThatThrownBy(() -> log.namespace.fork().writeTo(full))
                .isInstanceOf(IOException.class)
                .hasMessage("no space left");
    }
}
