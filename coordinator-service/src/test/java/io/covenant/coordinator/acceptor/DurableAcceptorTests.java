package io.covenant.coordinator.acceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.consensus.wal.DirectoryRefusedException;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Accepted;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.State;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableAcceptorTests {

    private static final Ballot HIGHER = new Ballot(2, "coordinator-2", 9);
    private static final TransactionId ID = AcceptorProcess.id(1);
    private static final Outcome COMMIT = Outcome.commit(AcceptorProcess.plan(ID));

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void keepsItsPromisesAndWhatItTookAfterARestart() throws IOException {
        try (var acceptor = open()) {
            assertThat(ask(acceptor, ID, new Request.Accept(AcceptorProcess.BALLOT, COMMIT)))
                    .contains(new Reply.Took(AcceptorProcess.BALLOT, COMMIT));
            ask(acceptor, ID, new Request.Claim(HIGHER));
        }

        try (var acceptor = open()) {
            assertThat(ask(acceptor, ID, new Request.Claim(AcceptorProcess.BALLOT)))
                    .contains(new Reply.Outbid(AcceptorProcess.BALLOT, HIGHER));
            assertThat(acceptor.state(ID))
                    .isEqualTo(
                            new State.Open(HIGHER, Optional.of(new Accepted.Verdict(AcceptorProcess.BALLOT, COMMIT))));
            assertThat(acceptor.unfinishedFor(Duration.ZERO, 10)).containsExactly(ID);
        }
    }

    @Test
    void reportsToTheLeaderWhenTheLastVoteIsDurable() throws Exception {
        try (var acceptor = open()) {
            var plan = AcceptorProcess.plan(ID);
            var report = new CompletableFuture<Reply.Took>();
            for (var branch : plan.branches()) {
                acceptor.ask(ID, new Request.Cast(AcceptorProcess.BALLOT, plan, branch), _ -> {}, report::complete);
            }

            assertThat(report.get(30, TimeUnit.SECONDS)).isEqualTo(new Reply.Took(AcceptorProcess.BALLOT, COMMIT));
        }
        try (var acceptor = open()) {
            assertThat(acceptor.state(ID)).isInstanceOf(State.Open.class);
        }
    }

    @Test
    void forgetsWhatHasEndedAndTakesNothingOfItAnyMore() throws IOException {
        try (var acceptor = open()) {
            ask(acceptor, ID, new Request.Close(COMMIT, true));
            acceptor.forgetBefore(AcceptorProcess.id(2).value().getMostSignificantBits() >>> 16);
            ask(acceptor, AcceptorProcess.id(3), new Request.Claim(HIGHER)); // forces what was kept before
        }

        try (var acceptor = open()) {
            assertThat(ask(acceptor, ID, new Request.Claim(HIGHER))).contains(new Reply.Forgotten());
        }
    }

    @Test
    void losesNothingThatItAnsweredWhenItIsKilled() throws Exception {
        var answered = killed(process(), 2_000);

        try (var acceptor = open()) {
            for (var number : answered) {
                var id = AcceptorProcess.id(number);
                assertThat(acceptor.state(id))
                        .as("transaction %d", number)
                        .isEqualTo(new State.Open(
                                AcceptorProcess.BALLOT,
                                Optional.of(new Accepted.Verdict(
                                        AcceptorProcess.BALLOT, Outcome.commit(AcceptorProcess.plan(id))))));
            }
        }
    }

    /// A write that a crash cut in two was never answered.
    @Test
    void goesOnBehindATornEnd() throws IOException {
        try (var acceptor = open()) {
            ask(acceptor, ID, new Request.Claim(AcceptorProcess.BALLOT));
            ask(acceptor, AcceptorProcess.id(2), new Request.Claim(AcceptorProcess.BALLOT));
        }
        tear(newestSegment());

        try (var acceptor = open()) {
            assertThat(acceptor.state(ID)).isInstanceOf(State.Open.class);
            assertThat(acceptor.state(AcceptorProcess.id(2))).isEqualTo(new State.Blank());
            ask(acceptor, AcceptorProcess.id(2), new Request.Claim(HIGHER));
        }
        try (var acceptor = open()) {
            assertThat(acceptor.size()).isEqualTo(2);
        }
    }

    @Test
    void refusesADirectoryThatIsInUse() throws IOException {
        try (var _ = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(DirectoryRefusedException.class)
                    .hasMessageContaining("is in use");
        }
    }

    @Test
    void refusesToBelongToAnotherGroup() throws IOException {
        open().close();

        assertThatThrownBy(() -> member("coordinator-1", "coordinator-2", "coordinator-3"))
                .isInstanceOf(OtherGroupException.class)
                .hasMessageContaining("put covenant.coordinator.paxos.members back");
    }

    @Test
    void takesNoPartBeforeEnoughOthersKnowItsDisk() throws IOException {
        try (var acceptor = member("coordinator-1", "coordinator-2", "coordinator-3")) {
            assertThat(acceptor.introductions()).isEqualTo(2);
            assertThatThrownBy(() -> ask(acceptor, ID, new Request.Claim(HIGHER)))
                    .isInstanceOf(IllegalStateException.class);

            acceptor.admitted();

            assertThat(ask(acceptor, ID, new Request.Claim(HIGHER)))
                    .contains(new Reply.Promised(HIGHER, Optional.empty()));
        }
    }

    @Test
    void remembersDisksOfOthersAndBelievesNoSecondOne() throws IOException {
        try (var acceptor = member("coordinator-1", "coordinator-2", "coordinator-3")) {
            assertThat(acceptor.meets("coordinator-2", 17)).isTrue();
        }

        try (var acceptor = member("coordinator-1", "coordinator-2", "coordinator-3")) {
            assertThat(acceptor.meets("coordinator-2", 17)).isTrue();
            assertThat(acceptor.meets("coordinator-2", 18)).isFalse();
            assertThat(acceptor.meets("stranger", 1)).isFalse();
        }
    }

    private DurableAcceptor open() throws IOException {
        return AcceptorProcess.open(directory, 200);
    }

    private DurableAcceptor member(String... members) throws IOException {
        return DurableAcceptor.open(
                directory,
                "coordinator-1",
                new TreeSet<>(Set.of(members)),
                DurableAcceptor.Options.standard(),
                () -> 42,
                System::nanoTime,
                _ -> {},
                _ -> {});
    }

    private static Optional<Reply> ask(DurableAcceptor acceptor, TransactionId id, Request request) throws IOException {
        var reply = new CompletableFuture<Optional<Reply>>();
        acceptor.ask(id, request, reply::complete, _ -> {});
        return reply.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private Process process() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AcceptorProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// Kills the process once it has answered so many; tells which it has answered in all.
    private static Set<Integer> killed(Process process, int atLeast) throws IOException, InterruptedException {
        var answered = new HashSet<Integer>();
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (var line = out.readLine(); line != null; line = out.readLine()) {
                if (line.endsWith(".")) { // the very last one may be cut
                    answered.add(Integer.parseInt(line.substring(0, line.length() - 1)));
                }
                if (answered.size() == atLeast) {
                    process.toHandle().destroyForcibly(); // unlike the process, it leaves the output open
                }
            }
        }
        assertThat(process.waitFor()).as("killed").isEqualTo(128 + 9);
        assertThat(answered).hasSizeGreaterThanOrEqualTo(atLeast);
        return answered;
    }

    private Path newestSegment() throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file ->
                            file.toString().endsWith(".wal") || file.toString().endsWith(".log"))
                    .max(Comparator.comparing(Path::toString))
                    .orElseThrow();
        }
    }

    /// Overwrites the end of the last record, which is in front of the zeros that a segment ends with.
    private static void tear(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        var end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        try (var file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(end - 4);
            file.write(new byte[] {0, 0, 0, 0});
        }
    }
}
