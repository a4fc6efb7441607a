package io.covenant.consensus.register.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.consensus.register.Ballot;
import io.covenant.consensus.register.RegisterKey;
import io.covenant.consensus.register.Reply;
import io.covenant.consensus.register.Request;
import io.covenant.consensus.register.Value;
import io.covenant.consensus.register.Vote;
import io.covenant.consensus.wal.FileStorage;
import io.covenant.consensus.wal.Identity;
import io.covenant.consensus.wal.LogOptions;
import io.covenant.consensus.wal.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableAcceptorTests {

    private static final Identity ME = new Identity("acceptors", "coordinator-1");
    private static final LogOptions SMALL = LogOptions.standard().withSegmentBytes(64 * 1024);
    private static final Ballot ONE = new Ballot(1, "p", 1);
    private static final Ballot TWO = new Ballot(2, "q", 1);
    private static final Value PREPARED = Value.of("prepared");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Test
    void keepsItsPromiseAndItsVoteAfterARestart() throws IOException {
        var key = new RegisterKey(1, "transaction/orders");
        try (var acceptor = open(1000)) {
            assertThat(ask(acceptor, key, new Request.Accept(Ballot.FIRST, PREPARED)))
                    .isEqualTo(new Reply.Accepted(new Vote(Ballot.FIRST, PREPARED)));
            ask(acceptor, key, new Request.Prepare(TWO));
        }

        try (var acceptor = open(1000)) {
            assertThat(ask(acceptor, key, new Request.Accept(ONE, PREPARED))).isEqualTo(new Reply.Outbid(ONE, TWO));
            assertThat(ask(acceptor, key, new Request.Prepare(TWO)))
                    .isEqualTo(new Reply.Promised(TWO, Optional.of(new Vote(Ballot.FIRST, PREPARED))));
        }
    }

    @Test
    void replacesItsLogBySnapshotsAndForgetsBelowItsHorizon() throws Exception {
        try (var acceptor = open(500)) {
            var done = new CountDownLatch(3000);
            for (var number = 1; number <= 3000; number++) {
                acceptor.ask(key(number), new Request.Accept(Ballot.FIRST, PREPARED), _ -> done.countDown());
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            for (var number = 1; number <= 2000; number++) {
                ask(acceptor, key(number), new Request.Close(PREPARED));
            }
            acceptor.forgetBefore(2001);
            ask(acceptor, key(3000), new Request.Prepare(ONE));
            assertThat(acceptor.size()).isEqualTo(1000);
        }
        try (var files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(".snapshot")))
                    .isNotEmpty();
        }

        try (var acceptor = open(500)) {
            assertThat(acceptor.size()).isEqualTo(1000);
            assertThat(ask(acceptor, key(7), new Request.Prepare(TWO))).isEqualTo(new Reply.Forgotten(2001));
            assertThat(ask(acceptor, key(2001), new Request.Prepare(TWO)))
                    .isEqualTo(new Reply.Promised(TWO, Optional.of(new Vote(Ballot.FIRST, PREPARED))));
            assertThat(acceptor.open(2)).containsExactly(key(2001), key(2002));
        }
    }

    private static RegisterKey key(int number) {
        return new RegisterKey(number, "r" + number);
    }

    private static Reply ask(DurableAcceptor acceptor, RegisterKey key, Request request) throws IOException {
        var reply = new CompletableFuture<Reply>();
        acceptor.ask(key, request, reply::complete);
        return reply.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private DurableAcceptor open(int recordsPerSnapshot) throws IOException {
        var storage = FileStorage.at(directory);
        var log = WriteAheadLog.exists(storage)
                ? WriteAheadLog.open(storage, ME, SMALL)
                : WriteAheadLog.create(storage, ME, SMALL);
        return DurableAcceptor.open(
                log,
                storage,
                recordsPerSnapshot,
                warning -> {
                    throw new AssertionError(warning);
                },
                failure -> {
                    throw new AssertionError(failure);
                });
    }
}
