package io.covenant.locks.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.consensus.node.OrderOutcome;
import io.covenant.consensus.node.Reading;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.Role;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.primary.Answer;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Replicas in this process; those that come and go do so in the last tests.
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LockNodeTests {

    @TempDir
    static Path directory;

    @TempDir
    static Path certificates;

    private static Replicas replicas;

    @BeforeAll
    static void start() throws Exception {
        var authority = new Authority(certificates);
        replicas = new Replicas(directory, authority, "lock-1", "lock-2", "lock-3").started();
    }

    @AfterAll
    static void stop() throws Exception {
        replicas.close();
        assertThat(replicas.fatal).isEmpty();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void keepsLockAndQueueWhenThePrimaryIsGone() throws Exception {
        var holder = replicas.open(20_000);
        var waiter = replicas.open(20_000);
        var token = replicas.hold(holder, "a0");
        var wanted = replicas.acquire(waiter, "a0", Command.FOREVER);
        assertThat(replicas.ask(wanted)).isInstanceOf(Reply.Waiting.class);

        replicas.cutOff(replicas.primary());

        var primary = replicas.primary();
        assertThat(Replicas.soon(primary.renew(holder, 0))).isInstanceOf(Answer.Renewed.class);
        var again = primary.ask(wanted, Duration.ofSeconds(20));
        assertThat(replicas.release(holder, "a0", token)).isInstanceOf(Reply.Released.class);
        assertThat(Replicas.soon(again))
                .isInstanceOfSatisfying(
                        Answer.Replied.class,
                        replied -> assertThat(replied.reply())
                                .isInstanceOfSatisfying(
                                        Reply.Granted.class,
                                        granted -> assertThat(granted.grants()
                                                        .getFirst()
                                                        .token())
                                                .isGreaterThan(token)));
    }

    @Test
    void handsOverInAMoment() throws Exception {
        var session = replicas.open(60_000);
        var former = replicas.primary();
        long began = System.nanoTime();
        // Who leads may change before it is asked to hand over.
        while (!(former.handOver(Duration.ofSeconds(20)) instanceof OrderOutcome.Done)) {
            former = replicas.primary();
            began = System.nanoTime();
        }
        var before = former;
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> replicas.nodes.values().stream()
                        .anyMatch(node -> !node.equals(before) && node.figures().armed()));
        var took = Duration.ofNanos(System.nanoTime() - began);

        System.getLogger("LockNodeTests").log(System.Logger.Level.INFO, "handed over in {0} ms", took.toMillis());
        assertThat(took)
                .as("without the grace that a dead primary's sessions get")
                .isLessThan(Replicas.GRACE);
        assertThat(Replicas.soon(replicas.primary().renew(session, 0))).isInstanceOf(Answer.Renewed.class);
        assertThat(Replicas.soon(before.renew(session, 0))).isInstanceOf(Answer.NotPrimary.class);
    }

    @Test
    @Order(Integer.MAX_VALUE - 2)
    void tellsReadersWhoLeadsNextBeforeTheirStreamsEndWhenItRetires() throws Exception {
        var session = replicas.open(20_000);
        var former = replicas.primary();
        try (var stream = former.eventsOf(session, false, -1).orElseThrow()) {
            former.retire(Duration.ofSeconds(20));

            var heard = new ArrayList<EventStream.Item>();
            while (!stream.isClosed()) {
                heard.addAll(stream.take(Duration.ofSeconds(5)));
            }
            var next = replicas.primary();
            assertThat(next).isNotEqualTo(former);
            assertThat(heard)
                    .last()
                    .isEqualTo(
                            new EventStream.Item.Leader(former.api(next.name()).orElseThrow()));
        }
    }

    @Test
    void sendsAwayWhereItDoesNotLead() {
        // Who leads may change, and backups hear of it later.
        await().untilAsserted(() -> {
            var primary = replicas.primary();
            var backup = replicas.backup();

            assertThat(Replicas.soon(backup.ask(new Command.Barrier(), Duration.ZERO)))
                    .isEqualTo(new Answer.NotPrimary(primary.name()));
            assertThat(backup.api(primary.name()))
                    .hasValueSatisfying(api -> assertThat(api.getHost()).isEqualTo(primary.name() + ".test"));
        });
    }

    @Test
    void endsTheSessionOfADeadClient() {
        var dead = replicas.open(5_000);
        replicas.hold(dead, "a3");
        var alive = replicas.open(60_000);

        assertThat(replicas.ask(replicas.acquire(alive, "a3", 60_000), Duration.ofSeconds(25)))
                .isInstanceOf(Reply.Granted.class);
        assertThat(replicas.ask(new Command.CloseSession(dead))).isEqualTo(new Reply.NoSuchSession(dead));
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void takesANodeInThatNobodysConfigurationKnows() throws Exception {
        replicas.open(20_000);
        var place = replicas.join("lock-4");
        var newcomer = replicas.nodes.get("lock-4");
        assertThat(newcomer).isNotNull();

        var primary = replicas.primary();
        assertThat(Replicas.soon(primary.changeMembers(new MemberChange.AddLearner(newcomer.id(), place.written()))))
                .isEqualTo(new OrderOutcome.Done());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Replicas.soon(replicas.primary().changeMembers(new MemberChange.Promote(newcomer.id())))
                        instanceof OrderOutcome.Done);
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> newcomer.members().isVoter(newcomer.id()));
        assertThat(Replicas.soon(replicas.primary().transferLeadership(newcomer.id())))
                .isEqualTo(new OrderOutcome.Done());
        await().pollInterval(Duration.ofMillis(10))
                .until(() ->
                        newcomer.role() == Role.LEADER && newcomer.figures().armed());
        assertThat(replicas.open(20_000)).isPositive();
    }

    @Test
    void restoresItsStateFromDisk() throws Exception {
        var session = replicas.open(60_000);
        var token = replicas.hold(session, "a5");
        var one = replicas.backup();
        Replicas.soon(one.takeSnapshot());
        one.close();
        replicas.nodes.remove(one.name());
        replicas.release(session, "a5", token);
        var later = replicas.hold(session, "a5");

        var again = replicas.start(one.name());

        assertThat(again.awaitIndex(replicas.primary().index(), Duration.ofSeconds(30)))
                .isTrue();
        assertThat(Replicas.soon(again.readHere(
                        namespace -> namespace.lock("a5").orElseThrow().token())))
                .isInstanceOfSatisfying(
                        Reading.Value.class, value -> assertThat(value.value()).isEqualTo(later));
    }

    @Test
    void turnsAwayThoseWhoAreNoPeers() throws Exception {
        var session = replicas.open(60_000);
        try (var stranger = new Socket()) {
            stranger.connect(replicas.peerAddress(replicas.primary()));
            stranger.setSoTimeout(60_000);
            try {
                stranger.getOutputStream().write(new byte[1 << 20]);
                assertThat(stranger.getInputStream().readAllBytes()).hasSizeLessThan(1_000);
            } catch (SocketException cutOff) {
                // As good.
            }
        }
        assertThat(Replicas.soon(replicas.primary().renew(session, 0))).isInstanceOf(Answer.Renewed.class);
    }

    // ---- streams

    @Test
    void tellsAStreamWhatHappensAndResumesIt() throws Exception {
        var session = replicas.open(60_000);
        var index = replicas.primary().index();
        var token = replicas.hold(session, "a6");
        var seen = new ArrayList<EventStream.Item>();
        try (var stream = replicas.primary().eventsOf(session, false, index).orElseThrow()) {
            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                seen.addAll(stream.take(Duration.ofMillis(50)));
                return seen.size() >= 1;
            });
            replicas.release(session, "a6", token);
            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                seen.addAll(stream.take(Duration.ofMillis(50)));
                return seen.size() >= 2;
            });
        }
        assertThat(seen)
                .allSatisfy(item -> assertThat(item).isInstanceOf(EventStream.Item.Happened.class))
                .extracting(item ->
                        ((EventStream.Item.Happened) item).event().getClass().getSimpleName())
                .containsExactly("Granted", "Released");
    }

    @Test
    void tellsOnABackupAsWell() throws Exception {
        var backup = replicas.backup();
        try (var stream = backup.eventsUnder("watched/", "", -1).orElseThrow()) {
            var session = replicas.open(60_000);
            replicas.hold(session, "other");
            replicas.hold(session, "watched/a");
            var seen = new ArrayList<EventStream.Item>();
            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                seen.addAll(stream.take(Duration.ofMillis(50)));
                return seen.stream()
                        .anyMatch(item -> item instanceof EventStream.Item.Happened(var event, var _, var _)
                                && event instanceof Event.Granted);
            });
            assertThat(seen).noneSatisfy(item -> assertThat(item.toString()).contains("other"));
        }
    }

    @Test
    void cutsAReaderOffWhoNeverReads() {
        var session = replicas.open(60_000);
        int before = replicas.primary().readersCutOff();
        try (var stream = replicas.primary().eventsOf(session, false, -1).orElseThrow()) {
            for (int i = 0; i < 12; i++) {
                replicas.release(session, "a8", replicas.hold(session, "a8"));
            }
            assertThat(stream.isOverflowed()).isTrue();
            assertThat(stream.isClosed()).isTrue();
        }
        assertThat(replicas.primary().readersCutOff()).isEqualTo(before + 1);
    }

    @Test
    void opensNoMoreStreamsThanItMay() {
        var primary = replicas.primary();
        var open = new ArrayList<EventStream>();
        for (int i = 0; i < 4; i++) {
            open.add(primary.eventsUnder("", "", -1).orElseThrow());
        }
        assertThat(primary.eventsUnder("", "", -1)).isEmpty();
        open.forEach(EventStream::close);
        assertThat(primary.openStreams()).isZero();
    }
}
